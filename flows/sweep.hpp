// The sweep engine: points that the store does not have yet become a Ninja graph of jobs, and what
// the jobs leave becomes rows of the store, as it comes. Kill it at any moment: what was finished
// is found again. docs/sweep.md tells the whole story.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "flows/point.hpp"
#include "flows/store.hpp"
#include "flows/sweep_job.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// Whether points that failed earlier, with the same tools, are run again.
enum class Retry { unfinished, failed_too };

struct SweepOptions {
    std::filesystem::path store;
    std::optional<std::filesystem::path> work;  ///< default: STORE.work
    int jobs = 1;
    Retry retry = Retry::unfinished;
    RunSettings settings;
};

/// A point has come to its end in this run.
struct SweepEvent {
    const Point& point;
    const StoreRow& row;
    std::size_t finished;     ///< points of this run that have, this one included
    std::size_t to_run;       ///< points of this run
    double seconds_left = 0;  ///< estimate: as many a second as until now
};
using SweepListener = std::function<void(const SweepEvent&)>;

/// points = done + cached + failed.
struct SweepSummary {
    std::size_t points = 0;
    std::size_t done = 0;      ///< finished well in this run
    std::size_t cached = 0;    ///< had finished well before
    std::size_t failed = 0;    ///< failed now, or earlier and were not tried again
    std::size_t timeouts = 0;  ///< of those that failed
};

/// Runs what is missing of `points`; every point ends as a current row of the store. Error
/// (files): store or work folder cannot be used, or the disk is full; (tool): no Ninja, or it was
/// killed. After an error the store holds what had been finished.
Result<SweepSummary> run_sweep(const std::vector<Point>& points, const SweepOptions& options,
                               const SweepListener& listener);

/// The graph as Ninja reads it: one edge a point, of plain words only, so that nothing a user
/// chose meets the shell that Ninja runs commands with. `run` is a folder relative to the work
/// folder with a link `bitshed` in it.
std::string ninja_text(const std::string& run, const std::vector<const Point*>& points);

}  // namespace bitshed::flows
