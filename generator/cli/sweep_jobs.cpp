// The two verbs that `sweep` starts by itself, through Ninja: not for people, so not in --help.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "cli/rebuild.hpp"
#include "cli/session.hpp"
#include "flows/accuracy.hpp"
#include "flows/sweep_job.hpp"
#include "harness/judge.hpp"

namespace bitshed::cli {

namespace {

struct JobVerb {
    std::string run;
    std::string key;
    std::string folder;
    unsigned limit = 1800;
};

/// The runner of kind "verify". Mismatches are a result.
Result<nlohmann::ordered_json> run_verify_job(const flows::JobInput& input) {
    std::vector<harness::UnitUnderTest> units(1);
    units[0].manifest = input.unit->manifest;
    units[0].verilog = input.unit->verilog;
    units[0].module = rebuild_module(input.unit->manifest);
    harness::JudgeOptions options;
    options.stimulus.seed = input.request.at("seed").get<std::uint64_t>();
    options.limit = input.limit;
    const auto verdicts = harness::judge(units, options);
    if (!verdicts[0]) return verdicts[0].error();
    return harness::to_json(verdicts[0].value());
}

ExitCode finished(const Outcome& outcome) {
    return outcome ? done : Session::fail(outcome.error());
}

}  // namespace

void add_sweep_jobs(CLI::App& app, Session& session) {
    const auto given = std::make_shared<JobVerb>();
    CLI::App* supervise =
        add_verb(app, session, "supervise-point", "Start the job of a point (run by sweep)",
                 "  (bitshed sweep runs this)", [given] {
                     // Ninja does not end its jobs when it is killed: they ask the kernel to tell
                     // them.
                     ::prctl(PR_SET_PDEATHSIG, SIGTERM);
                     return finished(flows::supervise_point(given->run, given->key));
                 });
    supervise->group("");
    supervise->add_option("RUN", given->run)->required();
    supervise->add_option("KEY", given->key)->required();
    CLI::App* run = add_verb(app, session, "run-point", "Run a point (run by sweep)",
                             "  (bitshed sweep runs this)", [given] {
                                 // Each program has the limit, and a little later this process and
                                 // all it started.
                                 constexpr unsigned later = 2;
                                 ::alarm(given->limit + later);
                                 return finished(flows::run_point(
                                     given->folder, std::chrono::seconds(given->limit),
                                     {{flows::point_kinds::synth, flows::run_synth_job},
                                      {flows::point_kinds::verify, run_verify_job},
                                      {flows::point_kinds::accuracy, flows::run_accuracy_job}}));
                             });
    run->group("");
    run->add_option("FOLDER", given->folder)->required();
    run->add_option("--limit", given->limit)->required();
}

}  // namespace bitshed::cli
