// Is the judge strict? Yosys changes one bit of a unit at a time; every mutant that the judge lets
// pass must be proved to be no change at all.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "coverage.hpp"
#include "emit/artifacts.hpp"
#include "harness/judge.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

using namespace bitshed;
namespace fs = std::filesystem;

namespace {

/// How many mutants of each unit; BITSHED_MUTANTS asks for more.
int mutants_of_each() {
    const char* given = std::getenv("BITSHED_MUTANTS");
    return given == nullptr ? 100 : std::stoi(given);
}

mac::MacOptions options(const std::string& spec) {
    mac::MacOptions made;
    made.spec = spec;
    made.terms = "60";
    return made;
}

/// One unit of each architecture, small enough to be judged a thousand times.
std::vector<mac::MacSpec> architectures() {
    std::vector<mac::MacOptions> list(14);
    list[0] = options("e3m2*e3m1");
    list[0].stages = "1";
    list[0].enable = true;
    list[1] = options("e2m2ieee*e3m1fn");
    list[2] = options("int4*int5");
    list[2].stages = "2";
    list[3] = options("e2m1*int4+fixed10");
    list[3].overflow = "saturate";
    list[3].lanes = "2";
    // Products finer than the accumulator and larger than it: every state can be reached, so that a
    // proof from any state asks no more than the judge can see.
    list[4] = options("e3m2*e3m1+e3m2fn");
    list[4].result = "e2m1";
    list[5] = options("e2m1*e2m1");
    list[5].handshake = "stream";
    list[5].stages = "2";
    list[6] = options("uint3*e2m2");
    list[6].result = "bf16";
    list[6].handshake = "valid";
    list[7] = options("e3m1*e2m2");
    list[7].sign = "late";
    list[8] = options("e2m1*e2m1");
    list[8].product = "table";
    list[9] = options("e2m1*int3");
    list[9].carry = "deferred";
    list[9].stages = "1";
    list[9].enable = true;
    list[10] = options("e3m1*e2m2");
    list[10].cells = "ecp5";
    list[11] = options("e2m1*int4");
    list[11].carry = "retimed";
    list[11].handshake = "valid";
    list[12] = options("int7*int7");
    list[12].product = "tree";
    list[13] = options("int4*int3");
    list[13].lanes = "2";
    list[13].product = "packed";
    std::vector<mac::MacSpec> specs;
    for (const auto& each : list) specs.push_back(mac::make_mac_spec(each).value());
    return specs;
}

struct Mutant {
    const mac::MacSpec* spec;
    std::string module;  ///< of the unit it was made of
    std::string change;
    harness::UnitUnderTest unit;
};

void add_mutants(const mac::MacSpec& spec, const fs::path& folder, std::vector<Mutant>& mutants) {
    const auto artifacts = emit::make_artifacts(spec, mac::build_mac(spec));
    const std::string module = artifacts.manifest.module;
    const fs::path unit = folder / (module + ".v");
    REQUIRE(write_file(unit, artifacts.verilog()).ok());
    const auto ended =
        run({.arguments = {BITSHED_PYTHON, BITSHED_MAKE_MUTANTS, unit.string(), module,
                           std::to_string(mutants_of_each()), "1", (folder / module).string()},
             .log = folder / (module + ".log")});
    REQUIRE((ended.ok() && ended.value().status == 0));
    for (int number = 0;; ++number) {
        const auto text = read_file(folder / module / fmt::format("{}.v", number));
        if (!text.ok()) break;
        harness::UnitUnderTest mutant;
        mutant.manifest = artifacts.manifest;
        mutant.manifest.module = fmt::format("{}_mutant{}", module, number);
        mutant.verilog = text.value();
        mutants.push_back(
            {&spec, module, text.value().substr(0, text.value().find('\n')), std::move(mutant)});
    }
}

/// A mutant under the name of its unit, in a file of its own.
fs::path renamed(const Mutant& mutant, const fs::path& folder) {
    std::string text = mutant.unit.verilog;
    const std::string name = mutant.unit.manifest.module;
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name))
        text.replace(at, name.size(), mutant.module);
    fs::path file = folder / (name + ".v");
    REQUIRE(write_file(file, text).ok());
    return file;
}

/// By `bitshed prove`: is it the unit itself, from every state?
bool is_proved(const Mutant& mutant, const fs::path& folder) {
    const fs::path unit = folder / "units" / mutant.module, out = folder / "prove.json";
    const auto artifacts = emit::make_artifacts(*mutant.spec, mac::build_mac(*mutant.spec));
    for (const auto& [each, bytes] : artifacts.files) REQUIRE(write_file(unit / each, bytes).ok());
    const auto ended = run({.arguments = {BITSHED_EXECUTABLE, "prove", unit.string(), "--rtl",
                                          renamed(mutant, folder).string(), "--json", "--quiet"},
                            .standard_output = out});
    REQUIRE(ended.ok());
    const auto report = nlohmann::json::parse(read_file(out).value(), nullptr, false);
    return report.is_object() && report.value("status", "") == "proved";
}

/// "equal", "different" or "unknown", over all runs from registers at zero: for a difference that
/// only states show which no run leads to.
std::string compared_over_runs(const Mutant& mutant, const fs::path& folder) {
    const fs::path answer = folder / "answer";
    const auto ended = run(
        {.arguments = {BITSHED_PYTHON, BITSHED_COMPARE_RUNS,
                       (folder / (mutant.module + ".v")).string(), renamed(mutant, folder).string(),
                       mutant.module, (folder / "runs").string()},
         .standard_output = answer});
    REQUIRE((ended.ok() && ended.value().status == 0));
    return std::string(trim(read_file(answer).value()));
}

}  // namespace

TEST_CASE("mutants: the judge kills all that are not proved to be the unit itself") {
    const ScratchFolder folder("mutants");
    const auto specs = architectures();
    std::vector<Mutant> mutants;
    for (const auto& spec : specs) add_mutants(spec, folder.path(), mutants);
    REQUIRE(mutants.size() > specs.size() * 20);

    std::vector<harness::UnitUnderTest> units;
    for (const Mutant& mutant : mutants) units.push_back(mutant.unit);
    harness::JudgeOptions judge;
    judge.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    judge.limit = std::chrono::seconds(3600);
    const auto verdicts = harness::judge(units, judge);
    std::size_t killed = 0, equivalent = 0, equal_in_runs = 0;
    std::set<std::string> controlled;
    std::vector<std::string> survivors;
    for (std::size_t i = 0; i < mutants.size(); ++i) {
        INFO(mutants[i].unit.manifest.module << ": " << mutants[i].change);
        REQUIRE(verdicts[i].ok());
        // By what it does, not by what Verilator warns of in Yosys's text.
        const harness::Verdict& verdict = verdicts[i].value();
        if (verdict.mismatches > 0 || verdict.pairs_visited < verdict.pairs_total) {
            ++killed;
            if (controlled.insert(mutants[i].module).second) {
                CHECK_FALSE(is_proved(mutants[i], folder.path()));
                CHECK(compared_over_runs(mutants[i], folder.path()) == "different");
            }
        } else if (is_proved(mutants[i], folder.path())) {
            ++equivalent;
        } else {
            const std::string answer = compared_over_runs(mutants[i], folder.path());
            CHECK(answer == "equal");
            if (answer == "equal")
                ++equal_in_runs;
            else
                survivors.push_back(mutants[i].module + ": " + mutants[i].change);
        }
    }
    CHECK(controlled.size() == specs.size());
    // A nightly run counts more; its numbers are not those that are claimed.
    tests::write_coverage(std::getenv("BITSHED_MUTANTS") == nullptr ? "mutants" : "more_mutants",
                          {{"what", "one bit of a unit changed by Yosys's mutate"},
                           {"architectures", specs.size()},
                           {"mutants", mutants.size()},
                           {"killed", killed},
                           {"proved_equivalent", equivalent},
                           {"equal_in_every_run", equal_in_runs},
                           {"survived", survivors.size()},
                           {"survivors", survivors}});
    std::cout << fmt::format(
        "{} mutants: {} killed, {} proved equivalent from every state, {} in every run, {} "
        "survive\n",
        mutants.size(), killed, equivalent, equal_in_runs, survivors.size());
}
