// Units from all over the operator space: every two values of every two options stand together in
// some unit (a pairwise covering array), and each unit is judged over every pair of codes, with
// clears, holds, gaps, stalls and resets, three ways.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <set>
#include <thread>

#include "coverage.hpp"
#include "mac/request.hpp"
#include "support/random.hpp"
#include "unit_under_test.hpp"

using namespace bitshed;

namespace {

/// The options and their values; "" leaves the option out.
struct Option {
    const char* name;
    std::vector<std::string> values;
};
const std::vector<Option> space = {
    {"weight",
     {"e2m1", "e3m2", "e1m3", "e4m0", "e3m1b5", "e2m2fn", "e3m1ieee", "e2m2fnuz", "int4", "uint3",
      "e5m0ieee"}},
    {"activation",
     {"e2m1", "e2m3", "e1m1", "e4m1", "e2m2b-3", "e3m1fn", "e2m2ieee", "e3m2fnuz", "int5", "uint4",
      "e1m0"}},
    {"accumulator",
     {"exact", "fixed6", "fixed12", "fixed40", "fp32", "fp16", "bf16", "e4m3", "e4m3fn", "e5m2fnuz",
      "e3m0", "e5m0ieee"}},
    {"result", {"", "bf16", "fp32", "e4m3fn", "e2m1", "e3m4fnuz", "int4", "uint8"}},
    {"overflow", {"", "saturate", "ieee", "wrap"}},
    {"lanes", {"1", "2", "3", "8"}},
    {"stages", {"0", "1", "2", "3", "4"}},
    {"handshake", {"none", "enable", "valid", "stream"}},
    {"width", {"tight", "paper"}},
    {"shifter", {"blocks", "chain"}},
    {"sign", {"early", "late"}},
    {"product", {"multiply", "table", "dsp", "tree", "packed"}},
    {"carry", {"ripple", "deferred", "retimed"}},
    {"cells", {"portable", "ecp5"}},
};
using Choice = std::vector<std::size_t>;  // a value of every option

mac::MacOptions options_of(const Choice& choice) {
    const auto value = [&](std::size_t option) -> std::optional<std::string> {
        const std::string& text = space[option].values[choice[option]];
        return text.empty() ? std::nullopt : std::optional(text);
    };
    mac::MacOptions options;
    options.weight = value(0);
    options.activation = value(1);
    options.accumulator = value(2);
    options.result = value(3);
    options.overflow = value(4);
    options.lanes = value(5);
    options.stages = value(6);
    if (value(7) == "enable")
        options.enable = true;
    else
        options.handshake = value(7);
    options.width = value(8);
    options.shifter = value(9);
    options.sign = value(10);
    options.product = value(11);
    options.carry = value(12);
    options.cells = value(13);
    options.terms = "100";
    return options;
}

struct Couple {
    std::size_t option1, value1, option2, value2;
    friend auto operator<=>(const Couple&, const Couple&) = default;
};

void erase_covered(std::set<Couple>& open, const Choice& choice) {
    for (std::size_t i = 0; i < choice.size(); ++i)
        for (std::size_t j = i + 1; j < choice.size(); ++j)
            open.erase({i, choice[i], j, choice[j]});
}

std::size_t newly_covered(const std::set<Couple>& open, const Choice& choice) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < choice.size(); ++i)
        for (std::size_t j = i + 1; j < choice.size(); ++j)
            count += open.count({i, choice[i], j, choice[j]});
    return count;
}

/// Greedy: of many random choices that are a unit, the one that covers most couples. A couple that
/// no unit out of many tries has (wrap with a float accumulator) is given up and counted.
std::vector<mac::MacSpec> covering_units(std::size_t& couples, std::size_t& refused) {
    std::set<Couple> open;
    for (std::size_t i = 0; i < space.size(); ++i)
        for (std::size_t j = i + 1; j < space.size(); ++j)
            for (std::size_t v = 0; v < space[i].values.size(); ++v)
                for (std::size_t u = 0; u < space[j].values.size(); ++u) open.insert({i, v, j, u});
    couples = open.size();
    refused = 0;
    bitshed::Random random(1);
    std::vector<mac::MacSpec> units;
    while (!open.empty()) {
        const Couple wanted = *open.begin();
        std::optional<mac::MacSpec> best;
        Choice best_choice;
        std::size_t best_count = 0;
        for (int attempt = 0; attempt < 200; ++attempt) {
            Choice choice;
            for (const Option& option : space) choice.push_back(random.below(option.values.size()));
            choice[wanted.option1] = wanted.value1;
            choice[wanted.option2] = wanted.value2;
            const std::size_t count = newly_covered(open, choice);
            if (count <= best_count) continue;
            auto spec = mac::make_mac_spec(options_of(choice));
            if (!spec) continue;
            best = std::move(spec).value();
            best_choice = choice;
            best_count = count;
        }
        if (!best) {
            ++refused;
            open.erase(wanted);
            continue;
        }
        erase_covered(open, best_choice);
        units.push_back(*best);
    }
    return units;
}

}  // namespace

TEST_CASE("every two options together: a covering array of units is judged") {
    std::size_t couples = 0, refused = 0;
    const auto specs = covering_units(couples, refused);
    std::vector<harness::UnitUnderTest> units;
    std::set<std::string> names;
    for (const mac::MacSpec& spec : specs) {
        if (!names.insert(mac::module_name(spec)).second) continue;
        units.push_back(tests::unit_under_test(spec));
    }
    harness::JudgeOptions options;
    options.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    options.limit = std::chrono::seconds(1800);
    options.units_per_bench = 16;
    const auto verdicts = harness::judge(units, options);
    std::uint64_t pairs = 0, cycles = 0;
    auto rows = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < units.size(); ++i) {
        INFO(units[i].manifest.command);
        REQUIRE(verdicts[i].ok());
        INFO(harness::describe(verdicts[i].value()));
        CHECK(verdicts[i].value().passed());
        rows.push_back(tests::coverage_row(units[i].manifest.command, verdicts[i].value()));
        pairs += verdicts[i].value().pairs_visited;
        cycles += verdicts[i].value().cycles;
    }
    tests::write_coverage("covering", {{"what", "any two values of any two options together"},
                                       {"couples", couples - refused},
                                       {"couples_refused", refused},
                                       {"products", pairs},
                                       {"cycles", cycles},
                                       {"units", rows}});
    std::cout << fmt::format(
        "{} units cover {} couples of option values ({} more are refused); {} pairs visited, {} "
        "cycles\n",
        units.size(), couples - refused, refused, pairs, cycles);
    CHECK(units.size() > 100);
    CHECK(refused < couples / 20);
}
