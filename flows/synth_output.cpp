// What a measurement looks like: as JSON and as a page of text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "flows/json.hpp"
#include "flows/synth.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

const char* limiter_name(Limiter limiter) {
    return limiter == Limiter::core ? "core" : "harness";
}

/// "SB_LUT4 184, SB_CARRY 59", the most frequent first.
std::string cell_list(const CellCounts& cells) {
    std::vector<std::pair<std::string, long>> sorted(cells.begin(), cells.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string list;
    for (const auto& [type, count] : sorted)
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", type, count);
    return list;
}

/// A whole number without a point where it is one.
Json whole_or_real(double value) {
    const auto whole = static_cast<long>(value);
    return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

/// Rounded to a picosecond: the frequencies are no better.
double picoseconds(double ns) {
    return std::round(ns * 1000) / 1000;
}

/// Cycles times period: from a pair to its sum, and from one multiply-accumulate to the next.
Json timing_json(const SynthResult& result) {
    const auto period = result.period_ns();
    if (!period) return nullptr;
    return {{"method", *result.method() == TimingMethod::routed ? "routed" : "static"},
            {"period_ns", picoseconds(*period)},
            {"latency_cycles", result.latency},
            {"latency_ns", picoseconds(*period * result.latency)},
            {"macs_per_cycle", static_cast<double>(result.lanes) / result.interval},
            {"ns_per_mac", picoseconds(*period * result.interval / result.lanes)}};
}

/// Six significant digits: OpenSTA computes in single precision.
double significant(double value) {
    return std::stod(fmt::format("{:.6g}", value));
}

Json power_json(const SynthResult& result) {
    if (!result.power) return nullptr;
    return {{"model", "vectorless"},
            {"freq_mhz", result.freq_mhz},
            {"internal_mw", significant(result.power->internal_mw)},
            {"switching_mw", significant(result.power->switching_mw)},
            {"leakage_mw", significant(result.power->leakage_mw)},
            {"total_mw", significant(result.power->total_mw)},
            {"pj_per_mac", significant(*result.pj_per_mac())}};
}

/// Of a netlist that was simulated: what it did, and of a library's cells the energy of it.
Json energy_json(const SynthResult& result) {
    if (!result.activity) return nullptr;
    const SimulatedActivity& did = *result.activity;
    const auto a_mac = [&](double Energy::*part) {
        return did.energy ? Json(significant((*did.energy).*part / static_cast<double>(did.macs)))
                          : Json(nullptr);
    };
    Json document = {
        {"model", "simulated"},
        {"stream", stream_name(did.stream)},
        {"seed", did.stream == Stream::file ? Json(nullptr) : Json(did.seed)},
        {"operands_sha256", or_null(did.operands_sha256)},
        {"cycles", did.cycles},
        {"macs", did.macs},
        {"terms", did.terms},
        {"toggles_per_mac", significant(did.toggles_per_mac())},
        {"internal_pj", a_mac(&Energy::internal_pj)},
        {"switching_pj", a_mac(&Energy::switching_pj)},
        {"leakage_pj", a_mac(&Energy::leakage_pj)},
        {"pj_per_mac", did.energy ? Json(significant(*did.pj_per_mac())) : Json(nullptr)}};
    return document;
}

/// "stock 194, area-once 165, area-climbed 156: area-climbed is kept".
std::string attempt_list(const SynthResult& result) {
    std::string list;
    for (const auto& attempt : result.attempts)
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", attempt.name,
                            whole_or_real(attempt.size).dump());
    return list + ": " + result.kept + " is kept";
}

/// Hears a row: name, value, note.
using Row = std::function<void(const char*, const std::string&, const std::string&)>;

void add_timing(const SynthResult& result, const Row& row) {
    const auto median = result.median_fmax_mhz();
    if (!median) {
        row("Fmax MHz", "none",
            result.target.router ? "nothing was routed" : "no open router takes this device");
        return;
    }
    bool by_harness = result.timed && result.timed->limiter == Limiter::harness;
    if (result.timed) {
        row("Fmax MHz", fmt::format("{:.2f}", *median),
            "static timing of the cells: no wires, an ideal clock");
    } else {
        std::string all;
        for (const auto& seed : result.seeds) {
            all += fmt::format("{}{:.2f}", all.empty() ? "" : " ", seed.fmax_mhz);
            by_harness = by_harness || seed.limiter == Limiter::harness;
        }
        row("Fmax MHz", fmt::format("{:.2f}", *median),
            fmt::format("median of {} seed{}: {}", result.seeds.size(),
                        result.seeds.size() == 1 ? "" : "s", all));
    }
    row("", "",
        fmt::format("{} MHz was asked for: {}", result.freq_mhz,
                    *result.timing_met() ? "met" : "not met"));
    if (by_harness)
        row("", "",
            fmt::format("a path of the harness limits {}: the unit is at least as fast",
                        result.timed ? "the clock" : "a seed"));
    const double period = *result.period_ns();
    row("ns a MAC", fmt::format("{:.3f}", period * result.interval / result.lanes),
        fmt::format("latency {} cycle{}, {:.3f} ns", result.latency, result.latency == 1 ? "" : "s",
                    period * result.latency));
}

}  // namespace

std::optional<double> SynthResult::median_fmax_mhz() const {
    if (timed) return timed->fmax_mhz;
    if (seeds.empty()) return std::nullopt;
    std::vector<double> sorted;
    for (const auto& seed : seeds) sorted.push_back(seed.fmax_mhz);
    std::sort(sorted.begin(), sorted.end());
    const auto middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

std::optional<bool> SynthResult::timing_met() const {
    const auto median = median_fmax_mhz();
    return median ? std::optional<bool>(*median >= freq_mhz) : std::nullopt;
}

std::optional<double> SynthResult::period_ns() const {
    const auto median = median_fmax_mhz();
    return median ? std::optional<double>(1000 / *median) : std::nullopt;
}

std::optional<TimingMethod> SynthResult::method() const {
    if (timed) return TimingMethod::static_cells;
    return seeds.empty() ? std::nullopt : std::optional<TimingMethod>(TimingMethod::routed);
}

std::optional<double> SynthResult::pj_per_mac() const {
    // mW * ns = pJ
    return power ? std::optional<double>(power->total_mw * 1000 / freq_mhz * interval / lanes)
                 : std::nullopt;
}

Json to_json(const SynthResult& result, Detail detail) {
    Json all = Json::array();
    Json seeds = Json::array();
    Json limiters = Json::array();
    for (const auto& seed : result.seeds) {
        all.push_back(seed.fmax_mhz);
        seeds.push_back(seed.seed);
        limiters.push_back(limiter_name(seed.limiter));
    }
    if (result.timed) {
        all.push_back(result.timed->fmax_mhz);
        limiters.push_back(limiter_name(result.timed->limiter));
    }
    Json attempts = Json::object();
    for (const auto& attempt : result.attempts)
        attempts[attempt.name] = whole_or_real(attempt.size);
    const auto figure = [&](Resource resource, long count) {
        return result.target.has(resource) ? Json(count) : Json(nullptr);
    };
    Json document = {
        {"module", result.module},
        {"target", result.target.name},
        {"luts", figure(Resource::lut, result.cost.luts)},
        {"ffs", figure(Resource::ff, result.cost.ffs)},
        {"carries", figure(Resource::carry, result.cost.carries)},
        {"dsps", figure(Resource::dsp, result.cost.dsps)},
        {"area", or_null(result.area)},
        {"cells", result.cells},
        {"fmax_mhz", result.method()
                         ? Json{{"median", or_null(result.median_fmax_mhz())}, {"all", all}}
                         : Json(nullptr)},
        {"timing_met", or_null(result.timing_met())},
        {"timing", timing_json(result)},
        {"power", power_json(result)},
        {"energy", energy_json(result)},
        {"effort", effort_name(result.effort)},
        {"kept", result.kept},
        {"attempts", attempts},
        {"unit_netlist", result.unit_netlist},
        {"tools", result.tools},
        {"freq_mhz", result.freq_mhz},
        {"seeds", seeds},
        {"limited_by", limiters},
        {"dsp_blocks", result.dsp == DspBlocks::allowed ? "allowed" : "avoided"},
        {"lut_definition",
         result.target.has(Resource::lut) ? Json(result.target.lut_definition) : Json(nullptr)},
        {"commands", result.commands},
    };
    if (detail == Detail::run) {
        document["seconds"] = std::round(result.seconds * 100) / 100;
        document["work"] = result.work.string();
    }
    return document;
}

std::string to_text(const SynthResult& result) {
    std::string text =
        fmt::format("{} on {}: {}\n", result.module, result.target.name, result.target.description);
    const auto row = [&](const char* name, const std::string& value, const std::string& note) {
        text += fmt::format("  {:<8} {:>8}{}{}\n", name, value, note.empty() ? "" : "   ", note);
    };
    const auto count = [&](const char* name, Resource resource, long value,
                           const std::string& note) {
        if (result.target.has(resource)) row(name, std::to_string(value), note);
    };
    count("LUTs", Resource::lut, result.cost.luts, result.target.lut_definition);
    if (result.area) row("area", fmt::format("{}", whole_or_real(*result.area).dump()), "um^2");
    count("FFs", Resource::ff, result.cost.ffs, "");
    count("carries", Resource::carry, result.cost.carries, "");
    count("DSPs", Resource::dsp, result.cost.dsps,
          result.dsp == DspBlocks::allowed ? "allowed" : "not used unless --dsp");
    if (result.effort == Effort::area) row("effort", "area", attempt_list(result));
    add_timing(result, row);
    if (result.power)
        row("pJ a MAC", fmt::format("{:.1f}", *result.pj_per_mac()),
            fmt::format("vectorless: {:.3f} mW at {} MHz, cells and their pins alone",
                        result.power->total_mw, result.freq_mhz));
    if (result.activity) {
        const SimulatedActivity& did = *result.activity;
        const auto of = fmt::format("{} operands, {} products, sums of {}", stream_name(did.stream),
                                    did.macs, did.terms);
        if (did.energy)
            row("pJ a MAC", fmt::format("{:.1f}", *did.pj_per_mac()), "simulated: " + of);
        row("toggles", fmt::format("{:.1f}", did.toggles_per_mac()),
            did.energy ? "a MAC, of the nets that cells drive"
                       : "a MAC: no energy, no unit; simulated: " + of);
    }
    text += fmt::format("  cells    {}\n  tools   ", cell_list(result.cells));
    for (const auto& [name, version] : result.tools) text += fmt::format(" {} {}", name, version);
    text += fmt::format("\n  logs     {}\n", result.work.string());
    return text;
}

}  // namespace bitshed::flows
