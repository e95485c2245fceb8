// Measuring hand-written units with the pinned tools.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "flows/synth.hpp"
#include "recorded.hpp"

namespace fs = std::filesystem;
using bitshed::flows::CellCounts;
using bitshed::flows::SynthRequest;
using bitshed::flows::SynthResult;

namespace {

bitshed::Result<SynthResult> measure(const bitshed::tests::HandWritten& unit,
                                     const SynthRequest& request) {
    // The tests' own folder is not where the executable looks for its virtual environment.
    ::setenv("BITSHED_VENV", (bitshed::tests::tests_folder().parent_path() / ".venv").c_str(), 1);
    return bitshed::flows::synthesize(unit.manifest, unit.verilog,
                                      bitshed::flows::make_synth_options(request).value(), 2,
                                      [](const std::string&) {});
}

SynthResult measured(const std::string& unit, const std::string& target, const fs::path& work) {
    const auto result = measure(bitshed::tests::hand_written(unit),
                                {.target = target, .seeds = "1,2,3", .work = work.string()});
    if (!result) FAIL(result.error().complaints[0].problem);
    return result.value();
}

}  // namespace

TEST_CASE("synth: four xor gates and four registers cost four LUTs and four registers") {
    const bitshed::ScratchFolder folder("synth-test");
    for (const char* target : {"ice40-hx8k", "ecp5-25k"}) {
        const auto result = measured("tiny_xor", target, folder.path() / target);
        CHECK(result.cost.luts == 4);
        CHECK(result.cost.ffs == 4);
        CHECK(result.cost.carries == 0);
        CHECK(result.cost.dsps == 0);
        REQUIRE(result.seeds.size() == 3);
        // One LUT deep: no path of the unit is longer than the harness's own.
        CHECK(*result.median_fmax_mhz() > 400);
        CHECK(result.timing_met() == true);
        CHECK(result.tools.size() == 2);
    }
}

TEST_CASE("synth: a MAC's clock is limited by a path of its own, and a missed aim is a result") {
    const bitshed::ScratchFolder folder("synth-test");
    for (const char* target : {"ice40-hx8k", "ecp5-25k"}) {
        const auto result = measured("mac_e4m3_e4m3_plain", target, folder.path() / target);
        CHECK(result.cost.ffs == 47);  // the accumulator and nothing else
        CHECK(result.cost.luts > 100);
        CHECK(result.cost.dsps == 0);
        CHECK(*result.median_fmax_mhz() < 100);
        CHECK(result.timing_met() == false);
        for (const auto& seed : result.seeds) CHECK(seed.limiter == bitshed::flows::Limiter::core);
    }
}

TEST_CASE("synth: the same request gives the same figures") {
    const bitshed::ScratchFolder folder("synth-test");
    const auto document = [&](const char* name) {
        return to_json(measured("mac_e4m3_e4m3_plain", "ice40-hx8k", folder.path() / name),
                       bitshed::flows::Detail::record)
            .dump();
    };
    const auto first = document("first");
    CHECK(first == document("second"));
    CHECK(first == document("first"));  // in a folder that holds an earlier run's files
}

TEST_CASE("synth: works in a folder whose name would hurt a shell") {
    const bitshed::ScratchFolder folder("synth-test");
    const auto work = folder.path() / "a b'c\"d $(id); é\n";
    const auto result = measured("tiny_xor", "ice40-hx8k", work);
    CHECK(result.cost.luts == 4);
    CHECK(fs::exists(work / "synth.log"));
    CHECK(fs::exists(work / "report_seed_3.json"));
}

TEST_CASE("synth: DSP blocks are used when they are allowed, and counted") {
    const bitshed::ScratchFolder folder("synth-test");
    auto unit = bitshed::tests::hand_written("mac_e4m3_e4m3_plain");
    const std::string in_gates = "{4'd0, w_significand} * {4'd0, a_significand}";
    const std::string wide = "(w_i * a_i)";
    REQUIRE(unit.verilog.find(in_gates) != std::string::npos);
    unit.verilog.replace(unit.verilog.find(in_gates), in_gates.size(), wide);
    const auto result = measure(unit, {.target = "ecp5-25k",
                                       .seeds = "1",
                                       .work = folder.path().string(),
                                       .dsp = bitshed::flows::DspBlocks::allowed});
    if (!result) FAIL(result.error().complaints[0].problem);
    CHECK(result.value().cost.dsps == 1);
}

TEST_CASE("synth: Verilog that Yosys refuses is the tool's error, with its words and its log") {
    const bitshed::ScratchFolder folder("synth-test");
    auto unit = bitshed::tests::hand_written("tiny_xor");
    unit.verilog = "module tiny_xor (input a output b); endmodule\n";
    const auto result = measure(unit, {.target = "ice40-hx8k", .work = folder.path().string()});
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == bitshed::ErrorKind::tool);
    const auto& problem = result.error().complaints[0].problem;
    CHECK(problem.find("syntax error") != std::string::npos);
    CHECK(problem.find("synth.log") != std::string::npos);
}

TEST_CASE("synth: a unit that is not in the Verilog is the tool's error") {
    const bitshed::ScratchFolder folder("synth-test");
    auto unit = bitshed::tests::hand_written("tiny_xor");
    unit.manifest.module = "another";
    const auto result = measure(unit, {.target = "ice40-hx8k", .work = folder.path().string()});
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == bitshed::ErrorKind::tool);
}
