#include "flows/routing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cmath>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "flows/harness.hpp"
#include "flows/parse_stat.hpp"
#include "support/files.hpp"

namespace bitshed::flows {

namespace {

constexpr int most_stand_ins = 3;
constexpr int stand_in_step = 1000;

/// What the system could give without swapping, in MB; nothing where it does not tell.
std::optional<long> free_memory_mb() {
    //   MemAvailable:   12345678 kB
    std::ifstream lines("/proc/meminfo");
    std::string name;
    long kilobytes = 0;
    std::string unit;
    while (lines >> name >> kilobytes) {
        std::getline(lines, unit);
        if (name == "MemAvailable:") return kilobytes / 1024;
    }
    return std::nullopt;
}

Result<SeedResult> route(const Tool& router, const RouteRun& plan, const SynthOptions& options,
                         const WorkFolder& work) {
    work.forget(plan.report);
    work.forget(plan.log);
    if (auto ran = run_tool(router, plan.arguments, work, plan.log, options.time_limit); !ran)
        return ran.error();
    const auto text = read_product(router, work, plan.report, plan.log);
    if (!text) return text.error();
    const auto report = parse_nextpnr_report(text.value(), fmt::format("{}.", core_instance));
    if (!report)
        return with_log(report.error(), fmt::format("{}'s {}", router.name, plan.report), work,
                        plan.log);
    return SeedResult{plan.seed, std::round(report.value().achieved_mhz * 100) / 100,
                      report.value().limiter};
}

/// Whether a run failed because its placement cannot be routed.
bool is_unroutable(const Router& router, const WorkFolder& work, const RouteRun& plan) {
    if (router.unroutable.empty()) return false;
    const auto log = read_file(work.path() / plan.log);
    return log && last_error_line(log.value()).find(router.unroutable) != std::string::npos;
}

/// The seed asked for, or the first of those that stand in for it that can be routed.
Result<SeedResult> route_seed(const Tool& tool, const SynthOptions& options,
                              const std::string& netlist, int seed, const WorkFolder& work) {
    for (int stand_in = 0;; ++stand_in) {
        const auto plan = route_run(options, netlist, seed);
        auto end = route(tool, plan, options, work);
        if (end || stand_in == most_stand_ins || seed > INT_MAX - stand_in_step ||
            !is_unroutable(*options.target.router, work, plan))
            return end;
        seed += stand_in_step;
    }
}

}  // namespace

Result<int> runs_at_once(int wanted, int memory_mb) {
    const auto free_mb = free_memory_mb();
    if (!free_mb) return wanted;
    const auto fit = static_cast<int>(*free_mb / memory_mb);
    if (fit < 1)
        return Error(ErrorKind::tool,
                     fmt::format("place and route needs {} MB of memory, {} MB are free", memory_mb,
                                 *free_mb),
                     "the memory, or another target");
    return std::clamp(wanted, 1, fit);
}

Result<std::vector<SeedResult>> route_all(const Tool& router, const SynthOptions& options,
                                          const std::string& netlist, const WorkFolder& work,
                                          int jobs, const Progress& progress) {
    const auto& seeds = options.seeds;
    const auto at_once = runs_at_once(jobs, options.target.router->memory_mb);
    if (!at_once) return at_once.error();
    std::vector<std::optional<Result<SeedResult>>> ends(seeds.size());
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex talking;
    const auto worker = [&] {
        for (std::size_t i = next++; i < seeds.size() && !failed; i = next++) {
            ends[i] = route_seed(router, options, netlist, seeds[i], work);
            if (!ends[i]->ok()) {
                failed = true;
                continue;
            }
            const std::lock_guard<std::mutex> turn(talking);
            progress(fmt::format("{}: seed {}: {:.2f} MHz", router.name, ends[i]->value().seed,
                                 ends[i]->value().fmax_mhz));
        }
    };
    {
        std::vector<std::jthread> workers;
        const auto count = std::min(seeds.size(), static_cast<std::size_t>(at_once.value()));
        for (std::size_t i = 1; i < count; ++i) workers.emplace_back(worker);
        worker();
    }
    std::vector<SeedResult> results;
    for (const auto& end : ends)
        if (end && !end->ok()) return end->error();
    for (const auto& end : ends) results.push_back(end->value());
    return results;
}

}  // namespace bitshed::flows
