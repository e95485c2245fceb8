// What synth may be asked for, the plan it makes of it, and the harness around the unit.
#include <catch2/catch.hpp>

#include "flows/harness.hpp"
#include "flows/synth_plan.hpp"
#include "recorded.hpp"

using bitshed::ErrorKind;
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
                                           .effort = "area",
                                           .time_limit = "0",
                                           .work = ""})
                           .error();
    REQUIRE(error.complaints.size() == 6);
    CHECK(error.complaints[3].problem == "effort: 'area' is not available in this version");
    for (const auto& complaint : error.complaints) CHECK_FALSE(complaint.allowed.empty());
}

TEST_CASE("synth plan: DSP blocks are off on every target unless they are asked for") {
    const auto unit = bitshed::tests::hand_written("tiny_xor");
    SynthRequest request;
    request.target = "ecp5-25k";
    const auto without = synth_script(unit.manifest, make_synth_options(request).value());
    CHECK(without.find("synth_ecp5 -nodsp -nowidelut -top bitshed_harness\n") != std::string::npos);
    request.dsp = bitshed::flows::DspBlocks::allowed;
    const auto with = synth_script(unit.manifest, make_synth_options(request).value());
    CHECK(with.find("-nodsp") == std::string::npos);
    request.target = "ice40-hx8k";
    CHECK(synth_script(unit.manifest, make_synth_options(request).value()).find(" -dsp ") !=
          std::string::npos);
}

TEST_CASE("synth plan: a route has its seed, and a missed aim is allowed") {
    const auto options =
        make_synth_options({.target = "ice40-hx8k", .seeds = "4,9", .freq = "62.5"}).value();
    const auto runs = route_runs(options);
    REQUIRE(runs.size() == 2);
    CHECK(runs[1].seed == 9);
    CHECK(runs[1].arguments == std::vector<std::string>{"--hx8k", "--package", "ct256", "--json",
                                                        "netlist.json", "--report",
                                                        "report_seed_9.json", "--seed", "9",
                                                        "--freq", "62.5", "--timing-allow-fail"});
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
