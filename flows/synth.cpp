#include "flows/synth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <thread>

#include "flows/harness.hpp"
#include "flows/synth_plan.hpp"
#include "flows/tools.hpp"
#include "flows/work_folder.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

std::string shown(const fs::path& path) {
    return printable(path.string(), 400);
}

/// Adds the log's path to a complaint about what a tool did.
Error with_log(const Error& error, const std::string& what, const fs::path& log) {
    return {error.kind,
            fmt::format("{}: {}; its log is {}", what, error.complaints[0].problem, shown(log))};
}

/// Runs a tool to its end inside the work folder. Error: it failed or ran out of time.
Outcome run_tool(const Tool& tool, const std::vector<std::string>& arguments,
                 const WorkFolder& work, const std::string& log, std::chrono::seconds limit) {
    Command command;
    command.arguments = tool.command;
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.folder = work.path();
    command.log = work.path() / log;
    command.environment = tool.environment;
    command.limit = limit;
    const auto ended = run(command);
    if (!ended) return ended.error();
    if (ended.value().out_of_time)
        return Error(ErrorKind::timeout,
                     fmt::format("{} was not done within {} s; its log is {}", tool.name,
                                 limit.count(), shown(command.log)),
                     "more time with --time-limit SECONDS");
    if (ended.value().status == 0) return success();
    const auto text = read_file(command.log);
    const auto line = text ? last_error_line(text.value()) : std::string();
    return Error(ErrorKind::tool,
                 fmt::format("{} ended with status {}{}{}; its log is {}", tool.name,
                             ended.value().status, line.empty() ? "" : ", saying ",
                             line.empty() ? "" : printable(line, 200), shown(command.log)));
}

Result<CellsByModule> read_cells(const WorkFolder& work, const char* name) {
    const auto text = read_file(work.path() / name);
    const fs::path log = work.path() / work_files::synth_log;
    if (!text)
        return Error(ErrorKind::tool, fmt::format("yosys ended well but left no {}; its log is {}",
                                                  name, shown(log)));
    auto cells = parse_stat(text.value());
    if (!cells) return with_log(cells.error(), fmt::format("yosys's {}", name), log);
    return cells;
}

/// Synthesizes into the work folder and returns the unit's cells.
Result<CellCounts> run_synthesis(const Tool& yosys, const emit::Manifest& manifest,
                                 const SynthOptions& options, const WorkFolder& work) {
    for (const char* left : {work_files::cells_by_module, work_files::cells_flat,
                             work_files::netlist, work_files::synth_log})
        work.forget(left);
    if (auto ran = run_tool(yosys, {"-s", work_files::script}, work, work_files::synth_log,
                            options.time_limit);
        !ran)
        return ran.error();
    const auto by_module = read_cells(work, work_files::cells_by_module);
    if (!by_module) return by_module.error();
    const auto flat = read_cells(work, work_files::cells_flat);
    if (!flat) return flat.error();
    auto cells = core_cells(by_module.value(), flat.value(), manifest.module);
    if (!cells)
        return with_log(cells.error(), options.target.name, work.path() / work_files::synth_log);
    return cells;
}

Result<SeedResult> route(const Tool& router, const RouteRun& plan, const SynthOptions& options,
                         const WorkFolder& work) {
    work.forget(plan.report);
    work.forget(plan.log);
    if (auto ran = run_tool(router, plan.arguments, work, plan.log, options.time_limit); !ran)
        return ran.error();
    const auto text = read_file(work.path() / plan.report);
    if (!text)
        return Error(ErrorKind::tool, fmt::format("{} ended well but left no report; its log is {}",
                                                  router.name, shown(work.path() / plan.log)));
    const auto report = parse_nextpnr_report(text.value(), fmt::format("{}.", core_instance));
    if (!report)
        return with_log(report.error(), fmt::format("{}'s {}", router.name, plan.report),
                        work.path() / plan.log);
    return SeedResult{plan.seed, std::round(report.value().achieved_mhz * 100) / 100,
                      report.value().limiter};
}

/// Routes every seed, up to `jobs` at once. The first error in the order of the seeds wins.
Result<std::vector<SeedResult>> route_all(const Tool& router, const SynthOptions& options,
                                          const WorkFolder& work, int jobs,
                                          const Progress& progress) {
    const auto plans = route_runs(options);
    std::vector<std::optional<Result<SeedResult>>> ends(plans.size());
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex talking;
    const auto worker = [&] {
        for (std::size_t i = next++; i < plans.size() && !failed; i = next++) {
            ends[i] = route(router, plans[i], options, work);
            if (!ends[i]->ok()) {
                failed = true;
                continue;
            }
            const std::lock_guard<std::mutex> turn(talking);
            progress(fmt::format("{}: seed {}: {:.2f} MHz", router.name, plans[i].seed,
                                 ends[i]->value().fmax_mhz));
        }
    };
    {
        std::vector<std::jthread> workers;
        const auto count = std::min(plans.size(), static_cast<std::size_t>(std::max(1, jobs)));
        for (std::size_t i = 1; i < count; ++i) workers.emplace_back(worker);
        worker();
    }
    std::vector<SeedResult> results;
    for (const auto& end : ends)
        if (end && !end->ok()) return end->error();
    for (const auto& end : ends) results.push_back(end->value());
    return results;
}

std::string displayed(const Tool& tool, const std::vector<std::string>& arguments) {
    std::vector<std::string> line{tool.name};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return shell_line(line);
}

}  // namespace

Result<SynthResult> synthesize(const emit::Manifest& manifest, const std::string& verilog,
                               const SynthOptions& options, int jobs, const Progress& progress) {
    const auto harness = harness_text(manifest);
    if (!harness) return harness.error();
    auto opened = WorkFolder::open(options.work, "synth", manifest.module, options.target.name);
    if (!opened) return opened.error();
    const WorkFolder work = std::move(opened).value();

    const auto yosys = find_yosys(work.path(), options.time_limit);
    if (!yosys) return yosys.error();
    std::optional<Tool> router;
    if (options.target.router) {
        auto found = find_router(*options.target.router, work.path(), options.time_limit);
        if (!found) return found.error();
        router = std::move(found).value();
    }

    for (const auto& [name, text] : {std::pair<const char*, std::string>{work_files::unit, verilog},
                                     {work_files::harness, harness.value()},
                                     {work_files::script, synth_script(manifest, options)}})
        if (auto written = write_file(work.path() / name, text); !written) return written.error();

    SynthResult result;
    result.module = manifest.module;
    result.target = options.target;
    result.freq_mhz = options.freq_mhz;
    result.effort = options.effort;
    result.dsp = options.dsp;
    result.work = work.path();
    result.tools[yosys.value().name] = yosys.value().version;
    result.commands.push_back(displayed(yosys.value(), {"-s", work_files::script}));

    progress(fmt::format("yosys: {} on {}", manifest.module, options.target.name));
    auto cells = run_synthesis(yosys.value(), manifest, options, work);
    if (!cells) return cells.error();
    result.cells = std::move(cells).value();
    const auto cost = count_cost(options.target, result.cells);
    if (!cost) return with_log(cost.error(), "yosys", work.path() / work_files::synth_log);
    result.cost = cost.value();

    if (router) {
        result.tools[router->name] = router->version;
        for (const auto& plan : route_runs(options))
            result.commands.push_back(displayed(*router, plan.arguments));
        auto seeds = route_all(*router, options, work, jobs, progress);
        if (!seeds) return seeds.error();
        result.seeds = std::move(seeds).value();
    }
    return result;
}

}  // namespace bitshed::flows
