#include "flows/synth_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::flows {

namespace {

constexpr const char* top = " -top bitshed_harness";

std::string as_lines(const std::vector<std::string>& passes) {
    std::string lines;
    for (const auto& pass : passes) lines += pass + "\n";
    return lines;
}

/// The passes with unit and harness apart; no attempt: stock.
std::string mapping_lines(const SynthOptions& options, const AreaAttempt* attempt) {
    const Synthesis& synthesis = options.target.synthesis;
    const std::string pass =
        synthesis.pass + (options.dsp == DspBlocks::allowed ? synthesis.dsp_on : synthesis.dsp_off);
    if (attempt == nullptr)
        return pass + top + "\n" + as_lines(synthesis.mapping) + as_lines(synthesis.finish);
    std::string lines = pass;
    if (!synthesis.area_from.empty()) lines += " -run begin:" + synthesis.area_from;
    lines += std::string(top) + "\n" + as_lines(attempt->passes);
    if (!synthesis.area_back.empty())
        lines += fmt::format("{} -run {}:{}\n", pass, synthesis.area_back, top);
    return lines + as_lines(synthesis.finish);
}

SynthesisRun synthesis_run(const emit::Manifest& manifest, const SynthOptions& options,
                           const AreaAttempt* attempt) {
    SynthesisRun run;
    run.attempt = attempt == nullptr ? "stock" : attempt->name;
    std::string prefix = attempt == nullptr ? "" : attempt->name + "_";
    std::replace(prefix.begin(), prefix.end(), '-', '_');
    run.script = prefix + "synth.ys";
    run.log = prefix + "synth.log";
    run.cells_by_module = prefix + "cells_by_module.json";
    run.cells_flat = prefix + "cells_flat.json";
    run.netlist = prefix + "netlist.json";
    run.flat_verilog = prefix + "netlist.v";
    run.unit_netlist = prefix + "unit_netlist.v";
    const bool library = options.target.library.has_value();
    run.text = fill_page(
        templates::synth_ys,
        {{"MODULE", manifest.module},
         {"TARGET", options.target.name},
         {"ATTEMPT", run.attempt},
         {"CELLS", manifest.cells
                       ? fmt::format("read_verilog -lib +/{}/cells_sim.v\n", *manifest.cells)
                       : std::string()},
         {"PASSES", mapping_lines(options, attempt)},
         {"STAT", library ? fmt::format("-liberty {} ", work_files::library) : std::string()},
         {"PREFIX", prefix},
         {"PADS", as_lines(options.target.synthesis.pads)},
         {"WRITE", library ? fmt::format("write_verilog -noattr -noexpr {}", run.flat_verilog)
                           : fmt::format("write_json {}", run.netlist)}});
    return run;
}

}  // namespace

Outcome check_cells(const emit::Manifest& manifest, const Target& target) {
    if (!manifest.cells || *manifest.cells == target.family) return success();
    return Error(
        ErrorKind::request,
        fmt::format("{} has carry cells of {}, which {} has not", manifest.module, *manifest.cells,
                    target.name),
        fmt::format("a target of the family {}; or a unit with --cells portable", *manifest.cells));
}

std::vector<SynthesisRun> synthesis_runs(const emit::Manifest& manifest,
                                         const SynthOptions& options) {
    std::vector<SynthesisRun> runs{synthesis_run(manifest, options, nullptr)};
    if (options.effort == Effort::area)
        for (const auto& attempt : options.target.synthesis.attempts)
            runs.push_back(synthesis_run(manifest, options, &attempt));
    return runs;
}

RouteRun route_run(const SynthOptions& options, const std::string& netlist, int seed) {
    RouteRun run;
    run.seed = seed;
    run.report = fmt::format("report_seed_{}.json", seed);
    run.log = fmt::format("route_seed_{}.log", seed);
    run.arguments = options.target.router->arguments;
    run.arguments.insert(run.arguments.end(),
                         {"--json", netlist, "--report", run.report, "--seed", std::to_string(seed),
                          "--freq", fmt::format("{}", options.freq_mhz), "--timing-allow-fail"});
    return run;
}

std::string timing_script(const SynthOptions& options, const std::string& flat_verilog) {
    return fill_page(templates::timing_tcl,
                     {{"LIBRARY", work_files::library},
                      {"NETLIST", flat_verilog},
                      {"PERIOD", fmt::format("{:.6f}", 1000 / options.freq_mhz)}});
}

std::string power_script(const emit::Manifest& manifest, const SynthOptions& options,
                         const std::string& unit_netlist) {
    // A port of a role that is no operand holds its level: low what clears a sum or begins and ends
    // one, high what lets it go on.
    std::string controls;
    std::string clock;
    std::string inputs;
    for (const auto& port : manifest.ports) {
        if (port.role == "clock") clock = port.name;
        if (port.direction != "input" || port.role == "clock") continue;
        inputs += (inputs.empty() ? "" : " ") + port.name;
        if (port.role == "weight" || port.role == "activation") continue;
        const bool low = port.role == "clear" || port.role == "in_first" || port.role == "in_last";
        controls += fmt::format("set_power_activity -input_ports {} -activity 0.0 -duty {}\n",
                                port.name, low ? "0.0" : "1.0");
    }
    return fill_page(templates::power_tcl,
                     {{"LIBRARY", work_files::library},
                      {"NETLIST", unit_netlist},
                      {"MODULE", manifest.module},
                      {"PERIOD", fmt::format("{:.6f}", 1000 / options.freq_mhz)},
                      {"CLOCK", clock},
                      {"INPUTS", inputs},
                      {"CONTROLS", controls}});
}

std::vector<std::string> opensta_arguments(const std::string& script) {
    return {"-no_init", "-no_splash", "-exit", script};
}

}  // namespace bitshed::flows
