// What a measurement looks like: as JSON and as a page of text.
#include <fmt/format.h>

#include <algorithm>

#include "flows/synth.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

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

}  // namespace

std::optional<double> SynthResult::median_fmax_mhz() const {
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

Json to_json(const SynthResult& result, Detail detail) {
    Json all = Json::array();
    Json seeds = Json::array();
    Json limiters = Json::array();
    for (const auto& seed : result.seeds) {
        all.push_back(seed.fmax_mhz);
        seeds.push_back(seed.seed);
        limiters.push_back(limiter_name(seed.limiter));
    }
    const bool routed = !result.seeds.empty();
    Json document = {
        {"module", result.module},
        {"target", result.target.name},
        {"luts", result.cost.luts},
        {"ffs", result.cost.ffs},
        {"carries", result.cost.carries},
        {"dsps", result.cost.dsps},
        {"area", or_null(result.area)},
        {"cells", result.cells},
        {"fmax_mhz", routed ? Json{{"median", or_null(result.median_fmax_mhz())}, {"all", all}}
                            : Json(nullptr)},
        {"timing_met", or_null(result.timing_met())},
        {"effort", effort_name(result.effort)},
        {"tools", result.tools},
        {"freq_mhz", result.freq_mhz},
        {"seeds", seeds},
        {"limited_by", limiters},
        {"dsp_blocks", result.dsp == DspBlocks::allowed ? "allowed" : "avoided"},
        {"lut_definition", result.target.lut_definition},
        {"commands", result.commands},
    };
    if (detail == Detail::run) document["work"] = result.work.string();
    return document;
}

std::string to_text(const SynthResult& result) {
    std::string text =
        fmt::format("{} on {}: {}\n", result.module, result.target.name, result.target.description);
    const auto row = [&](const char* name, const std::string& value, const std::string& note) {
        text += fmt::format("  {:<8} {:>8}{}{}\n", name, value, note.empty() ? "" : "   ", note);
    };
    row("LUTs", std::to_string(result.cost.luts), result.target.lut_definition);
    row("FFs", std::to_string(result.cost.ffs), "");
    row("carries", std::to_string(result.cost.carries), "");
    row("DSPs", std::to_string(result.cost.dsps),
        result.dsp == DspBlocks::allowed ? "allowed" : "not used unless --dsp");
    if (const auto median = result.median_fmax_mhz()) {
        std::string all;
        bool by_harness = false;
        for (const auto& seed : result.seeds) {
            all += fmt::format("{}{:.2f}", all.empty() ? "" : " ", seed.fmax_mhz);
            by_harness = by_harness || seed.limiter == Limiter::harness;
        }
        row("Fmax MHz", fmt::format("{:.2f}", *median),
            fmt::format("median of {} seed{}: {}", result.seeds.size(),
                        result.seeds.size() == 1 ? "" : "s", all));
        row("", "",
            fmt::format("{} MHz was asked for: {}", result.freq_mhz,
                        *result.timing_met() ? "met" : "not met"));
        if (by_harness)
            row("", "", "a path of the harness limits a seed: the unit is at least as fast");
    }
    text += fmt::format("  cells    {}\n  tools   ", cell_list(result.cells));
    for (const auto& [name, version] : result.tools) text += fmt::format(" {} {}", name, version);
    text += fmt::format("\n  logs     {}\n", result.work.string());
    return text;
}

}  // namespace bitshed::flows
