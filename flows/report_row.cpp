#include "flows/report_row.hpp"

#include <fmt/format.h>

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

/// The elements of a list that are of the type asked for.
template <class T>
std::vector<T> list_at(const Json& object, const char* field) {
    std::vector<T> list;
    if (!object.contains(field) || !object[field].is_array()) return list;
    for (const auto& element : object[field]) {
        if constexpr (std::is_same_v<T, std::string>) {
            if (element.is_string()) list.push_back(element.get<T>());
        } else if (element.is_number()) {
            list.push_back(element.get<T>());
        }
    }
    return list;
}

}  // namespace

std::optional<long> count_at(const Json& object, const char* field) {
    if (!object.is_object() || !object.contains(field) || !object[field].is_number_integer())
        return std::nullopt;
    const long value = object[field].get<long>();
    return value < 0 ? std::nullopt : std::optional<long>(value);
}

std::optional<double> number_at(const Json& object, const char* field) {
    return object.contains(field) && object[field].is_number()
               ? std::optional<double>(object[field].get<double>())
               : std::nullopt;
}

std::string text_at(const Json& object, const char* field) {
    return object.contains(field) && object[field].is_string() ? object[field].get<std::string>()
                                                               : std::string();
}

void read_judgement(const Json& result, std::optional<long> pairs_expected, ReportRow& row) {
    row.judged_by = text_at(result, "simulator");
    if (result.contains("seed") && result["seed"].is_number_integer())
        row.judged_by +=
            fmt::format("{}seed {}", row.judged_by.empty() ? "" : ", ", result["seed"].dump());
    row.pairs_visited = count_at(result, "pairs_visited");
    row.pairs_total = count_at(result, "pairs_total");
    row.mismatches = count_at(result, "mismatches");
    if (!row.pairs_visited || !row.pairs_total || !row.mismatches)
        row.judged = "unreadable";
    else if (*row.mismatches > 0)
        row.judged = "FAILED";
    else if (row.pairs_visited != row.pairs_total || row.pairs_total != pairs_expected)
        row.judged = "incomplete";
    else
        row.judged = "passed";
}

Provenance provenance_of(const Json& result) {
    Provenance from;
    if (result.contains("tools") && result["tools"].is_object())
        for (const auto& [name, version] : result["tools"].items())
            if (version.is_string()) from.tools[name] = version.get<std::string>();
    from.commands = list_at<std::string>(result, "commands");
    from.seeds = list_at<long>(result, "seeds");
    from.limited_by = list_at<std::string>(result, "limited_by");
    from.freq_mhz = number_at(result, "freq_mhz");
    from.effort = text_at(result, "effort");
    from.dsp_blocks = text_at(result, "dsp_blocks");
    from.log = text_at(result, "work");
    if (result.contains("fmax_mhz") && result["fmax_mhz"].is_object())
        from.fmax_all_mhz = list_at<double>(result["fmax_mhz"], "all");
    return from;
}

void read_cost(const Json& result, ReportRow& row) {
    row.luts = count_at(result, "luts");
    row.ffs = count_at(result, "ffs");
    row.carries = count_at(result, "carries");
    row.dsps = count_at(result, "dsps");
    row.area = number_at(result, "area");
    if (result.contains("fmax_mhz") && result["fmax_mhz"].is_object())
        row.fmax_mhz = number_at(result["fmax_mhz"], "median");
    if (result.contains("energy") && result["energy"].is_object()) {
        const Json& energy = result["energy"];
        row.operands = text_at(energy, "stream");
        if (energy.contains("seed") && energy["seed"].is_number_integer())
            row.operands += fmt::format(", seed {}", energy["seed"].dump());
        row.toggles_per_mac = number_at(energy, "toggles_per_mac");
        row.pj_per_mac = number_at(energy, "pj_per_mac");
    }
    row.provenance = provenance_of(result);
    row.measured = row.luts || row.ffs || row.area ? "measured" : "unreadable";
}

}  // namespace bitshed::flows
