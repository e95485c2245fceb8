#include "flows/synth.hpp"

#include <fmt/format.h>

#include <chrono>

#include "flows/activity_plan.hpp"
#include "flows/harness.hpp"
#include "flows/static_timing.hpp"
#include "flows/synthesis.hpp"
#include "support/files.hpp"

namespace bitshed::flows {

namespace {

/// The programs that a target needs, found before anything runs.
struct Found {
    Tool yosys;
    std::optional<Tool> router;
    std::optional<Tool> opensta;
    std::optional<std::string> library;  ///< its text
    std::optional<Tool> verilator;
};

Result<Found> find_tools(const SynthOptions& options, const WorkFolder& work) {
    const Target& target = options.target;
    const std::chrono::seconds limit = options.time_limit;
    auto yosys = find_yosys(work.path(), limit);
    if (!yosys) return yosys.error();
    Found found{std::move(yosys).value(), {}, {}, {}, {}};
    if (target.router && !options.seeds.empty()) {
        auto router = find_router(*target.router, work.path(), limit);
        if (!router) return router.error();
        found.router = std::move(router).value();
    }
    if (target.library) {
        const auto file = find_library(*target.library);
        if (!file) return file.error();
        auto text = read_file(file.value());
        if (!text) return text.error();
        found.library = std::move(text).value();
        auto opensta = find_opensta(work.path(), limit);
        if (!opensta) return opensta.error();
        found.opensta = std::move(opensta).value();
    }
    if (options.activity) {
        auto verilator = find_verilator(work.path(), limit);
        if (!verilator) return verilator.error();
        found.verilator = std::move(verilator).value();
    }
    return found;
}

Outcome write_inputs(const WorkFolder& work, const std::string& verilog, const std::string& harness,
                     const Target& target, const Found& found) {
    std::vector<std::pair<std::string, std::string>> files = {{work_files::unit, verilog},
                                                              {work_files::harness, harness}};
    for (const auto& page : target.pages) files.emplace_back(page.file, page.text);
    if (found.library) files.emplace_back(work_files::library, *found.library);
    for (const auto& [name, text] : files)
        if (auto written = write_file(work.path() / name, text); !written) return written.error();
    return success();
}

}  // namespace

Result<SynthResult> synthesize(const emit::Manifest& manifest, const std::string& verilog,
                               const SynthOptions& options, int jobs, const Progress& progress) {
    const auto begun = std::chrono::steady_clock::now();
    if (auto fits = check_cells(manifest, options.target); !fits) return fits.error();
    const auto harness = harness_text(manifest);
    if (!harness) return harness.error();
    auto opened = WorkFolder::open(options.work, "synth", manifest.module, options.target.name);
    if (!opened) return opened.error();
    const WorkFolder work = std::move(opened).value();
    const auto tools = find_tools(options, work);
    if (!tools) return tools.error();
    const Found& found = tools.value();
    if (auto written = write_inputs(work, verilog, harness.value(), options.target, found);
        !written)
        return written.error();

    SynthResult result;
    result.module = manifest.module;
    result.target = options.target;
    result.freq_mhz = options.freq_mhz;
    result.effort = options.effort;
    result.dsp = options.dsp;
    result.lanes = manifest.lanes;
    result.latency = manifest.latency;
    result.interval = manifest.interval;
    result.work = work.path();
    result.tools[found.yosys.name] = found.yosys.version;

    progress(fmt::format("yosys: {} on {}", manifest.module, options.target.name));
    const auto netlists = synthesize_netlists(found.yosys, manifest, options, work);
    if (!netlists) return netlists.error();
    for (const auto& netlist : netlists.value()) {
        result.attempts.push_back({netlist.run.attempt, netlist.size()});
        result.commands.push_back(displayed(found.yosys, {"-s", netlist.run.script}));
    }
    const Netlist& kept = least(netlists.value());
    result.kept = kept.run.attempt;
    result.unit_netlist = kept.run.unit_netlist;
    result.cells = kept.cells;
    result.cost = kept.cost;
    result.area = kept.area;

    if (found.router) {
        result.tools[found.router->name] = found.router->version;
        auto seeds = route_all(*found.router, options, kept.run.netlist, work, jobs, progress);
        if (!seeds) return seeds.error();
        result.seeds = std::move(seeds).value();
        for (const auto& seed : result.seeds)
            result.commands.push_back(displayed(
                *found.router, route_run(options, kept.run.netlist, seed.seed).arguments));
    }
    if (found.opensta) {
        result.tools[found.opensta->name] = found.opensta->version;
        for (const char* script : {work_files::timing_script, work_files::power_script})
            result.commands.push_back(displayed(*found.opensta, opensta_arguments(script)));
        auto timed = time_cells(*found.opensta, options, kept.run.flat_verilog, work);
        if (!timed) return timed.error();
        result.timed = std::move(timed).value();
        auto power = power_of_cells(*found.opensta, manifest, options, kept.run.unit_netlist, work);
        if (!power) return power.error();
        result.power = std::move(power).value();
    }
    if (found.verilator) {
        result.tools[found.verilator->name] = found.verilator->version;
        progress("verilator: the netlist on a stream of operands");
        result.commands.push_back(displayed(found.yosys, {"-s", activity_files::script}));
        result.commands.push_back(displayed(*found.verilator, verilator_arguments()));
        if (found.opensta)
            result.commands.push_back(
                displayed(*found.opensta, opensta_arguments(activity_files::slews_script)));
        auto activity = simulate_activity({found.yosys, *found.verilator, found.opensta}, manifest,
                                          options, kept.run.unit_netlist, found.library, work);
        if (!activity) return activity.error();
        result.activity = std::move(activity).value();
    }
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result;
}

}  // namespace bitshed::flows
