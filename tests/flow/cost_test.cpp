// Targets, what their cells count as, and the sum that has to come out even.
#include <catch2/catch.hpp>

#include <set>

#include "flows/cost.hpp"
#include "recorded.hpp"

using bitshed::ErrorKind;
using bitshed::flows::CellCounts;
using bitshed::flows::CellsByModule;
using bitshed::flows::core_cells;
using bitshed::flows::count_cost;
using bitshed::flows::find_target;
using bitshed::flows::parse_stat;
using bitshed::flows::Resource;
using bitshed::tests::recorded;

namespace {

CellsByModule by_module() {
    return parse_stat(recorded("tiny_xor_ice40_cells_by_module.json")).value();
}
CellsByModule flat() {
    return parse_stat(recorded("tiny_xor_ice40_cells_flat.json")).value();
}

}  // namespace

TEST_CASE("find_target: has the targets of the contract, each with what it needs") {
    for (const char* name :
         {"ice40-hx8k", "ice40-up5k", "ecp5-25k", "nexus-40", "gowin-gw1n9", "gatemate-a1",
          "machxo2", "xilinx-us+", "xilinx-7", "asic-osu035", "asic-osu018"})
        CHECK(find_target(name).value().name == name);
    for (const auto& target : bitshed::flows::targets()) {
        INFO(target.name);
        CHECK_FALSE(target.cells.empty());
        CHECK(target.has(Resource::ff));
        CHECK(target.has(Resource::lut) == !target.lut_definition.empty());
        CHECK(target.has(Resource::lut) != target.library.has_value());
        CHECK_FALSE((target.router && target.library));
        CHECK_FALSE(target.synthesis.attempts.empty());
        // DSP blocks are off unless asked for, wherever the cells know any.
        if (target.has(Resource::dsp)) CHECK(target.synthesis.dsp_off != target.synthesis.dsp_on);
    }
}

TEST_CASE("find_target: an unknown target is refused with the list") {
    for (const char* name : {"", "ice40", "ICE40-HX8K", "ice40-hx8k ", "$(id)"}) {
        const auto target = find_target(name);
        REQUIRE_FALSE(target.ok());
        CHECK(target.error().kind == ErrorKind::request);
        for (const auto& known : bitshed::flows::targets())
            CHECK(target.error().complaints[0].allowed.find(known.name) != std::string::npos);
    }
}

TEST_CASE("targets: no name stands twice") {
    std::set<std::string> names;
    for (const auto& target : bitshed::flows::targets()) CHECK(names.insert(target.name).second);
}

TEST_CASE("targets: the table of docs/flows.md has a line for each, as the program has it") {
    const auto page = bitshed::tests::text_of("../docs/flows.md");
    std::size_t lines = 0;
    for (const auto& target : bitshed::flows::targets()) {
        const std::string clock = target.router    ? target.router->program
                                  : target.library ? "OpenSTA"
                                                   : "none";
        const auto line = "| `" + target.name + "` | " + target.description + " | `" +
                          target.stock_pass() + "` | " +
                          (target.lut_definition.empty() ? "none" : target.lut_definition) + " | " +
                          clock + " |\n";
        INFO(line);
        CHECK(page.find(line) != std::string::npos);
        ++lines;
    }
    CHECK(lines >= 11);
}

TEST_CASE("count_cost: a LUT of iCE40 is an SB_LUT4, whatever the register's kind") {
    const auto cost = count_cost(find_target("ice40-hx8k").value(), {{"SB_LUT4", 184},
                                                                     {"SB_CARRY", 59},
                                                                     {"SB_DFFSR", 40},
                                                                     {"SB_DFFESR", 7},
                                                                     {"SB_MAC16", 1}})
                          .value();
    CHECK(cost.luts == 184);
    CHECK(cost.carries == 59);
    CHECK(cost.ffs == 47);
    CHECK(cost.dsps == 1);
}

TEST_CASE("count_cost: a carry cell of ECP5 counts as two LUTs too") {
    const auto cells = parse_stat(recorded("e2m1_ecp5_cells_by_module.json"))
                           .value()
                           .at("mac_e2m1_e2m1_exact_n1024");
    REQUIRE(cells == CellCounts{{"CCU2C", 10}, {"LUT4", 32}, {"TRELLIS_FF", 19}});
    const auto cost = count_cost(find_target("ecp5-25k").value(), cells).value();
    CHECK(cost.luts == 52);
    CHECK(cost.carries == 10);
    CHECK(cost.ffs == 19);
    CHECK(cost.dsps == 0);
}

TEST_CASE("count_cost: a cell the target does not know is an error, not nothing") {
    const auto cost = count_cost(find_target("ice40-hx8k").value(), {{"SB_LUT4", 3}, {"LUT4", 1}});
    REQUIRE_FALSE(cost.ok());
    CHECK(cost.error().kind == ErrorKind::tool);
    CHECK(cost.error().complaints[0].problem.find("'LUT4'") != std::string::npos);
}

TEST_CASE("core_cells: gives the unit's cells where unit and harness make up the flat netlist") {
    CHECK(core_cells(by_module(), flat(), "tiny_xor").value() ==
          CellCounts{{"SB_DFF", 4}, {"SB_LUT4", 4}});
}

TEST_CASE("core_cells: one cell more, less or of another type anywhere is an inconsistency") {
    const auto refused = [](const CellsByModule& apart, const CellsByModule& together) {
        const auto cells = core_cells(apart, together, "tiny_xor");
        return !cells.ok() && cells.error().kind == ErrorKind::tool &&
               cells.error().complaints[0].problem.find("internal inconsistency") == 0;
    };
    REQUIRE_FALSE(refused(by_module(), flat()));
    auto changed = by_module();
    changed["tiny_xor"]["SB_LUT4"] += 1;
    CHECK(refused(changed, flat()));
    changed = by_module();
    changed["bitshed_harness"]["SB_DFF"] -= 1;
    CHECK(refused(changed, flat()));
    changed = by_module();
    changed["bitshed_harness"]["tiny_xor"] = 2;
    CHECK(refused(changed, flat()));
    changed = by_module();
    changed["bitshed_harness"].erase("tiny_xor");
    CHECK(refused(changed, flat()));
    changed = by_module();
    changed["tiny_xor"].clear();
    CHECK(refused(changed, flat()));
    changed = by_module();
    changed["third"] = {{"SB_LUT4", 1}};
    CHECK(refused(changed, flat()));
    auto flattened = flat();
    flattened["bitshed_harness"]["SB_CARRY"] = 1;
    CHECK(refused(by_module(), flattened));
    CHECK(refused(by_module(), by_module()));  // what flatten left alone is not flat
    CHECK(refused(flat(), flat()));
}
