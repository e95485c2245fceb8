// What a report looks like: JSON, a table for a terminal, a page of Markdown.
#include <fmt/format.h>

#include <set>

#include "flows/report.hpp"
#include "flows/targets.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

std::string or_dash(const std::optional<long>& value) {
    return value ? std::to_string(*value) : "-";
}

/// Text from a file somebody else may have written: no control characters, no table bars.
std::string harmless(const std::string& text) {
    std::string shown;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        shown += byte < 0x20 || byte == 0x7f || c == '|' ? '?' : c;
    }
    return shown.empty() ? "-" : shown;
}

std::vector<std::string> cells_of(const ReportRow& row) {
    const std::string target = row.measured == "measured" ? row.target
                               : row.target.empty()       ? row.measured
                                                          : row.target + ", " + row.measured;
    return {harmless(row.module),
            harmless(row.weight),
            harmless(row.activation),
            harmless(row.accumulator),
            row.judged,
            or_dash(row.pairs_visited),
            harmless(target),
            or_dash(row.luts),
            or_dash(row.ffs),
            or_dash(row.carries),
            or_dash(row.dsps),
            row.fmax_mhz ? fmt::format("{:.2f}", *row.fmax_mhz) : "-"};
}

}  // namespace

Json to_json(const Report& report) {
    Json rows = Json::array();
    for (const auto& row : report.rows)
        rows.push_back({{"module", row.module},
                        {"weight", row.weight},
                        {"activation", row.activation},
                        {"accumulator", row.accumulator},
                        {"lanes", row.lanes},
                        {"latency", row.latency},
                        {"judged", row.judged},
                        {"pairs_visited", or_null(row.pairs_visited)},
                        {"pairs_total", or_null(row.pairs_total)},
                        {"mismatches", or_null(row.mismatches)},
                        {"target", row.target.empty() ? Json(nullptr) : Json(row.target)},
                        {"measured", row.measured},
                        {"luts", or_null(row.luts)},
                        {"ffs", or_null(row.ffs)},
                        {"carries", or_null(row.carries)},
                        {"dsps", or_null(row.dsps)},
                        {"fmax_mhz", or_null(row.fmax_mhz)}});
    return {{"rows", rows}, {"pareto", Json::array()}};
}

ReportTable to_table(const Report& report) {
    const auto left = Alignment::left;
    const auto right = Alignment::right;
    ReportTable table;
    table.columns = {{"module", left},      {"weight", left}, {"activation", left},
                     {"accumulator", left}, {"judged", left}, {"pairs", right},
                     {"target", left},      {"LUTs", right},  {"FFs", right},
                     {"carries", right},    {"DSPs", right},  {"Fmax MHz", right}};
    for (const auto& row : report.rows) table.rows.push_back(cells_of(row));
    return table;
}

std::string to_markdown(const Report& report) {
    const ReportTable table = to_table(report);
    std::string head = "|";
    std::string rule = "|";
    for (const auto& column : table.columns) {
        head += fmt::format(" {} |", column.title);
        rule += column.alignment == Alignment::left ? "---|" : "---:|";
    }
    std::string page = "# Report\n\n" + head + "\n" + rule + "\n";
    for (const auto& row : table.rows) {
        page += "|";
        for (const auto& cell : row) page += fmt::format(" {} |", cell);
        page += "\n";
    }
    std::set<std::string> named;
    for (const auto& row : report.rows) named.insert(row.target);
    page +=
        "\n`judged` is `passed` where every operand pair was compared with the golden model and "
        "none differed;\n`stale` where the Verilog has changed since. Costs are the unit's own, "
        "without the measuring harness.\nFmax is the median over the seeds, register to "
        "register.\n";
    for (const auto& target : targets())
        if (named.contains(target.name))
            page += fmt::format("\n- {}: {}. LUTs: {}.", target.name, target.description,
                                target.lut_definition);
    return page + "\n";
}

}  // namespace bitshed::flows
