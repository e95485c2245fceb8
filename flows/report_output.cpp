// What a report looks like: JSON, a table for a terminal, a page of Markdown.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "flows/accuracy_output.hpp"
#include "flows/json.hpp"
#include "flows/markdown.hpp"
#include "flows/pareto.hpp"
#include "flows/report.hpp"
#include "flows/targets.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

std::string or_dash(const std::optional<long>& value) {
    return value ? std::to_string(*value) : "-";
}

/// Whether rows differ in their effort: then a table has to say it.
bool has_efforts(const Report& report) {
    std::set<std::string> efforts;
    for (const auto& row : report.rows)
        if (!row.provenance.effort.empty()) efforts.insert(row.provenance.effort);
    return efforts.size() > 1;
}

/// Columns that only some reports have.
struct Extras {
    bool area = false;
    bool effort = false;
    bool activity = false;
    bool energy = false;
};

Extras extras_of(const Report& report) {
    const auto any = [&](const auto& has) {
        return std::any_of(report.rows.begin(), report.rows.end(), has);
    };
    return {any([](const ReportRow& row) { return row.area.has_value(); }), has_efforts(report),
            any([](const ReportRow& row) { return row.toggles_per_mac.has_value(); }),
            any([](const ReportRow& row) { return row.pj_per_mac.has_value(); })};
}

std::vector<std::string> cells_of(const ReportRow& row, const Extras& with) {
    const std::string target = row.measured == "measured" ? row.target
                               : row.target.empty()       ? row.measured
                                                          : row.target + ", " + row.measured;
    std::vector<std::string> cells = {
        harmless(row.module),      harmless(row.weight), harmless(row.activation),
        harmless(row.accumulator), row.judged,           or_dash(row.pairs_visited),
        harmless(target),          or_dash(row.luts),    or_dash(row.ffs),
        or_dash(row.carries),      or_dash(row.dsps)};
    if (with.effort)
        cells.insert(cells.begin() + 7,
                     row.provenance.effort.empty() ? "-" : harmless(row.provenance.effort));
    if (with.area) cells.push_back(row.area ? fmt::format("{:.2f}", *row.area) : "-");
    cells.push_back(row.fmax_mhz ? fmt::format("{:.2f}", *row.fmax_mhz) : "-");
    const auto tenths = [](const std::optional<double>& value) {
        return value ? fmt::format("{:.1f}", *value) : std::string("-");
    };
    if (with.activity) {
        cells.push_back(row.operands.empty() ? "-" : harmless(row.operands));
        cells.push_back(tenths(row.toggles_per_mac));
    }
    if (with.energy) cells.push_back(tenths(row.pj_per_mac));
    return cells;
}

/// Null where nothing is known of how the figures came about.
Json to_json(const Provenance& from) {
    if (from == Provenance{}) return nullptr;
    return {{"tools", from.tools},
            {"commands", from.commands},
            {"seeds", from.seeds},
            {"fmax_all_mhz", from.fmax_all_mhz},
            {"limited_by", from.limited_by},
            {"freq_mhz", or_null(from.freq_mhz)},
            {"effort", or_null(from.effort)},
            {"dsp_blocks", or_null(from.dsp_blocks)},
            {"log", or_null(from.log)}};
}

Json shape_json(const std::string& format, int OperandShape::*part) {
    const auto shape = operand_shape(format);
    return shape ? Json((*shape).*part) : Json(nullptr);
}

/// The points on the front, by target, and what failed, as sections behind the table.
std::string sections_of(const Report& report) {
    std::map<std::string, std::string> by_target;
    for (const auto index : pareto_front(report.rows)) {
        const auto& row = report.rows[index];
        const auto cost = cost_of(row);
        by_target[row.target] +=
            fmt::format("- {}: {} {}{}\n", plain_in_markdown(harmless(row.module)), cost->value,
                        cost->unit == CostUnit::area ? "area" : "LUTs",
                        row.fmax_mhz ? fmt::format(", {:.2f} MHz", *row.fmax_mhz) : "");
    }
    std::string text;
    if (!by_target.empty())
        text =
            "\n## Pareto points\n\nNo other unit on the same target is as cheap a lane, as fast "
            "and "
            "as wide in both operands, and\nbetter in one of these.\n";
    for (const auto& [target, points] : by_target)
        text += fmt::format("\n### {}\n\n{}", plain_in_markdown(harmless(target)), points);
    bool first = true;
    for (const auto& row : report.rows) {
        if (row.message.empty()) continue;
        text +=
            fmt::format("{}- {}{}: {}\n", first ? "\n## Without figures\n\n" : "",
                        plain_in_markdown(harmless(row.module)),
                        row.target.empty() ? "" : " on " + plain_in_markdown(harmless(row.target)),
                        plain_in_markdown(harmless(row.message)));
        first = false;
    }
    return text;
}

}  // namespace

Json to_json(const Report& report) {
    Json rows = Json::array();
    for (const auto& row : report.rows)
        rows.push_back(
            {{"module", row.module},
             {"weight", row.weight},
             {"activation", row.activation},
             {"weight_bits", shape_json(row.weight, &OperandShape::bits)},
             {"activation_bits", shape_json(row.activation, &OperandShape::bits)},
             {"weight_exponent_bits", shape_json(row.weight, &OperandShape::exponent_bits)},
             {"activation_exponent_bits", shape_json(row.activation, &OperandShape::exponent_bits)},
             {"accumulator", row.accumulator},
             {"lanes", row.lanes},
             {"stages", row.stages},
             {"latency", row.latency},
             {"generated_by", or_null(row.generated_by)},
             {"judged", row.judged},
             {"pairs_visited", or_null(row.pairs_visited)},
             {"pairs_total", or_null(row.pairs_total)},
             {"mismatches", or_null(row.mismatches)},
             {"judged_by", or_null(row.judged_by)},
             {"target", or_null(row.target)},
             {"measured", row.measured},
             {"message", or_null(row.message)},
             {"luts", or_null(row.luts)},
             {"ffs", or_null(row.ffs)},
             {"carries", or_null(row.carries)},
             {"dsps", or_null(row.dsps)},
             {"area", or_null(row.area)},
             {"fmax_mhz", or_null(row.fmax_mhz)},
             {"operands", or_null(row.operands)},
             {"toggles_per_mac", or_null(row.toggles_per_mac)},
             {"pj_per_mac", or_null(row.pj_per_mac)},
             {"provenance", to_json(row.provenance)}});
    Json pareto = Json::array();
    for (const auto index : pareto_front(report.rows))
        pareto.push_back({{"row", index},
                          {"module", report.rows[index].module},
                          {"target", report.rows[index].target}});
    Json document = {{"rows", rows}, {"pareto", pareto}};
    document.update(accuracy_members(report));
    return document;
}

ReportTable to_table(const Report& report) {
    const auto left = Alignment::left;
    const auto right = Alignment::right;
    ReportTable table;
    table.columns = {{"module", left},      {"weight", left}, {"activation", left},
                     {"accumulator", left}, {"judged", left}, {"pairs", right},
                     {"target", left},      {"LUTs", right},  {"FFs", right},
                     {"carries", right},    {"DSPs", right}};
    const Extras with = extras_of(report);
    if (with.effort) table.columns.insert(table.columns.begin() + 7, ReportColumn{"effort", left});
    if (with.area) table.columns.push_back({"area", right});
    table.columns.push_back({"Fmax MHz", right});
    if (with.activity) {
        table.columns.push_back({"operands", left});
        table.columns.push_back({"toggles a MAC", right});
    }
    if (with.energy) table.columns.push_back({"pJ a MAC", right});
    for (const auto& row : report.rows) table.rows.push_back(cells_of(row, with));
    return table;
}

std::string to_markdown(const Report& report) {
    const ReportTable table = to_table(report);
    std::string page =
        "# Report\n\n![Cost and clock of every point](report.svg)\n\n" + markdown_table(table);
    std::set<std::string> named;
    for (const auto& row : report.rows) named.insert(row.target);
    page +=
        "\n`judged` is `passed` where every operand pair was compared with the golden model and "
        "none differed;\n`stale` where the Verilog has changed since. Costs are the unit's own, "
        "without the measuring harness.\nFmax is the median over the seeds, register to "
        "register.\n";
    for (const auto& target : targets()) {
        if (!named.contains(target.name)) continue;
        page += fmt::format("\n- {}: {}.", target.name, target.description);
        if (!target.lut_definition.empty())
            page += fmt::format(" LUTs: {}.", target.lut_definition);
    }
    return page + "\n" + accuracy_markdown(report) + sections_of(report);
}

}  // namespace bitshed::flows
