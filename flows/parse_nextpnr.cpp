#include "flows/parse_nextpnr.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::json;

Error not_understood(const std::string& what) {
    return {ErrorKind::tool, fmt::format("this is no report of nextpnr's: {}", what)};
}

std::string text_at(const Json& object, const char* field) {
    return object.is_object() && object.contains(field) && object[field].is_string()
               ? object[field].get<std::string>()
               : std::string();
}

/// The cell a step of a path goes to.
std::string cell_at(const Json& step, const char* end) {
    return step.is_object() && step.contains(end) ? text_at(step[end], "cell") : std::string();
}

/// The path from the clock to itself; the others begin or end at a pin ("<async>").
const Json* register_path(const Json& paths, const std::string& clock) {
    //   {"from": "posedge clk$SB_IO_IN_$glb_clk", "path": [...], "to": "posedge
    //   clk$SB_IO_IN_$glb_clk"}
    for (const auto& path : paths) {
        const auto edge = "posedge " + clock;
        if (text_at(path, "from") == edge && text_at(path, "to") == edge && path.contains("path") &&
            path["path"].is_array() && !path["path"].empty())
            return &path["path"];
    }
    return nullptr;
}

}  // namespace

Result<TimingReport> parse_nextpnr_report(std::string_view text, std::string_view core_prefix) {
    const Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_object())
        return not_understood("no JSON object, or half of one");
    //   "fmax": {"clk$SB_IO_IN_$glb_clk": {"achieved": 60.45583724975586, "constraint": 100}}
    if (!document.contains("fmax") || !document["fmax"].is_object() || document["fmax"].size() != 1)
        return not_understood("not one clock under 'fmax'");
    const auto clock = document["fmax"].begin().key();
    const Json& fmax = document["fmax"].begin().value();
    if (!fmax.is_object() || !fmax.contains("achieved") || !fmax["achieved"].is_number() ||
        !fmax.contains("constraint") || !fmax["constraint"].is_number())
        return not_understood("no achieved frequency");
    TimingReport report;
    report.achieved_mhz = fmax["achieved"].get<double>();
    report.constraint_mhz = fmax["constraint"].get<double>();
    if (!(report.achieved_mhz > 0)) return not_understood("an achieved frequency of 0");
    if (!document.contains("critical_paths") || !document["critical_paths"].is_array())
        return not_understood("no critical paths");
    const Json* path = register_path(document["critical_paths"], clock);
    if (path == nullptr) return not_understood("no path from register to register");
    //   {"delay": 0.54, "from": {"cell": "operands_q_SB_DFF_Q_1_DFFLC", "loc": [5, 1], "port":
    //   "O"},
    //    "to": {"cell": "operands_q_SB_DFF_Q_1_DFFLC", ...}, "type": "clk-to-q"}
    report.path_start = cell_at(path->front(), "from");
    report.path_end = cell_at(path->back(), "to");
    if (report.path_start.empty() || report.path_end.empty())
        return not_understood("a path without cells");
    report.limiter = Limiter::harness;
    for (const auto& step : *path)
        if (text_at(step, "type") != "clk-to-q" && cell_at(step, "to").starts_with(core_prefix))
            report.limiter = Limiter::core;
    return report;
}

}  // namespace bitshed::flows
