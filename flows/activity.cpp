#include "flows/activity.hpp"

#include <fmt/format.h>

#include "flows/activity_plan.hpp"
#include "flows/synth_plan.hpp"
#include "support/files.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

/// The stream that was asked for.
Result<Operands> operands_of(const emit::Manifest& manifest, const ActivityOptions& asked,
                             SimulatedActivity& result) {
    if (asked.stream == Stream::file) {
        const auto text = read_file(asked.operands);
        if (!text) return text.error();
        result.operands_sha256 = sha256(text.value());
        return operands_for(manifest, text.value(), printable(asked.operands.string(), 200));
    }
    const std::size_t count = pairs_wanted(manifest);
    // Weights and activations of one format are not the same numbers.
    const auto weights = draw_codes(asked.stream, manifest.weight, count, 2 * asked.seed);
    if (!weights) return weights.error();
    const auto activations =
        draw_codes(asked.stream, manifest.activation, count, 2 * asked.seed + 1);
    if (!activations) return activations.error();
    Operands operands;
    for (std::size_t i = 0; i < count; ++i)
        operands.pairs.emplace_back(weights.value()[i], activations.value()[i]);
    return operands;
}

/// Runs a tool and gives what it left.
Result<std::string> product_of(const Tool& tool, const std::vector<std::string>& arguments,
                               const std::string& product, const std::string& log,
                               const SynthOptions& options, const WorkFolder& work) {
    work.forget(product);
    work.forget(log);
    if (auto ran = run_tool(tool, arguments, work, log, options.time_limit); !ran)
        return ran.error();
    return read_product(tool, work, product, log);
}

/// What the nets did: builds the bench in Verilator and runs it.
Result<Activity> simulate(const Tool& verilator, const SynthOptions& options,
                          const WorkFolder& work) {
    std::error_code ignored;
    fs::remove_all(work.path() / activity_files::build_folder, ignored);
    const std::string program =
        (fs::path(activity_files::build_folder) / activity_files::program).string();
    const auto built = product_of(verilator, verilator_arguments(), program,
                                  activity_files::build_log, options, work);
    if (!built) return built.error();
    const Tool simulation{"the simulation", {(work.path() / program).string()}, program, "", {}};
    const auto waves = product_of(simulation, {}, activity_files::waves,
                                  activity_files::simulation_log, options, work);
    // Neither is of use to anybody once it is counted, and both are large.
    fs::remove_all(work.path() / activity_files::build_folder, ignored);
    work.forget(activity_files::waves);
    if (!waves) return waves.error();
    // The row `n` of the inputs follows the n-th rising edge, which comes at 2 n - 1.
    const auto activity = parse_vcd(waves.value(), "unit", 2 * warm_up_rows - 1);
    if (!activity)
        return with_log(activity.error(), simulation.name, work, activity_files::simulation_log);
    return activity;
}

/// Whether the clock rose in every counted cycle: a simulation that was cut off counts too little.
Outcome whole(const emit::Manifest& manifest, const Activity& activity, const WorkFolder& work) {
    const auto* clock = manifest.port("clock");
    const auto found = clock == nullptr ? activity.end() : activity.find(clock->name);
    if (found != activity.end() && found->second[0].rises == counted_cycles) return success();
    return with_log({ErrorKind::tool, "its dump has not all the cycles"}, "the simulation", work,
                    activity_files::simulation_log);
}

Result<Energy> energy_from(const Tool& opensta, const emit::Manifest& manifest,
                           const SynthOptions& options, const CellNetlist& netlist,
                           const NetActivity& nets, const std::string& library_text,
                           const WorkFolder& work) {
    const auto library = parse_liberty(library_text);
    if (!library) return library.error();
    if (auto written =
            write_file(work.path() / activity_files::slews_script, slews_script(manifest, options));
        !written)
        return written.error();
    const auto log =
        product_of(opensta, opensta_arguments(activity_files::slews_script),
                   activity_files::slews_log, activity_files::slews_log, options, work);
    if (!log) return log.error();
    const auto transitions = parse_transitions(log.value());
    if (!transitions)
        return with_log(transitions.error(), opensta.name, work, activity_files::slews_log);
    const auto energy = energy_of(netlist, nets, library.value(), transitions.value(),
                                  counted_cycles * 1000 / options.freq_mhz);
    if (!energy) return with_log(energy.error(), opensta.name, work, activity_files::slews_log);
    return energy;
}

}  // namespace

double SimulatedActivity::toggles_per_mac() const {
    return static_cast<double>(toggles) / static_cast<double>(macs);
}

std::optional<double> SimulatedActivity::pj_per_mac() const {
    return energy ? std::optional<double>(energy->total_pj() / static_cast<double>(macs))
                  : std::nullopt;
}

Result<Tool> find_verilator(const fs::path& folder, std::chrono::seconds limit) {
    return find_on_path("verilator", "--version", "apt-get install verilator", folder, limit);
}

Result<SimulatedActivity> simulate_activity(const ActivityTools& tools,
                                            const emit::Manifest& manifest,
                                            const SynthOptions& options,
                                            const std::string& unit_netlist,
                                            const std::optional<std::string>& library,
                                            const WorkFolder& work) {
    const ActivityOptions& asked = *options.activity;
    if (manifest.interval != 1)
        return Error(ErrorKind::files,
                     fmt::format("{} takes a pair every {} cycles: its activity is not simulated",
                                 manifest.module, manifest.interval),
                     "a unit of interval 1");
    SimulatedActivity result;
    result.stream = asked.stream;
    result.seed = asked.seed;
    const auto operands = operands_of(manifest, asked, result);
    if (!operands) return operands.error();
    const Stimulus stimulus = make_stimulus(manifest, operands.value());
    result.cycles = counted_cycles;
    result.macs = stimulus.macs;
    result.terms = stimulus.terms;
    std::string rows;
    for (const auto& row : stimulus.rows) rows += row + "\n";
    for (const auto& [name, text] :
         {std::pair<const char*, std::string>{activity_files::stimulus, rows},
          {activity_files::bench, activity_bench(manifest, stimulus)},
          {activity_files::script, activity_script(manifest, options.target, unit_netlist)}})
        if (auto written = write_file(work.path() / name, text); !written) return written.error();

    work.forget(activity_files::simulated);
    const auto json =
        product_of(tools.yosys, {"-s", activity_files::script}, activity_files::connections,
                   activity_files::script_log, options, work);
    if (!json) return json.error();
    const auto netlist = parse_cell_netlist(json.value(), manifest.module);
    if (!netlist)
        return with_log(netlist.error(), tools.yosys.name, work, activity_files::script_log);
    const auto activity = simulate(tools.verilator, options, work);
    if (!activity) return activity.error();
    if (auto all = whole(manifest, activity.value(), work); !all) return all.error();
    const auto nets = net_activity(netlist.value(), activity.value());
    if (!nets)
        return with_log(nets.error(), "the simulation", work, activity_files::simulation_log);
    result.toggles = driven_toggles(netlist.value(), nets.value());
    if (library) {
        auto energy = energy_from(*tools.opensta, manifest, options, netlist.value(), nets.value(),
                                  *library, work);
        if (!energy) return energy.error();
        result.energy = energy.value();
    }
    return result;
}

}  // namespace bitshed::flows
