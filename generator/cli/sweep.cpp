// bitshed sweep: every point of a plan, into a store.
#include "flows/sweep.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "cli/session.hpp"
#include "emit/artifacts.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"
#include "quant/shipped.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace fs = std::filesystem;

namespace {

struct SweepVerb {
    std::string plan;
    std::string store;
    std::optional<std::string> work;
    std::optional<std::string> launcher;
    std::string timeout = "1800";
    std::string queue_timeout = "86400";
    std::string keep = "logs";
    bool retry_failed = false;
};

Result<flows::PlannedUnit> make_unit(const flows::UnitRequest& request) {
    mac::MacOptions options;
    options.spec = request.spec;
    options.terms = request.terms;
    options.lanes = request.lanes;
    options.stages = request.stages;
    options.shifter = request.shifter;
    options.sign = request.sign;
    options.product = request.product;
    options.carry = request.carry;
    options.cells = request.cells;
    const auto spec = mac::make_mac_spec(options);
    if (!spec) return spec.error();
    const auto artifacts = emit::make_artifacts(spec.value(), mac::build_mac(spec.value()));
    const format::Format& weight = spec.value().weight;
    const format::Format& activation = spec.value().activation;
    return flows::PlannedUnit{artifacts.manifest,
                              artifacts.verilog(),
                              {{"weight_exponent_bits", weight.exponent_bits},
                               {"weight_fraction_bits", weight.fraction_bits},
                               {"activation_exponent_bits", activation.exponent_bits},
                               {"activation_fraction_bits", activation.fraction_bits}}};
}

/// A shipped network goes by its name, so that a store does not depend on where it lies.
Result<flows::PlannedModel> find_model(const std::string& name) {
    const auto shipped = quant::shipped_network(name);
    std::error_code failure;
    const fs::path file = shipped ? *shipped : fs::absolute(name, failure);
    const auto text = read_file(file);
    if (!text)
        return Error(
            ErrorKind::request, fmt::format("models: there is no {}", printable(name)),
            fmt::format("{}; or an ONNX file", fmt::join(quant::shipped_networks(), ", ")));
    return flows::PlannedModel{name, sha256(text.value()), shipped ? name : file.string()};
}

std::chrono::seconds seconds(const char* option, const std::string& given,
                             std::vector<Complaint>& complaints) {
    const auto parsed = parse_whole_number(given, 1, 10'000'000);
    if (!parsed)
        complaints.push_back({fmt::format("{}: {} will not do", option, printable(given)),
                              "whole seconds from 1 to 10000000"});
    return std::chrono::seconds(parsed.value_or(1));
}

Result<flows::SweepOptions> sweep_options(const Session& session, const SweepVerb& given) {
    std::vector<Complaint> complaints;
    flows::SweepOptions options;
    options.store = given.store;
    options.jobs = session.job_count();
    options.retry = given.retry_failed ? flows::Retry::failed_too : flows::Retry::unfinished;
    options.settings.limit = seconds("timeout", given.timeout, complaints);
    options.settings.queue = seconds("queue-timeout", given.queue_timeout, complaints);
    if (given.store.empty()) complaints.push_back({"store: no file is named", "--store FILE"});
    if (given.work) {
        if (given.work->empty()) complaints.push_back({"work: no folder is named", "a path"});
        options.work = *given.work;
    }
    if (given.launcher) {
        auto words = split_words(*given.launcher);
        if (!words)
            complaints.push_back({fmt::format("launcher: {} has a quote that is not closed",
                                              printable(*given.launcher)),
                                  "words with blanks between; '...' and \"...\" keep blanks"});
        options.settings.launcher = std::move(words).value_or(std::vector<std::string>{});
    }
    if (given.keep == "all")
        options.settings.keep = flows::Keep::all;
    else if (given.keep == "failures")
        options.settings.keep = flows::Keep::failures;
    else if (given.keep != "logs")
        complaints.push_back(
            {fmt::format("keep: {} is unknown", printable(given.keep)), "logs, failures, all"});
    if (!complaints.empty()) return Error(ErrorKind::request, std::move(complaints));
    auto executable = own_executable();
    if (!executable) return executable.error();
    options.settings.executable = std::move(executable).value();
    return options;
}

/// "3 min", "45 s": no more exact than it can be.
std::string about(double seconds_left) {
    if (seconds_left < 90) return fmt::format("{:.0f} s", seconds_left);
    if (seconds_left < 5400) return fmt::format("{:.0f} min", seconds_left / 60);
    return fmt::format("{:.1f} h", seconds_left / 3600);
}

/// What came out, in a few words.
std::string outcome(const flows::StoreRow& row) {
    if (row.status != flows::PointStatus::done)
        return fmt::format("{}: {}", flows::status_name(row.status), row.problem);
    if (row.kind == flows::point_kinds::verify)
        return fmt::format("{} of {} pairs, {} mismatches", row.result.value("pairs_visited", 0L),
                           row.result.value("pairs_total", 0L), row.result.value("mismatches", 0L));
    if (row.kind == flows::point_kinds::accuracy)
        return fmt::format("top-1 {:.2f} %, float {:.2f} %", row.result.value("top1", 0.0),
                           row.result.value("top1_fp32", 0.0));
    std::string words;
    for (const char* figure : {"luts", "area", "ffs"})
        if (row.result.contains(figure) && row.result[figure].is_number())
            words += fmt::format("{}{} {}", words.empty() ? "" : ", ", row.result[figure].dump(),
                                 figure);
    if (row.result.contains("fmax_mhz") && row.result["fmax_mhz"].is_object())
        words += fmt::format(", {} MHz", row.result["fmax_mhz"]["median"].dump());
    return words;
}

/// Tells of every point: on a terminal in one line that is written over and over (failures keep
/// theirs), else a line a point.
class Teller {
  public:
    explicit Teller(const Session& session)
        : session_(session), terminal_(!session.quiet && ::isatty(STDERR_FILENO) == 1) {}

    void operator()(const flows::SweepEvent& event) {
        const bool bad = event.row.status != flows::PointStatus::done;
        if (bad) ++failed_;
        if (!bad && event.row.result.value("mismatches", 0L) > 0) mismatches_ = true;
        const std::string line =
            fmt::format("[{}/{}] {}{}{}: {} ({:.1f} s)", event.finished, event.to_run,
                        event.point.subject, event.point.target.empty() ? "" : " on ",
                        event.point.target, outcome(event.row), event.row.seconds);
        if (!terminal_) {
            session_.progress(line);
            return;
        }
        fmt::print(stderr, "\r\033[K");
        if (bad) fmt::print(stderr, "{}\n", line);
        constexpr std::size_t width = 30;
        const std::size_t full = width * event.finished / event.to_run;
        fmt::print(stderr, "[{}{}] {}/{}, {} failed, {} left", std::string(full, '#'),
                   std::string(width - full, '.'), event.finished, event.to_run, failed_,
                   about(event.seconds_left));
        if (event.finished == event.to_run) fmt::print(stderr, "\n");
        std::fflush(stderr);
    }

    [[nodiscard]] bool saw_mismatches() const { return mismatches_; }

  private:
    const Session& session_;
    bool terminal_;
    std::size_t failed_ = 0;
    bool mismatches_ = false;
};

ExitCode sweep(const Session& session, const SweepVerb& given) {
    const auto text = read_file(given.plan);
    if (!text) return Session::fail(text.error());
    auto options = sweep_options(session, given);
    if (!options && options.error().kind != ErrorKind::request)
        return Session::fail(options.error());
    const auto plan =
        flows::read_plan(text.value(), printable(given.plan, 200), make_unit, find_model);
    std::vector<Complaint> complaints;
    for (const Error* error :
         {options ? nullptr : &options.error(), plan ? nullptr : &plan.error()})
        if (error != nullptr)
            complaints.insert(complaints.end(), error->complaints.begin(), error->complaints.end());
    if (!complaints.empty()) return Session::fail({ErrorKind::request, std::move(complaints)});
    const auto points = flows::make_points(plan.value(), flows::find_sweep_tools(plan.value()));
    if (!points) return Session::fail(points.error());

    Teller teller(session);
    const auto summary =
        flows::run_sweep(points.value(), options.value(),
                         [&teller](const flows::SweepEvent& event) { teller(event); });
    if (!summary) return Session::fail(summary.error());
    const auto& counts = summary.value();
    if (session.json)
        Session::print_json({{"points", counts.points},
                             {"done", counts.done},
                             {"cached", counts.cached},
                             {"failed", counts.failed}});
    else
        Session::print(fmt::format("{} points: {} done, {} cached, {} failed\n", counts.points,
                                   counts.done, counts.cached, counts.failed));
    if (counts.failed == 0)
        return teller.saw_mismatches() ? static_cast<ExitCode>(ErrorKind::judged) : done;
    Session::diagnose(
        fmt::format("bitshed: {} of {} points failed; `bitshed report --store` says why, "
                    "--retry-failed tries them again",
                    counts.failed, counts.points));
    return static_cast<ExitCode>(counts.timeouts == counts.failed ? ErrorKind::timeout
                                                                  : ErrorKind::tool);
}

}  // namespace

void add_sweep(CLI::App& app, Session& session) {
    const auto given = std::make_shared<SweepVerb>();
    CLI::App* verb = add_verb(app, session, "sweep",
                              "Run every point of a plan into a store; goes on where it stopped",
                              "  printf 'pairs = [\"e2m1*e2m1\"]\\ntargets = "
                              "[\"ice40-hx8k\"]\\nseeds = [1]\\n' >plan.toml; "
                              "bitshed sweep plan.toml --store costs.sqlite",
                              [&session, given] { return sweep(session, *given); });
    verb->add_option(
            "PLAN", given->plan,
            "A TOML file: pairs, weights, activations, accumulators, terms, lanes, "
            "stages, shifters, signs, products, carries, cells, targets, efforts, seeds, freq, "
            "verify, ...")
        ->required();
    verb->add_option("--store", given->store, "The SQLite file with a row a point; made if missing")
        ->required();
    verb->add_option("--launcher", given->launcher,
                     "Words put before each job's command: 'srun -n1 -c1'");
    verb->add_option("--timeout", given->timeout,
                     "Seconds a job may run before it and its tools are killed (default 1800)");
    verb->add_option("--queue-timeout", given->queue_timeout,
                     "Seconds that a launcher may wait besides (default 86400)");
    verb->add_flag("--retry-failed", given->retry_failed,
                   "Run points again that failed or ran out of time");
    verb->add_option("--keep", given->keep,
                     "What of a done point stays in the work folder: logs (default), failures "
                     "(nothing), all");
    verb->add_option("--work", given->work, "Folder for jobs and logs (default: STORE.work)");
}

}  // namespace bitshed::cli
