#include "flows/sweep.hpp"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "flows/parse_stat.hpp"
#include "flows/sweep_folder.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

/// Between looks for results: a look costs a system call a point that is waited for.
std::chrono::milliseconds between_looks(std::size_t waiting) {
    return std::chrono::milliseconds(100 + waiting / 5);
}
/// A sweep may take long; it is its jobs that are limited.
constexpr std::chrono::hours longest_sweep{24 * 365};

/// A row with what the point knows and the result file does not.
StoreRow completed(StoreRow row, const Point& point) {
    row.key = point.key;
    row.slot = point.slot;
    row.kind = point.kind;
    row.subject = point.subject;
    row.target = point.target;
    row.request = point.request;
    row.log = point_folder(point.key).string();
    return row;
}

class Sweep {
  public:
    Sweep(const std::vector<Point>& points, const SweepOptions& options,
          const SweepListener& listener, Store store)
        : points_(points), options_(options), listener_(listener), store_(std::move(store)) {
        summary_.points = points.size();
    }

    Result<SweepSummary> run() {
        const auto id = store_.id();
        if (!id) return id.error();
        fs::path work = options_.store;
        work += ".work";
        auto folder = RunFolder::make(options_.work.value_or(work), id.value());
        if (!folder) return folder.error();
        const RunFolder run = std::move(folder).value();
        if (auto sorted = sort_points(run.work()); !sorted) return sorted.error();
        if (waiting_.empty()) return summary_;
        if (auto ready = prepare(run); !ready) return ready.error();
        to_run_ = waiting_.size();
        started_ = std::chrono::steady_clock::now();
        if (auto ran = watch(run); !ran) return ran.error();
        return summary_;
    }

  private:
    /// Which points are finished, in the store or by a sweep that was killed before it could say
    /// so; the others wait.
    Outcome sort_points(const fs::path& work) {
        const auto known = store_.statuses();
        if (!known) return known.error();
        std::vector<std::pair<std::string, std::string>> standing;
        std::vector<StoreRow> found;
        for (const auto& point : points_) {
            const auto status = known.value().find(point.key);
            std::optional<PointStatus> ended;
            if (status != known.value().end())
                ended = status->second;
            else if (auto row = read_result(work, point.key)) {
                ended = row->status;
                found.push_back(completed(std::move(*row), point));
            }
            const bool again =
                ended && *ended != PointStatus::done && options_.retry == Retry::failed_too;
            if (again) forget_result(work, point.key);
            if (!ended || again) {
                waiting_.emplace(point.key, &point);
                order_.push_back(&point);
                continue;
            }
            if (status != known.value().end()) standing.emplace_back(point.slot, point.key);
            if (*ended == PointStatus::done)
                ++summary_.cached;
            else
                count_failure(*ended);
        }
        if (auto put = store_.put(found); !put) return put;
        return store_.make_current(standing);
    }

    void count_failure(PointStatus status) {
        ++summary_.failed;
        if (status == PointStatus::timeout) ++summary_.timeouts;
    }

    Outcome prepare(const RunFolder& run) {
        for (const auto* point : order_)
            if (auto written = write_point(run.work(), *point); !written) return written;
        if (auto written = write_settings(run.path(), options_.settings); !written) return written;
        std::error_code failure;
        fs::create_symlink(options_.settings.executable, run.path() / "bitshed", failure);
        if (failure)
            return Error(ErrorKind::files,
                         fmt::format("cannot make a link in {}: {}",
                                     printable(run.path().string(), 200), failure.message()));
        return write_file(run.path() / "build.ninja", ninja_text(run.name(), order_));
    }

    /// Runs Ninja and takes in what its jobs leave, until all is in.
    Outcome watch(const RunFolder& run) {
        Command ninja;
        ninja.arguments = {"ninja", "-f", run.name() + "/build.ninja",  "-k",
                           "0",     "-j", std::to_string(options_.jobs)};
        ninja.folder = run.work();
        ninja.log = run.path() / "ninja.log";
        ninja.limit = longest_sweep;
        ninja.stopping = Stopping::asked_first;
        std::atomic<bool> stop{false};
        ninja.no_longer_wanted = &stop;
        std::atomic<bool> over{false};
        std::optional<Result<Ended>> ended;
        Outcome taken = success();
        {
            const std::jthread runner([&] {
                ended = bitshed::run(ninja);
                over = true;
            });
            while (!over && taken.ok()) {
                std::this_thread::sleep_for(between_looks(waiting_.size()));
                taken = take_in(run.work());
            }
            if (!taken.ok()) stop = true;
        }
        if (!taken.ok()) return taken;
        if (!ended->ok()) return ended->error();
        if (auto last = take_in(run.work()); !last) return last;
        return waiting_.empty() ? success() : settle(ended->value().status, ninja.log);
    }

    /// Puts the results that have come since into the store.
    Outcome take_in(const fs::path& work) {
        std::vector<StoreRow> rows;
        for (const auto& [key, point] : waiting_)
            if (auto row = read_result(work, key))
                rows.push_back(completed(std::move(*row), *point));
        return keep(rows);
    }

    Outcome keep(const std::vector<StoreRow>& rows) {
        if (auto put = store_.put(rows); !put) return put;
        for (const auto& row : rows) {
            if (row.status == PointStatus::done)
                ++summary_.done;
            else
                count_failure(row.status);
            const Point& point = *waiting_.at(row.key);
            waiting_.erase(row.key);
            const std::size_t finished = to_run_ - waiting_.size();
            const double elapsed =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
            listener_(
                {point, row, finished, to_run_,
                 elapsed / static_cast<double>(finished) * static_cast<double>(waiting_.size())});
        }
        return success();
    }

    /// Points that Ninja has left without a result.
    Outcome settle(int status, const fs::path& log) {
        const auto text = read_file(log);
        const std::string last = text ? last_error_line(text.value()) : std::string();
        // With -k 0 Ninja runs everything and ends with 1 if anything failed.
        if (status != 0 && status != 1)
            return Error(ErrorKind::tool,
                         fmt::format("ninja ended with status {} and left {} points: {}", status,
                                     waiting_.size(), printable(last, 200)),
                         "the same command again: it goes on where it stopped");
        std::vector<StoreRow> rows;
        for (const auto& [key, point] : waiting_) {
            StoreRow row;
            row.result = nullptr;
            row.problem = "the job's supervisor ended without a result";
            rows.push_back(completed(std::move(row), *point));
        }
        return keep(rows);
    }

    const std::vector<Point>& points_;
    const SweepOptions& options_;
    const SweepListener& listener_;
    Store store_;
    SweepSummary summary_;
    std::vector<const Point*> order_;              ///< to run, in the plan's order
    std::map<std::string, const Point*> waiting_;  ///< to run and not yet in, by key
    std::size_t to_run_ = 0;
    std::chrono::steady_clock::time_point started_;
};

}  // namespace

std::string ninja_text(const std::string& run, const std::vector<const Point*>& points) {
    std::string text = fmt::format(
        "# A sweep's jobs, for Ninja. Made anew for every run.\n"
        "builddir = {0}\n"
        "rule point\n"
        "  command = exec {0}/bitshed supervise-point {0} $key\n"
        "  description = $key\n",
        run);
    for (const auto* point : points)
        text += fmt::format("build {0}/{1}: point\n  key = {1}\n", run, point->key);
    return text;
}

Result<SweepSummary> run_sweep(const std::vector<Point>& points, const SweepOptions& options,
                               const SweepListener& listener) {
    auto store = Store::open(options.store, StoreAccess::write);
    if (!store) return store.error();
    return Sweep(points, options, listener, std::move(store).value()).run();
}

}  // namespace bitshed::flows
