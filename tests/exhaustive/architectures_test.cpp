// Every shape of 3 to 8 bits with itself in every architecture that makes another unit of it:
// generated, linted and judged over every pair of codes.
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include "coverage.hpp"
#include "format/parse.hpp"
#include "mac/request.hpp"
#include "unit_under_test.hpp"

using namespace bitshed;

namespace {

/// Those of a pair that are not the default, each once: what decides nothing makes no unit more.
std::vector<mac::MacSpec> other_architectures(const format::Format& shape) {
    std::vector<mac::MacSpec> specs;
    std::set<std::string> known;
    for (const mac::Architecture& architecture : mac::every_architecture()) {
        mac::MacOptions options;
        options.weight = options.activation = format::name(shape);
        mac::ask_for(architecture, options);
        auto spec = mac::make_mac_spec(options);  // refused: a table that is too large
        if (!spec || spec.value().architecture == mac::Architecture{}) continue;
        if (known.insert(mac::module_name(spec.value())).second)
            specs.push_back(std::move(spec).value());
    }
    return specs;
}

}  // namespace

TEST_CASE("architectures: every shape with itself, judged over every pair of codes") {
    std::vector<harness::UnitUnderTest> units;
    std::uint64_t wanted = 0;
    std::map<mac::Product, int> units_with;
    for (const auto& shape : format::shapes(3, 8)) {
        if (!format::is_signed(shape)) continue;
        for (const auto& spec : other_architectures(shape)) {
            units.push_back(tests::unit_under_test(spec));
            ++units_with[spec.architecture.product];
            wanted += std::uint64_t{1} << (2 * format::width(shape));
        }
    }
    // Of the 33 shapes 21 have exponents: blocks or chain, early or late, and ripple, deferred,
    // retimed or carry cells, but the default. Six have none, six are integers: 7 and 3 more. Five
    // fit a table: 8 more each, but for cells with an early sign, which have nothing to take in
    // there.
    CHECK(units_with[mac::Product::multiply] == 21 * 15 + 6 * 7 + 6 * 3);
    CHECK(units_with[mac::Product::table] == 5 * 7);
    // A * where there are rows otherwise: of gates in 6 and 4 minifloats, in cells of the 15 with
    // exponents and fractions, with a late sign of the 6 without exponents too; and of integers.
    CHECK(units_with[mac::Product::dsp] == 6 * 12 + 15 * 4 + 4 * 6 + 6 * 1 + 6 * 3);
    // Four rows: e1m6, int7 and int8.
    CHECK(units_with[mac::Product::tree] == 6 + 2 * 3);

    harness::JudgeOptions options;
    options.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    options.limit = std::chrono::seconds(1500);
    const auto verdicts = harness::judge(units, options);
    std::uint64_t products = 0, cycles = 0;
    auto rows = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < units.size(); ++i) {
        INFO(units[i].manifest.command);
        REQUIRE(verdicts[i].ok());
        const harness::Verdict& verdict = verdicts[i].value();
        INFO(harness::describe(verdict));
        CHECK((verdict.passed() && verdict.has_interpreter));
        rows.push_back(tests::coverage_row(units[i].manifest.command, verdict));
        products += verdict.pairs_visited;
        cycles += verdict.cycles;
    }
    CHECK(products == wanted);
    tests::write_coverage(
        "architectures",
        {{"what", "every shape of 3 to 8 bits with itself, in other architectures"},
         {"products", products},
         {"cycles", cycles},
         {"units", rows}});
    std::cout << units.size() << " units, " << products << " products, " << cycles
              << " cycles compared three ways\n";
}
