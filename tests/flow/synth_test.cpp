// Measuring hand-written units with the pinned tools.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "flows/synth.hpp"
#include "recorded.hpp"
#include "support/process.hpp"

namespace fs = std::filesystem;
using bitshed::flows::CellCounts;
using bitshed::flows::SynthRequest;
using bitshed::flows::SynthResult;
using bitshed::flows::TimingMethod;

namespace {

/// The tests' own folder is not where the executable looks for its virtual environment.
void use_the_venv() {
    ::setenv("BITSHED_VENV", (bitshed::tests::tests_folder().parent_path() / ".venv").c_str(), 1);
}

bitshed::Result<SynthResult> measure(const bitshed::tests::HandWritten& unit,
                                     const SynthRequest& request) {
    use_the_venv();
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
    for (const char* target : {"ice40-hx8k", "ice40-up5k", "ecp5-25k", "machxo2", "machxo3",
                               "gowin-gw1n9", "gowin-gw2a18", "gowin-gw5a25"}) {
        INFO(target);
        const auto result = measured("tiny_xor", target, folder.path() / target);
        CHECK(result.cost.luts == 4);
        CHECK(result.cost.ffs == 4);
        CHECK(result.cost.carries == 0);
        CHECK(result.cost.dsps == 0);
        REQUIRE(result.seeds.size() == 3);
        // One LUT deep: no path of the unit is longer than the harness's own.
        CHECK(*result.median_fmax_mhz() > 100);
        CHECK(result.timing_met() == true);
        CHECK(result.method() == TimingMethod::routed);
        CHECK(result.tools.size() == 2);
    }
}

TEST_CASE("synth: four xor gates cost four LUTs on AMD's devices, which have no clock frequency") {
    const bitshed::ScratchFolder folder("synth-test");
    for (const char* target : {"xilinx-7", "xilinx-us+"}) {
        INFO(target);
        const auto result = measured("tiny_xor", target, folder.path() / target);
        CHECK(result.cost.luts == 4);
        CHECK(result.cost.ffs == 4);
        const auto document = to_json(result, bitshed::flows::Detail::run);
        CHECK(document["fmax_mhz"].is_null());
        CHECK(document["timing_met"].is_null());
        CHECK(document["timing"].is_null());
        CHECK(document["area"].is_null());
        CHECK(document["power"].is_null());
    }
}

TEST_CASE("synth: four xor gates and four registers have the area that the libraries give them") {
    const bitshed::ScratchFolder folder("synth-test");
    // XOR2X1 and DFFPOSX1 of either library, in square micrometres.
    for (const auto& [target, area] :
         {std::pair<const char*, double>{"asic-osu018", 4 * 56 + 4 * 96},
          std::pair<const char*, double>{"asic-osu035", 4 * 224 + 4 * 384}}) {
        INFO(target);
        const auto result = measured("tiny_xor", target, folder.path() / target);
        CHECK(result.area == area);
        CHECK(result.method() == TimingMethod::static_cells);
        const auto document = to_json(result, bitshed::flows::Detail::run);
        for (const char* none : {"luts", "carries", "dsps", "lut_definition"})
            CHECK(document[none].is_null());
        CHECK(document["ffs"] == 4);
        CHECK(document["fmax_mhz"]["all"].size() == 1);
        CHECK(document["timing"]["method"] == "static");
        CHECK(document["power"]["model"] == "vectorless");
        // The four gates drive four registers: half C V^2 for each of OpenSTA's 0.25 transitions a
        // cycle of an xor of two bits that toggle in every second one.
        const double pin_pf = std::string(target) == "asic-osu018" ? 0.00882947 : 0.0130794;
        const double volts = std::string(target) == "asic-osu018" ? 1.8 : 3.3;
        const double pj_a_cycle = 4 * 0.5 * pin_pf * volts * volts * 0.25;
        CHECK(result.power->switching_mw == Approx(pj_a_cycle * 0.1).epsilon(0.01));
        // Energy does not depend on the frequency it is told at, but for the leakage.
        const auto slower =
            measure(bitshed::tests::hand_written("tiny_xor"),
                    {.target = target, .freq = "25", .work = folder.path() / "slow"});
        CHECK(*slower.value().pj_per_mac() == Approx(*result.pj_per_mac()).epsilon(1e-3));
        CHECK(slower.value().power->total_mw == Approx(result.power->total_mw / 4).epsilon(1e-3));
    }
}

namespace {

/// A unit on a target, simulated on pairs that stand in a file.
SynthResult simulated(const std::string& unit, const std::string& target, const std::string& pairs,
                      const fs::path& work) {
    const auto operands = work / "operands.txt";
    REQUIRE(bitshed::write_file(operands, pairs).ok());
    const auto result =
        measure(bitshed::tests::hand_written(unit), {.target = target,
                                                     .seeds = "1",
                                                     .operands = operands.string(),
                                                     .work = (work / target).string()});
    if (!result) FAIL(result.error().complaints[0].problem);
    REQUIRE(result.value().activity);
    return result.value();
}

}  // namespace

TEST_CASE("synth: four xor gates whose operands alternate toggle as often as one counts by hand") {
    const bitshed::ScratchFolder folder("synth-test");
    for (const char* target : {"ecp5-25k", "asic-osu018"}) {
        INFO(target);
        // Every xor and every register changes in every cycle: 4 + 4.
        const auto result = simulated("tiny_xor", target, "0 0\nf 0\n", folder.path());
        CHECK(result.activity->cycles == 4096);
        CHECK(result.activity->macs == 4096);
        CHECK(result.activity->toggles == 8 * 4096);
        const auto document = to_json(result, bitshed::flows::Detail::run);
        CHECK(document["energy"]["toggles_per_mac"] == 8);
        CHECK(document["energy"]["stream"] == "file");
        CHECK(document["energy"]["seed"].is_null());
        CHECK(document["energy"]["pj_per_mac"].is_number() ==
              (std::string(target) == "asic-osu018"));
    }
    // One bit of the operands alone changes: one xor, one register; both at once: none.
    CHECK(simulated("tiny_xor", "ice40-hx8k", "3 0\n1 0\n", folder.path()).activity->toggles ==
          2 * 4096);
    CHECK(simulated("tiny_xor", "ice40-hx8k", "3 5\n5 3\n", folder.path()).activity->toggles == 0);
}

TEST_CASE("synth: the energy of alternating operands is what the library says of each change") {
    const bitshed::ScratchFolder folder("synth-test");
    for (const auto& [target, pin_pf, volts] :
         {std::tuple<const char*, double, double>{"asic-osu018", 0.00882947, 1.8},
          std::tuple<const char*, double, double>{"asic-osu035", 0.0130794, 3.3}}) {
        INFO(target);
        const auto moving = simulated("tiny_xor", target, "0 0\nf 0\n", folder.path());
        // Four gates into the data pins of four registers, whose own outputs drive nothing.
        CHECK(moving.activity->energy->switching_pj / 4096 ==
              Approx(4 * 0.5 * pin_pf * volts * volts));
        // Nothing moves but the clock: no switching, and inside the registers what OpenSTA says of
        // the clock pins. It books the energy of a rise and of a fall on either edge, hence the
        // half.
        const auto still = simulated("tiny_xor", target, "5 3\n", folder.path());
        CHECK(still.activity->toggles == 0);
        CHECK(still.activity->energy->switching_pj == 0);
        const auto script = bitshed::read_file(folder.path() / target / "power.tcl").value();
        auto quiet = script;
        quiet.replace(quiet.find("-activity 0.5"), 13, "-activity 0.0");
        REQUIRE(bitshed::write_file(folder.path() / target / "quiet.tcl", quiet).ok());
        const auto log = folder.path() / target / "quiet.log";
        const auto ended =
            bitshed::run({.arguments = {"sta", "-no_init", "-no_splash", "-exit", "quiet.tcl"},
                          .folder = folder.path() / target,
                          .log = log});
        REQUIRE(ended.ok());
        const auto clock_alone =
            bitshed::flows::parse_power_log(bitshed::read_file(log).value()).value();
        CHECK(still.activity->energy->internal_pj / 4096 ==
              Approx(clock_alone.internal_mw * 10 / 2).epsilon(1e-4));
        CHECK(still.activity->energy->leakage_pj / 4096 ==
              Approx(clock_alone.leakage_mw * 10).epsilon(1e-4));
        CHECK(*moving.activity->pj_per_mac() > *still.activity->pj_per_mac());
    }
}

TEST_CASE("synth: a MAC's energy comes from a seed, and a resting MAC draws its clock alone") {
    const bitshed::ScratchFolder folder("synth-test");
    const auto unit = bitshed::tests::hand_written("mac_e4m3_e4m3_plain");
    const auto drawn = [&](const char* stream, const char* seed) {
        const auto result = measure(unit, {.target = "asic-osu018",
                                           .activity = stream,
                                           .activity_seed = seed,
                                           .work = folder.path() / "drawn"});
        if (!result) FAIL(result.error().complaints[0].problem);
        return *result.value().activity;
    };
    const auto first = drawn("gauss", "1");
    CHECK(first.toggles == drawn("gauss", "1").toggles);
    CHECK(first.toggles != drawn("gauss", "2").toggles);
    CHECK(first.toggles != drawn("uniform", "1").toggles);
    CHECK(first.macs < first.cycles);  // clearing takes a cycle
    // Zero times zero: but for the cycles of clear nothing has a reason to move.
    const auto rest = simulated("mac_e4m3_e4m3_plain", "asic-osu018", "0 0\n", folder.path());
    CHECK(rest.activity->toggles_per_mac() < 0.1);
    CHECK(*rest.activity->pj_per_mac() < *first.pj_per_mac() / 4);
}

TEST_CASE("synth: a target of the extra set-up is measured, or says how to be got") {
    const bitshed::ScratchFolder folder("synth-test");
    for (const char* target : {"nexus-40", "gatemate-a1"}) {
        INFO(target);
        const auto unit = bitshed::tests::hand_written("tiny_xor");
        const auto result =
            measure(unit, {.target = target, .seeds = "1", .work = folder.path() / target});
        if (result) {
            CHECK(result.value().cost.luts == 4);
            CHECK(result.value().cost.ffs == 4);
            CHECK(*result.value().median_fmax_mhz() > 100);
        } else {
            WARN(target << " is not measured here: " << result.error().complaints[0].problem);
            CHECK(result.error().kind == bitshed::ErrorKind::tool);
            CHECK(result.error().complaints[0].allowed.find("./setup.sh --extra") !=
                  std::string::npos);
        }
    }
}

TEST_CASE("synth: a MAC's clock is limited by a path of its own, and a missed aim is a result") {
    const bitshed::ScratchFolder folder("synth-test");
    for (const char* target : {"ice40-hx8k", "ecp5-25k", "asic-osu035"}) {
        INFO(target);
        const auto result = measured("mac_e4m3_e4m3_plain", target, folder.path() / target);
        CHECK(result.cost.ffs == 47);  // the accumulator and nothing else
        CHECK(result.cost.dsps == 0);
        CHECK(*result.median_fmax_mhz() < 100);
        CHECK(result.timing_met() == false);
        for (const auto& seed : result.seeds) CHECK(seed.limiter == bitshed::flows::Limiter::core);
        if (result.timed) CHECK(result.timed->limiter == bitshed::flows::Limiter::core);
    }
}

TEST_CASE("synth: every target counts a MAC's cells exactly, and effort area is never more") {
    const bitshed::ScratchFolder folder("synth-test");
    const auto unit = bitshed::tests::hand_written("mac_e4m3_e4m3_plain");
    std::size_t lower = 0;
    for (const auto& target : bitshed::flows::targets()) {
        INFO(target.name);
        auto options =
            bitshed::flows::make_synth_options({.target = target.name,
                                                .effort = "area",
                                                .work = (folder.path() / target.name).string()})
                .value();
        options.target.router.reset();  // cells alone; an inconsistency is an error of synthesize
        use_the_venv();
        const auto result = bitshed::flows::synthesize(unit.manifest, unit.verilog, options, 2,
                                                       [](const std::string&) {});
        if (!result) FAIL(result.error().complaints[0].problem);
        const SynthResult& value = result.value();
        CHECK(value.cost.ffs == 47);
        REQUIRE(value.attempts.size() == 1 + target.synthesis.attempts.size());
        CHECK(value.attempts[0].name == "stock");
        double least = value.attempts[0].size;
        for (const auto& attempt : value.attempts) {
            CHECK(attempt.size > 0);
            least = std::min(least, attempt.size);
            if (attempt.name == value.kept)
                CHECK(attempt.size == (value.area ? *value.area : double(value.cost.luts)));
        }
        CHECK(least == (value.area ? *value.area : double(value.cost.luts)));
        if (least < value.attempts[0].size) ++lower;
        CHECK(fs::exists(folder.path() / target.name / value.unit_netlist));
    }
    CHECK(lower >= 5);
}

TEST_CASE("synth: on Gowin a small LUT on the path is timed") {
    const bitshed::ScratchFolder folder("synth-test");
    for (const char* target : {"gowin-gw1n9", "gowin-gw2a18", "gowin-gw5a25"}) {
        INFO(target);
        const auto result = measured("and_adder", target, folder.path() / target);
        CHECK(result.cells.contains("LUT2"));
        const auto report = bitshed::flows::parse_nextpnr_report(
            bitshed::read_file(folder.path() / target / "report_seed_1.json").value(), "core.");
        CHECK(report.value().path_start.find("operands_q") == 0);
        CHECK(report.value().path_end.find("core.") == 0);
    }
}

TEST_CASE("synth: what a multiply-accumulate takes is cycles times period") {
    SynthResult result;
    result.seeds = {{1, 50, bitshed::flows::Limiter::core}, {2, 40, bitshed::flows::Limiter::core}};
    result.lanes = 4;
    result.latency = 3;
    result.interval = 2;
    const auto timing = to_json(result, bitshed::flows::Detail::record)["timing"];
    CHECK(timing["method"] == "routed");
    CHECK(timing["period_ns"] == 22.222);
    CHECK(timing["latency_ns"] == 66.667);
    CHECK(timing["macs_per_cycle"] == 2);
    CHECK(timing["ns_per_mac"] == 11.111);
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
