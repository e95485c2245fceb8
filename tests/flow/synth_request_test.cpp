// What synth may be asked for, the plan it makes of it, and the harness around the unit.
#include <catch2/catch.hpp>

#include <set>

#include "flows/activity_plan.hpp"
#include "flows/harness.hpp"
#include "flows/synth_plan.hpp"
#include "recorded.hpp"

using bitshed::ErrorKind;
using bitshed::flows::DspBlocks;
using bitshed::flows::make_synth_options;
using bitshed::flows::SynthRequest;

TEST_CASE("synth request: the defaults are five seeds, 100 MHz, no DSP blocks") {
    SynthRequest request;
    request.target = "ice40-hx8k";
    const auto options = make_synth_options(request).value();
    CHECK(options.seeds == std::vector<int>{1, 2, 3, 4, 5});
    CHECK(options.freq_mhz == 100);
    CHECK(options.dsp == bitshed::flows::DspBlocks::avoided);
    CHECK_FALSE(options.work.has_value());
}

TEST_CASE("synth request: takes seeds, a frequency with a point, a time limit, a folder") {
    const auto options = make_synth_options({.target = "ecp5-25k",
                                             .seeds = "7,0,2147483647",
                                             .freq = "62.5",
                                             .effort = "stock",
                                             .time_limit = "9",
                                             .work = "a b"})
                             .value();
    CHECK(options.seeds == std::vector<int>{7, 0, 2147483647});
    CHECK(options.freq_mhz == 62.5);
    CHECK(options.time_limit.count() == 9);
    CHECK(options.work == "a b");
}

TEST_CASE("synth request: operands are drawn or given, and no other word is a stream") {
    using bitshed::flows::Stream;
    const std::string target = "ice40-hx8k";
    CHECK_FALSE(make_synth_options({.target = target}).value().activity.has_value());
    const auto drawn =
        make_synth_options({.target = target, .activity = "gauss", .activity_seed = "7"});
    CHECK(drawn.value().activity->stream == Stream::gauss);
    CHECK(drawn.value().activity->seed == 7);
    const auto plain = make_synth_options({.target = target, .activity = "uniform"});
    CHECK(plain.value().activity->stream == Stream::uniform);
    CHECK(plain.value().activity->seed == 1);
    const auto given = make_synth_options({.target = target, .operands = "a b"});
    CHECK(given.value().activity->stream == Stream::file);
    CHECK(given.value().activity->operands == "a b");
    const auto count = [&](const SynthRequest& request) {
        const auto refused = make_synth_options(request);
        return refused ? 0 : refused.error().complaints.size();
    };
    CHECK(count({.target = target, .activity = "Gauss"}) == 1);
    CHECK(count({.target = target, .activity = "file"}) == 1);
    CHECK(count({.target = target, .activity = ""}) == 1);
    CHECK(count({.target = target, .activity = "gauss", .operands = "x"}) == 1);
    CHECK(count({.target = target, .activity_seed = "1"}) == 1);
    CHECK(count({.target = target, .activity = "gauss", .activity_seed = "-1"}) == 1);
    CHECK(count({.target = target, .activity = "x", .activity_seed = "x", .operands = "x"}) == 3);
}

TEST_CASE("synth plan: every target has models of its cells, and the bench names every port") {
    const auto manifest = bitshed::tests::hand_written("tiny_xor").manifest;
    for (const auto& target : bitshed::flows::targets()) {
        INFO(target.name);
        REQUIRE_FALSE(target.cell_models.empty());
        const auto script = bitshed::flows::activity_script(manifest, target, "unit_netlist.v");
        CHECK(script.find("\n" + target.cell_models[0] + "\nread_verilog unit_netlist.v\n") !=
              std::string::npos);
    }
    const auto stimulus = bitshed::flows::make_stimulus(manifest, {.pairs = {{1, 2}}});
    const auto bench = bitshed::flows::activity_bench(manifest, stimulus);
    for (const char* connection :
         {".clk_i(clk),", ".w_i(row[3:0]),", ".a_i(row[7:4]),", ".acc_o()\n"})
        CHECK(bench.find(connection) != std::string::npos);
}

TEST_CASE("synth request: the word none asks for no seed") {
    CHECK(make_synth_options({.target = "ice40-hx8k", .seeds = "none"}).value().seeds.empty());
    CHECK_FALSE(make_synth_options({.target = "ice40-hx8k", .seeds = "1,none"}).ok());
}

TEST_CASE("synth request: refuses seeds that are none, twice there or too many") {
    std::string many = "1";
    for (int seed = 2; seed <= 101; ++seed) many += "," + std::to_string(seed);
    for (const std::string& seeds :
         {std::string(""), std::string("1,"), std::string("a"), std::string("-1"),
          std::string("1 ,2"), std::string("01"), std::string("1e3"), std::string("0x10"),
          std::string("2147483648"), std::string("9223372036854775808"), std::string("3,1,3"),
          many}) {
        const auto options = make_synth_options({.target = "ice40-hx8k", .seeds = seeds});
        REQUIRE_FALSE(options.ok());
        CHECK(options.error().kind == ErrorKind::request);
    }
}

TEST_CASE("synth request: refuses frequencies and times that are none") {
    for (const char* freq : {"", "0", "-1", "1e3", "0x10", "nan", "inf", "1.2.3", ".", "10001"})
        CHECK_FALSE(make_synth_options({.target = "ice40-hx8k", .freq = freq}).ok());
    for (const char* timeout : {"", "0", "-1", "1.5", "1e3", "86401"})
        CHECK_FALSE(make_synth_options({.target = "ice40-hx8k", .time_limit = timeout}).ok());
}

TEST_CASE("synth request: says all that is wrong at once") {
    const auto error = make_synth_options({.target = "nonsense",
                                           .seeds = "x",
                                           .freq = "fast",
                                           .effort = "best",
                                           .time_limit = "0",
                                           .work = ""})
                           .error();
    REQUIRE(error.complaints.size() == 6);
    CHECK(error.complaints[3].problem == "effort: 'best' is unknown");
    CHECK(error.complaints[3].allowed == "stock, area");
    for (const auto& complaint : error.complaints) CHECK_FALSE(complaint.allowed.empty());
}

TEST_CASE("synth plan: DSP blocks are off on every target unless they are asked for") {
    const auto unit = bitshed::tests::hand_written("tiny_xor");
    const auto script = [&](const char* target, DspBlocks dsp) {
        const auto options = make_synth_options({.target = target, .dsp = dsp}).value();
        return synthesis_runs(unit.manifest, options)[0].text;
    };
    for (const char* target : {"ecp5-25k", "machxo2", "nexus-40", "gowin-gw1n9", "xilinx-7"}) {
        CHECK(script(target, DspBlocks::avoided).find(" -nodsp") != std::string::npos);
        CHECK(script(target, DspBlocks::allowed).find("-nodsp") == std::string::npos);
    }
    CHECK(script("gatemate-a1", DspBlocks::avoided).find(" -nomult") != std::string::npos);
    CHECK(script("ice40-hx8k", DspBlocks::avoided).find("-dsp") == std::string::npos);
    CHECK(script("ice40-hx8k", DspBlocks::allowed).find(" -dsp ") != std::string::npos);
}

TEST_CASE("synth plan: effort area adds attempts to the stock run, each with files of its own") {
    const auto unit = bitshed::tests::hand_written("tiny_xor");
    for (const auto& target : bitshed::flows::targets()) {
        INFO(target.name);
        const auto stock =
            synthesis_runs(unit.manifest, make_synth_options({.target = target.name}).value());
        const auto area = synthesis_runs(
            unit.manifest, make_synth_options({.target = target.name, .effort = "area"}).value());
        REQUIRE(stock.size() == 1);
        REQUIRE(area.size() == 1 + target.synthesis.attempts.size());
        REQUIRE(area.size() >= 3);
        CHECK(area[0].text == stock[0].text);
        std::set<std::string> files;
        for (const auto& run : area) {
            for (const auto& file : {run.script, run.log, run.cells_by_module, run.cells_flat,
                                     run.netlist, run.flat_verilog, run.unit_netlist})
                CHECK(files.insert(file).second);
            CHECK(run.text.find("@") == std::string::npos);  // no hole is left
        }
        CHECK(area[1].text.find(" -script +") != std::string::npos);
    }
}

TEST_CASE("synth plan: a route has its seed, and a missed aim is allowed") {
    const auto options =
        make_synth_options({.target = "ice40-hx8k", .seeds = "4,9", .freq = "62.5"}).value();
    const auto run = route_run(options, "netlist.json", options.seeds[1]);
    CHECK(run.seed == 9);
    CHECK(run.arguments == std::vector<std::string>{"--hx8k", "--package", "ct256", "--json",
                                                    "netlist.json", "--report",
                                                    "report_seed_9.json", "--seed", "9", "--freq",
                                                    "62.5", "--timing-allow-fail"});
}

TEST_CASE("synth plan: static timing is asked for at the frequency of the request") {
    const auto options = make_synth_options({.target = "asic-osu018", .freq = "62.5"}).value();
    const auto script = timing_script(options, "netlist.v");
    CHECK(script.find("create_clock -name clk -period 16.000000 ") != std::string::npos);
    CHECK(script.find("read_verilog netlist.v\n") != std::string::npos);
}

TEST_CASE("synth plan: power is asked for in the midst of a sum, with toggling operands") {
    const auto options = make_synth_options({.target = "asic-osu018"}).value();
    auto manifest = bitshed::tests::hand_written("mac_e4m3_e4m3_plain").manifest;
    manifest.ports.push_back({"en_i", "input", 1, "enable"});
    const auto script = power_script(manifest, options, "unit_netlist.v");
    CHECK(script.find("link_design mac_e4m3_e4m3_plain\n") != std::string::npos);
    CHECK(script.find("[get_ports clk_i]") != std::string::npos);
    CHECK(script.find("-input_ports clear_i -activity 0.0 -duty 0.0\n") != std::string::npos);
    CHECK(script.find("-input_ports en_i -activity 0.0 -duty 1.0\n") != std::string::npos);
    CHECK(script.find("set_input_delay 0 -clock clk [get_ports {clear_i w_i a_i en_i}]") !=
          std::string::npos);
    CHECK(script.find("-input_ports w_i") == std::string::npos);
    CHECK(script.find("-input_ports clk_i") == std::string::npos);
}

TEST_CASE("harness: feeds every input but the clock and captures every output") {
    const auto text =
        bitshed::flows::harness_text(bitshed::tests::hand_written("mac_e4m3_e4m3_plain").manifest)
            .value();
    CHECK(text.find("IN_BITS  = 17;") != std::string::npos);
    CHECK(text.find("OUT_BITS = 47;") != std::string::npos);
    CHECK(text.find("    .clk_i(clk),\n"
                    "    .clear_i(operands_q[0:0]),\n"
                    "    .w_i(operands_q[8:1]),\n"
                    "    .a_i(operands_q[16:9]),\n"
                    "    .acc_o(outputs[46:0])\n") != std::string::npos);
}

TEST_CASE("harness: a unit of the harness's own name is refused") {
    auto manifest = bitshed::tests::hand_written("tiny_xor").manifest;
    for (const char* name : {"bitshed_harness", "bitshed_parity"}) {
        manifest.module = name;
        CHECK_FALSE(bitshed::flows::harness_text(manifest).ok());
    }
}
