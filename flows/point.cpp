#include "flows/point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "flows/accuracy.hpp"
#include "flows/activity_plan.hpp"
#include "flows/harness.hpp"
#include "flows/synth_plan.hpp"
#include "flows/tools.hpp"
#include "support/files.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

/// A WebAssembly program that runs for the first time is compiled first.
constexpr std::chrono::seconds patience{60};

std::string version_of(const Result<Tool>& found) {
    if (found) return found.value().version;
    return found.error().kind == ErrorKind::timeout ? "unknown" : "missing";
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += word + "\n";
    return text;
}

/// Every text that a measurement hands to its tools, but the Verilog itself and a cell library.
Result<std::string> recipe_of(const emit::Manifest& manifest, const SynthOptions& options) {
    const auto harness = harness_text(manifest);
    if (!harness) return harness.error();
    std::string text = harness.value();
    for (const auto& page : options.target.pages) text += page.file + "\n" + std::string(page.text);
    for (const auto& run : synthesis_runs(manifest, options)) {
        text += run.text;
        if (options.target.library)
            text += timing_script(options, run.flat_verilog) +
                    power_script(manifest, options, run.unit_netlist);
    }
    if (options.activity) {
        text += activity_script(manifest, options.target, "unit_netlist") +
                slews_script(manifest, options) + joined(verilator_arguments());
        // Rows without operands: which they are follows from stream, seed and our own version.
        const auto rows = make_stimulus(manifest, Operands{.pairs = {{0, 0}}, .sum_ends = {}});
        text += activity_bench(manifest, rows) + joined(rows.rows);
    }
    if (options.target.router)
        for (const int seed : options.seeds)
            text += joined(route_run(options, "netlist", seed).arguments);
    return text;
}

/// A cell library has no version but its text.
std::string library_version(const CellLibrary& library) {
    const auto file = find_library(library);
    if (!file) return "missing";
    const auto text = read_file(file.value());
    return text ? "sha256 " + sha256(text.value()) : "unknown";
}

Json unit_facts(const PlannedUnit& unit) {
    const emit::Manifest& manifest = unit.manifest;
    const auto bits_of = [&](const char* role) {
        const auto* port = manifest.port(role);
        return port == nullptr ? 0 : port->bits / manifest.lanes;
    };
    const auto& accumulator = manifest.accumulator;
    Json facts = {{"module", manifest.module},
                  {"command", manifest.command},
                  {"weight", manifest.weight},
                  {"activation", manifest.activation},
                  {"weight_bits", bits_of("weight")},
                  {"activation_bits", bits_of("activation")},
                  {"accumulator", accumulator.format.value_or(accumulator.kind)},
                  {"accumulator_bits", accumulator.bits},
                  {"lanes", manifest.lanes},
                  {"stages", manifest.stages},
                  {"latency", manifest.latency},
                  {"interval", manifest.interval}};
    facts.update(unit.facts);
    return facts;
}

/// Completes a point about a unit: `asked` is what is asked for beside it, `decides` what else the
/// figures hang on.
Point unit_point(const PlannedUnit& unit, const std::string& kind, const std::string& target,
                 const Json& asked, const Json& decides) {
    Point point;
    point.kind = kind;
    point.subject = unit.manifest.module;
    point.target = target;
    point.unit = UnitText{unit.manifest, unit.verilog};
    const Json slot = {
        {"kind", kind}, {"unit", unit.manifest.command}, {"target", target}, {"asked", asked}};
    point.slot = sha256(slot.dump());
    point.request = {{"unit", unit_facts(unit)}};
    point.request.update(asked);
    point.request["verilog_sha256"] = sha256(unit.verilog);
    point.request.update(decides);
    point.request["generator"] = unit.manifest.version;
    const Json key = {{"slot", slot},
                      {"verilog", point.request["verilog_sha256"]},
                      {"decides", decides},
                      {"generator", unit.manifest.version}};
    point.key = sha256(key.dump());
    return point;
}

Result<Point> synth_point(const PlannedUnit& unit, const SynthOptions& options, ToolVersions tools,
                          const ToolVersions& simulating) {
    if (options.activity) tools.insert(simulating.begin(), simulating.end());
    const auto recipe = recipe_of(unit.manifest, options);
    if (!recipe) return recipe.error();
    Json asked = {{"target", options.target.name}, {"effort", effort_name(options.effort)}};
    // Where nothing is routed, seeds and clock decide nothing.
    asked["seeds"] = options.target.router ? Json(options.seeds) : Json::array();
    asked["freq_mhz"] = options.freq_mhz;
    if (options.activity) {
        asked["activity"] = stream_name(options.activity->stream);
        asked["activity_seed"] = options.activity->seed;
    }
    return unit_point(unit, point_kinds::synth, options.target.name, asked,
                      {{"recipe_sha256", sha256(recipe.value())}, {"tools", tools}});
}

/// A network's point has no unit: its pair of formats counts, whatever accumulates the products.
Point accuracy_point(const PlannedAccuracy& planned, const ToolVersions& tools) {
    Json asked = {{"model", planned.model.name},
                  {"weight", planned.weight},
                  {"activation", planned.activation},
                  {"recipe", planned.recipe}};
    asked["images"] = planned.images ? Json(*planned.images) : Json(nullptr);
    const Json decides = {{"model_sha256", planned.model.sha256}, {"tools", tools}};
    Point point;
    point.kind = point_kinds::accuracy;
    point.subject = planned.model.name;
    const Json slot = {{"kind", point.kind}, {"asked", asked}};
    point.slot = sha256(slot.dump());
    point.key = sha256(Json({{"slot", slot}, {"decides", decides}}).dump());
    point.request = asked;
    point.request.update(decides);
    point.request["path"] = planned.model.path;
    return point;
}

}  // namespace

SweepTools find_sweep_tools(const Plan& plan) {
    const ScratchFolder folder("sweep");
    SweepTools tools;
    std::map<std::string, std::string> asked;
    const auto once = [&](const std::string& name, const auto& find) {
        const auto known = asked.find(name);
        return known != asked.end() ? known->second
                                    : asked.emplace(name, version_of(find())).first->second;
    };
    for (const auto& measure : plan.measures) {
        auto& versions = tools.by_target[measure.target.name];
        versions["yosys"] = once("yosys", [&] { return find_yosys(folder.path(), patience); });
        if (const auto& router = measure.target.router)
            versions[router->program] = once(
                router->program, [&] { return find_router(*router, folder.path(), patience); });
        if (const auto& library = measure.target.library) {
            versions["sta"] = once("sta", [&] { return find_opensta(folder.path(), patience); });
            versions[library->file] = library_version(*library);
        }
    }
    const bool simulated = std::any_of(plan.measures.begin(), plan.measures.end(),
                                       [](const auto& measure) { return measure.activity; });
    ToolVersions simulators;
    if (simulated || plan.judging == Judging::wanted)
        for (const char* name : {"verilator", "g++"})
            simulators[name] = once(
                name, [&] { return find_on_path(name, "--version", "", folder.path(), patience); });
    if (plan.judging == Judging::wanted) tools.judging = simulators;
    if (simulated) tools.simulating = simulators;
    if (!plan.accuracies.empty())
        tools.quantizing["quantizer"] = once("quantizer", [&] { return find_quantizer(); });
    return tools;
}

Result<std::vector<Point>> make_points(const Plan& plan, const SweepTools& tools) {
    std::vector<Point> points;
    std::set<std::string> known;
    const auto add = [&](Point point) {
        if (known.insert(point.key).second) points.push_back(std::move(point));
    };
    for (const auto& unit : plan.units) {
        if (plan.judging == Judging::wanted)
            add(unit_point(unit, point_kinds::verify, "", {{"seed", 1}},
                           {{"tools", tools.judging}}));
        for (const auto& measure : plan.measures) {
            if (auto fits = check_cells(unit.manifest, measure.target); !fits) return fits.error();
            auto point = synth_point(unit, measure, tools.by_target.at(measure.target.name),
                                     tools.simulating);
            if (!point) return point.error();
            add(std::move(point).value());
        }
    }
    for (const auto& planned : plan.accuracies) add(accuracy_point(planned, tools.quantizing));
    return points;
}

SynthRequest synth_request_of(const Json& request) {
    SynthRequest asked;
    asked.target = request.at("target").get<std::string>();
    asked.effort = request.at("effort").get<std::string>();
    asked.freq = fmt::format("{}", request.at("freq_mhz").get<double>());
    std::string seeds;
    for (const auto& seed : request.at("seeds"))
        seeds += fmt::format("{}{}", seeds.empty() ? "" : ",", seed.get<int>());
    if (!seeds.empty())
        asked.seeds = seeds;
    else if (const auto target = find_target(asked.target); target && target.value().router)
        asked.seeds = "none";
    if (request.contains("activity")) {
        asked.activity = request["activity"].get<std::string>();
        asked.activity_seed = fmt::format("{}", request.at("activity_seed").get<std::uint64_t>());
    }
    return asked;
}

}  // namespace bitshed::flows
