// What Ninja runs for a point: a supervisor beside the sweep, which starts the job itself (behind
// the launcher, perhaps on another machine), limits its time, starts it again once if it was
// killed, and sees to it that a result file is there in the end, whatever happened.
//
//     sweep -> ninja -> bitshed supervise-point RUN KEY -> [launcher] bitshed run-point FOLDER
//
// All paths below are inside the sweep's work folder. It must be shared by the machines that the
// launcher reaches. Neither of the two programs opens the store.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "flows/point.hpp"
#include "flows/store.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// What of a point's folder is kept once it is done. A failed point's is kept whole.
enum class Keep {
    logs,      ///< logs and scripts
    failures,  ///< nothing
    all,       ///< netlists too
};

/// How the points of one sweep are run: the file RUN/run.json.
struct RunSettings {
    std::vector<std::string> launcher;   ///< put before each job's command; empty: none
    std::filesystem::path executable;    ///< bitshed itself, absolute
    std::chrono::seconds limit{1800};    ///< for a job once it runs
    std::chrono::seconds queue{86'400};  ///< that a launcher may wait besides
    Keep keep = Keep::logs;
};

/// What points share, inside the work folder.
inline constexpr const char* shared_folder = "shared";

/// The folder of a point inside the work folder: "points/KEY".
std::filesystem::path point_folder(const std::string& key);

/// Writes point.json, what run-point reads. Error (files).
Outcome write_point(const std::filesystem::path& work, const Point& point);
Outcome write_settings(const std::filesystem::path& run, const RunSettings& settings);

/// The result file of a point as a row without slot and request; nothing if there is none that is
/// whole and of this key.
std::optional<StoreRow> read_result(const std::filesystem::path& work, const std::string& key);
void forget_result(const std::filesystem::path& work, const std::string& key);

/// Finds something out: the unit where the kind of point has one, the point's request, the folder
/// for logs, a folder that all points of the sweep may keep things in (each whole at any moment).
/// Error: of any kind.
struct JobInput {
    std::optional<UnitText> unit;
    nlohmann::ordered_json request;
    std::filesystem::path folder;
    std::filesystem::path shared;
    std::chrono::seconds limit{0};
};
using JobRunner = std::function<Result<nlohmann::ordered_json>(const JobInput&)>;

/// The runner of kind "synth".
Result<nlohmann::ordered_json> run_synth_job(const JobInput& input);

/// run-point: reads FOLDER/point.json, finds out, writes FOLDER/outcome.json. That what was asked
/// for could not be found out is a result too. `limit` is that of each program; whoever calls this
/// limits the whole. Error (files): point.json, outcome.json.
Outcome run_point(const std::filesystem::path& folder, std::chrono::seconds limit,
                  const std::map<std::string, JobRunner>& runners);

/// supervise-point: from the work folder as the current one. Two supervisors of a point take
/// turns, and the second finds the result there. Error (files): the result file cannot be written.
Outcome supervise_point(const std::filesystem::path& run, const std::string& key);

}  // namespace bitshed::flows
