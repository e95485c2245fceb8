// Every pair of the 33 shapes of 3 to 8 bits: generated, linted and judged over every pair of
// codes.
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include "coverage.hpp"
#include "format/parse.hpp"
#include "golden/unit.hpp"
#include "mac/request.hpp"
#include "unit_under_test.hpp"

using namespace bitshed;

namespace {

std::vector<format::Format> shapes() {
    std::vector<format::Format> kept;
    for (const auto& shape : format::shapes(3, 8))
        if (format::is_signed(shape)) kept.push_back(shape);
    return kept;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("all pairs of 3 to 8 bits: generated, linted and judged over every pair of codes") {
    // By width: 2 minifloats and 1 integer of 3 bits, ... 7 and 1 of 8. The sum of all shapes'
    // codes is 3 * 2^3 + 4 * 2^4 + ... + 8 * 2^8 = 3576, so there are 3576^2 products.
    const auto formats = shapes();
    REQUIRE(formats.size() == 33);

    const auto generating = std::chrono::steady_clock::now();
    std::vector<harness::UnitUnderTest> units;
    std::uint64_t odd_widths = 0;
    for (const auto& weight : formats)
        for (const auto& activation : formats) {
            mac::MacOptions options;
            options.weight = format::name(weight);
            options.activation = format::name(activation);
            const auto spec = mac::make_mac_spec(options);
            REQUIRE(spec.ok());
            units.push_back(tests::unit_under_test(spec.value()));
        }
    const double generated = seconds_since(generating);
    REQUIRE(units.size() == 1089);

    for (const auto& unit : units) {
        const auto weight = format::parse(unit.manifest.weight, format::Use::operand).value();
        const auto activation =
            format::parse(unit.manifest.activation, format::Use::operand).value();
        if (unit.manifest.accumulator.bits != golden::least_exact_bits(weight, activation, 4608))
            ++odd_widths;
    }
    CHECK(odd_widths == 0);

    const auto judging = std::chrono::steady_clock::now();
    harness::JudgeOptions options;
    options.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    options.limit = std::chrono::seconds(1500);
    const auto verdicts = harness::judge(units, options);
    const double judged = seconds_since(judging);

    std::uint64_t products = 0, cycles = 0;
    std::vector<std::string> failures;
    auto rows = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        if (!verdicts[i].ok()) {
            failures.push_back(verdicts[i].error().complaints[0].problem);
            continue;
        }
        const harness::Verdict& verdict = verdicts[i].value();
        if (!verdict.passed() || !verdict.has_interpreter)
            failures.push_back(harness::describe(verdict));
        rows.push_back(tests::coverage_row(units[i].manifest.command, verdict));
        products += verdict.pairs_visited;
        cycles += verdict.cycles;
    }
    for (std::size_t i = 0; i < std::min<std::size_t>(failures.size(), 5); ++i)
        FAIL_CHECK(failures[i]);
    CHECK(failures.empty());
    CHECK(products == 3576ull * 3576ull);
    tests::write_coverage("all_pairs", {{"what", "every pair of the shapes of 3 to 8 bits, exact"},
                                        {"products", products},
                                        {"cycles", cycles},
                                        {"units", rows}});
    std::cout << verdicts.size() << " units, " << products << " products, " << cycles
              << " cycles compared three ways; generated in " << generated
              << " s, linted, built and judged in " << judged << " s\n";
}
