#include "flows/synth_plan.hpp"

#include <fmt/format.h>

#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::flows {

namespace {

std::string as_lines(const std::vector<std::string>& passes) {
    std::string lines;
    for (const auto& pass : passes) lines += pass + "\n";
    return lines;
}

}  // namespace

std::string synth_script(const emit::Manifest& manifest, const SynthOptions& options) {
    const Target& target = options.target;
    return fill_page(
        templates::synth_ys,
        {{"MODULE", manifest.module},
         {"TARGET", target.name},
         {"SYNTH", options.dsp == DspBlocks::allowed ? target.synth_dsp : target.synth},
         {"EXTRA_PASSES", as_lines(target.extra_passes)},
         {"PAD_PASSES", as_lines(target.pad_passes)}});
}

std::vector<RouteRun> route_runs(const SynthOptions& options) {
    std::vector<RouteRun> runs;
    if (!options.target.router) return runs;
    for (const int seed : options.seeds) {
        RouteRun run;
        run.seed = seed;
        run.report = fmt::format("report_seed_{}.json", seed);
        run.log = fmt::format("route_seed_{}.log", seed);
        run.arguments = options.target.router->arguments;
        run.arguments.insert(
            run.arguments.end(),
            {"--json", work_files::netlist, "--report", run.report, "--seed", std::to_string(seed),
             "--freq", fmt::format("{}", options.freq_mhz), "--timing-allow-fail"});
        runs.push_back(std::move(run));
    }
    return runs;
}

}  // namespace bitshed::flows
