#include "flows/sweep_job.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>

#include "flows/file_lock.hpp"
#include "flows/synth.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* point_schema = "bitshed.point/1";
constexpr const char* result_schema = "bitshed.point_result/1";
constexpr const char* run_schema = "bitshed.run/1";
/// What a shell shows of a program that SIGALRM ended: run-point's own time limit.
constexpr int status_of_alarm = 128 + SIGALRM;
/// A killed job is started again so often.
constexpr int most_attempts = 2;

Result<Json> read_document(const fs::path& path, const char* schema) {
    const auto text = read_file(path);
    if (!text) return text.error();
    Json document = Json::parse(text.value(), nullptr, false);
    if (!document.is_object() || document.value("schema", "") != schema)
        return Error(ErrorKind::files, fmt::format("{} is no document of the schema {}",
                                                   printable(path.string(), 200), schema));
    return document;
}

Outcome write_document(const fs::path& path, const Json& document) {
    return write_file(path, document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

/// Words in which the point's folder is named relative to the work folder: they go into the store,
/// and a store can be moved.
std::string without_place(std::string words, const fs::path& folder, const std::string& key) {
    const std::string shown = printable(folder.string(), 4000);
    const std::string place = shown.substr(1, shown.size() - 2);
    for (auto at = words.find(place); at != std::string::npos; at = words.find(place, at))
        words.replace(at, place.size(), point_folder(key).string());
    return words;
}

StoreRow row_of_failure(const Error& error) {
    StoreRow row;
    row.status = error.kind == ErrorKind::timeout ? PointStatus::timeout : PointStatus::failed;
    row.problem = problems_of(error);
    return row;
}

/// What the job leaves for its supervisor, and what the supervisor leaves for the sweep.
constexpr const char* job_file = "outcome.json";
constexpr const char* result_file = "result.json";

Outcome write_row(const fs::path& path, const std::string& key, const StoreRow& row) {
    return write_document(path, {{"schema", result_schema},
                                 {"key", key},
                                 {"status", status_name(row.status)},
                                 {"problem", row.problem},
                                 {"result", row.result},
                                 {"attempts", row.attempts},
                                 {"seconds", row.seconds}});
}

/// A row of this key, if the file is there and whole.
std::optional<StoreRow> read_row(const fs::path& path, const std::string& key) {
    const auto document = read_document(path, result_schema);
    if (!document) return std::nullopt;
    const Json& json = document.value();
    try {
        const auto status = status_from(json.at("status").get<std::string>());
        if (!status || json.at("key") != key) return std::nullopt;
        StoreRow row;
        row.key = key;
        row.status = *status;
        row.problem = json.at("problem").get<std::string>();
        row.result = json.at("result");
        row.attempts = json.at("attempts").get<int>();
        row.seconds = json.at("seconds").get<double>();
        row.log = point_folder(key).string();
        if (row.status == PointStatus::done && !row.result.is_object()) return std::nullopt;
        return row;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

const char* keep_name(Keep keep) {
    return keep == Keep::all ? "all" : keep == Keep::failures ? "failures" : "logs";
}

Result<RunSettings> read_settings(const fs::path& run) {
    const auto document = read_document(run / "run.json", run_schema);
    if (!document) return document.error();
    const Json& json = document.value();
    RunSettings settings;
    settings.launcher = json.at("launcher").get<std::vector<std::string>>();
    settings.executable = json.at("executable").get<std::string>();
    settings.limit = std::chrono::seconds(json.at("limit").get<std::int64_t>());
    settings.queue = std::chrono::seconds(json.at("queue").get<std::int64_t>());
    for (const Keep keep : {Keep::logs, Keep::failures, Keep::all})
        if (json.at("keep") == keep_name(keep)) settings.keep = keep;
    return settings;
}

/// One start of the job. A result file, or why there is none.
struct Attempt {
    std::optional<StoreRow> row;
    int status = 0;
    bool out_of_time = false;
    double seconds = 0;
};

Result<Attempt> attempt(const RunSettings& settings, const fs::path& work, const std::string& key) {
    const fs::path folder = work / point_folder(key);
    Command command;
    command.arguments = settings.launcher;
    command.arguments.insert(command.arguments.end(),
                             {settings.executable.string(), "run-point", folder.string(), "--limit",
                              std::to_string(settings.limit.count())});
    command.folder = work;
    command.log = folder / "job.log";
    command.stopping = Stopping::asked_first;
    // The job limits itself; what comes later is a launcher that waits or hangs.
    command.limit = settings.limit + std::chrono::seconds(10);
    if (!settings.launcher.empty()) command.limit += settings.queue;
    std::error_code ignored;
    fs::remove(folder / job_file, ignored);  // an earlier job's must not pass for this one's
    const auto ended = run(command);
    if (!ended) return ended.error();
    return Attempt{read_row(folder / job_file, key), ended.value().status,
                   ended.value().out_of_time || ended.value().status == status_of_alarm,
                   ended.value().seconds};
}

/// Starts the job until there is a result or it has had its chances.
StoreRow attempted(const RunSettings& settings, const fs::path& work, const std::string& key) {
    for (int count = 1;; ++count) {
        const auto tried = attempt(settings, work, key);
        if (!tried) {  // the launcher is no program
            StoreRow row = row_of_failure(tried.error());
            row.attempts = count;
            return row;
        }
        StoreRow row = tried.value().row.value_or(StoreRow{});
        row.attempts = count;
        row.seconds = tried.value().seconds;
        if (tried.value().row) return row;
        const std::string log = (point_folder(key) / "job.log").string();
        if (tried.value().out_of_time) {
            row.status = PointStatus::timeout;
            row.problem = fmt::format("the job was not done within {} s; its log is {}",
                                      settings.limit.count(), log);
            return row;
        }
        if (count == most_attempts) {
            row.status = PointStatus::failed;
            row.problem = fmt::format(
                "the job ended {} times without a result, the last time with status {}; its log "
                "is {}",
                count, tried.value().status, log);
            return row;
        }
    }
}

/// Removes what the settings do not keep of a done point.
void tidy(const fs::path& folder, Keep keep) {
    if (keep == Keep::all) return;
    std::error_code failure;
    std::vector<fs::path> superfluous;
    for (fs::recursive_directory_iterator at(folder, failure), end; !failure && at != end;
         at.increment(failure)) {
        const auto name = at->path().filename();
        const bool ours = name == result_file || name == "claim";
        const bool words =
            name.extension() == ".log" || name.extension() == ".ys" || name.extension() == ".tcl";
        if (!at->is_directory(failure) && !ours && !(keep == Keep::logs && words))
            superfluous.push_back(at->path());
    }
    for (const auto& path : superfluous) fs::remove(path, failure);
    if (keep == Keep::failures) fs::remove_all(folder / "work", failure);
}

}  // namespace

fs::path point_folder(const std::string& key) {
    return fs::path("points") / key;
}

Outcome write_point(const fs::path& work, const Point& point) {
    Json document = {{"schema", point_schema},
                     {"key", point.key},
                     {"kind", point.kind},
                     {"request", point.request}};
    if (point.unit) {
        document["manifest"] = emit::to_json(point.unit->manifest);
        document["verilog"] = point.unit->verilog;
    }
    return write_document(work / point_folder(point.key) / "point.json", document);
}

Outcome write_settings(const fs::path& run, const RunSettings& settings) {
    return write_document(run / "run.json", {{"schema", run_schema},
                                             {"launcher", settings.launcher},
                                             {"executable", settings.executable.string()},
                                             {"limit", settings.limit.count()},
                                             {"queue", settings.queue.count()},
                                             {"keep", keep_name(settings.keep)}});
}

std::optional<StoreRow> read_result(const fs::path& work, const std::string& key) {
    return read_row(work / point_folder(key) / result_file, key);
}

void forget_result(const fs::path& work, const std::string& key) {
    std::error_code ignored;
    fs::remove(work / point_folder(key) / result_file, ignored);
}

Result<Json> run_synth_job(const JobInput& input) {
    auto options = make_synth_options(synth_request_of(input.request));
    if (!options) return options.error();
    SynthOptions chosen = std::move(options).value();
    chosen.work = input.folder;
    chosen.time_limit = input.limit;
    const auto result = synthesize(input.unit->manifest, input.unit->verilog, chosen, 1,
                                   [](const std::string& line) { fmt::print("{}\n", line); });
    if (!result) return result.error();
    return to_json(result.value(), Detail::record);
}

Outcome run_point(const fs::path& given, std::chrono::seconds limit,
                  const std::map<std::string, JobRunner>& runners) {
    const fs::path folder = fs::absolute(given);
    const auto document = read_document(folder / "point.json", point_schema);
    if (!document) return document.error();
    const Json& json = document.value();
    JobInput input;
    if (json.contains("manifest")) {
        const auto manifest = emit::manifest_from_text(
            json["manifest"].dump(), printable((folder / "point.json").string(), 200));
        if (!manifest) return manifest.error();
        input.unit = UnitText{manifest.value(), json.at("verilog").get<std::string>()};
    }
    const auto key = json.at("key").get<std::string>();
    const auto kind = json.at("kind").get<std::string>();
    const auto runner = runners.find(kind);
    input.request = json.at("request");
    input.folder = folder / "work";
    // FOLDER is WORK/points/KEY.
    input.shared = folder.parent_path().parent_path() / shared_folder;
    input.limit = limit;
    const auto found =
        runner == runners.end()
            ? Result<Json>(Error(ErrorKind::tool, fmt::format("no job of the kind {}", kind)))
            : runner->second(input);
    StoreRow row;
    if (found) {
        row.status = PointStatus::done;
        row.result = found.value();
    } else {
        row = row_of_failure(found.error());
        row.problem = without_place(row.problem, folder, key);
    }
    return write_row(folder / job_file, key, row);
}

Outcome supervise_point(const fs::path& run, const std::string& key) {
    const auto settings = read_settings(run);
    if (!settings) return settings.error();
    const fs::path work = fs::current_path();
    const fs::path folder = work / point_folder(key);
    const auto claim = FileLock::take(folder / "claim");
    if (!claim) return claim.error();
    if (read_result(work, key)) return success();  // another sweep's supervisor was here
    const StoreRow row = attempted(settings.value(), work, key);
    if (auto written = write_row(folder / result_file, key, row); !written) return written;
    if (row.status == PointStatus::done) tidy(folder, settings.value().keep);
    return success();
}

}  // namespace bitshed::flows
