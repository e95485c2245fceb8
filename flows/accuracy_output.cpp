#include "flows/accuracy_output.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "flows/accuracy_join.hpp"
#include "flows/csv.hpp"
#include "flows/json.hpp"
#include "flows/markdown.hpp"
#include "flows/pareto.hpp"
#include "flows/report_plots.hpp"
#include "flows/svg.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const AccuracyRow& row) {
    return {{"model", row.model},
            {"weight", row.weight},
            {"activation", row.activation},
            {"recipe", row.recipe},
            {"used", or_null(row.used)},
            {"measured", row.measured},
            {"message", or_null(row.message)},
            {"top1", or_null(row.top1)},
            {"top1_fp32", or_null(row.top1_fp32)},
            {"agreement", or_null(row.agreement)},
            {"sqnr_db", or_null(row.sqnr_db)},
            {"kl", or_null(row.kl)},
            {"memory_bits", or_null(memory_bits(row))},
            {"weight_memory_bits", or_null(row.weight_memory_bits)},
            {"activation_memory_bits", or_null(row.activation_memory_bits)},
            {"images", or_null(row.images)},
            {"log", or_null(row.log)}};
}

std::string or_dash(const std::optional<double>& value, int digits) {
    return value ? fmt::format("{:.{}f}", *value, digits) : "-";
}

std::string fronts_of(const JoinedRow& row) {
    if (row.on_cost_front && row.on_memory_front) return "cost, memory";
    return row.on_cost_front ? "cost" : row.on_memory_front ? "memory" : "";
}

/// "187 LUTs", "23510 area", of a row that was joined.
std::string cost_words(const ReportRow& row) {
    const auto cost = cost_a_lane(row);
    return fmt::format("{} {}", cost->value, cost->unit == CostUnit::area ? "area" : "LUTs");
}

std::string html_table(const ReportTable& table) {
    std::string text = "<table><thead><tr>";
    for (const auto& column : table.columns)
        text += fmt::format("<th scope=\"col\"{}>{}</th>",
                            column.alignment == Alignment::right ? " class=\"number\"" : "",
                            xml_text(column.title));
    text += "</tr></thead><tbody>\n";
    for (const auto& row : table.rows) {
        text += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i)
            text += fmt::format(
                "<td data-title=\"{}\"{}>{}</td>", xml_text(table.columns[i].title),
                table.columns[i].alignment == Alignment::right ? " class=\"number\"" : "",
                xml_text(row[i]));
        text += "</tr>\n";
    }
    return text + "</tbody></table>";
}

constexpr const char* explanation =
    "Top-1 is the percentage of the images that the quantized network classifies right, `loss` "
    "what "
    "that is below the network in float; the best of the recipes that were tried, and the cheapest "
    "unit of the pair on the target. Fronts: no other pair gives this network as good a top-1 at "
    "as "
    "low a cost a lane (cost) or in as few bits of weights and activations (memory), and "
    "is "
    "better in one.";

}  // namespace

Json accuracy_members(const Report& report) {
    const Join joined = join(report.accuracies, report.rows);
    Json accuracy = Json::array();
    for (const auto& row : report.accuracies) accuracy.push_back(to_json(row));
    Json rows = Json::array();
    for (const auto& row : joined.rows)
        rows.push_back({{"accuracy", row.accuracy},
                        {"row", or_null(row.cost)},
                        {"target", or_null(row.target)},
                        {"on_cost_front", row.on_cost_front},
                        {"on_memory_front", row.on_memory_front}});
    Json cheapest = Json::array();
    for (const auto& one : joined.cheapest)
        cheapest.push_back({{"model", one.model},
                            {"target", one.target},
                            {"loss", one.loss},
                            {"joined", or_null(one.joined)}});
    return {{"accuracy", accuracy}, {"joined", rows}, {"cheapest", cheapest}};
}

ReportTable accuracy_table(const Report& report, const Join& join) {
    ReportTable table;
    if (report.accuracies.empty()) return table;
    const auto left = Alignment::left;
    const auto right = Alignment::right;
    table.columns = {{"network", left},    {"weight", left},       {"activation", left},
                     {"recipe", left},     {"top-1", right},       {"loss", right},
                     {"agreement", right}, {"SQNR dB", right},     {"memory", right},
                     {"target", left},     {"cost a lane", right}, {"fronts", left}};
    for (const auto& joined : join.rows) {
        const AccuracyRow& row = report.accuracies[joined.accuracy];
        const auto bits = memory_bits(row);
        table.rows.push_back(
            {harmless(row.model), harmless(row.weight), harmless(row.activation),
             harmless(row.used.empty() ? row.recipe : row.used), or_dash(row.top1, 2),
             row.top1_fp32 ? fmt::format("{:.2f}", *row.top1_fp32 - *row.top1) : "-",
             or_dash(row.agreement, 2), or_dash(row.sqnr_db, 1), bits ? std::to_string(*bits) : "-",
             harmless(joined.target), joined.cost ? cost_words(report.rows[*joined.cost]) : "-",
             fronts_of(joined)});
    }
    return table;
}

std::vector<std::string> cheapest_words(const Report& report, const Join& join) {
    std::vector<std::string> lines;
    for (const auto& one : join.cheapest) {
        std::string words = "none of the pairs that were tried";
        if (one.joined) {
            const auto& row = join.rows[*one.joined];
            const auto& accuracy = report.accuracies[row.accuracy];
            words = fmt::format("{} * {}, {}, top-1 {:.2f} (float {:.2f})", accuracy.weight,
                                accuracy.activation, cost_words(report.rows[*row.cost]),
                                *accuracy.top1, *accuracy.top1_fp32);
        }
        lines.push_back(fmt::format("{} on {}: {}", one.model, one.target, words));
    }
    return lines;
}

std::string accuracy_markdown(const Report& report) {
    if (report.accuracies.empty()) return {};
    const Join joined = join(report.accuracies, report.rows);
    std::string text = fmt::format(
        "## Accuracy beside cost\n\n![Top-1 against cost and memory]"
        "(accuracy.svg)\n\n{}\n\n{}",
        explanation, markdown_table(accuracy_table(report, joined)));
    bool first = true;
    for (const auto& line : cheapest_words(report, joined)) {
        text += fmt::format("{}- {}\n",
                            first ? "\n### The cheapest pair within one point of float\n\n" : "",
                            plain_in_markdown(harmless(line)));
        first = false;
    }
    first = true;
    for (const auto& row : report.accuracies) {
        if (row.message.empty()) continue;
        text +=
            fmt::format("{}- {}: {}\n", first ? "\n### Without figures\n\n" : "",
                        plain_in_markdown(harmless(fmt::format(
                            "{}, {} * {}, {}", row.model, row.weight, row.activation, row.recipe))),
                        plain_in_markdown(harmless(row.message)));
        first = false;
    }
    return text + "\n";
}

std::string accuracy_csv(const Report& report) {
    std::string text =
        "model,weight,activation,recipe,used,top1,top1_fp32,agreement,sqnr_db,kl,memory_bits,"
        "weight_memory_bits,activation_memory_bits,images,target,module,cost_a_lane,fmax_mhz,"
        "on_cost_front,on_memory_front\r\n";
    for (const auto& joined : join(report.accuracies, report.rows).rows) {
        const AccuracyRow& row = report.accuracies[joined.accuracy];
        const ReportRow* unit = joined.cost ? &report.rows[*joined.cost] : nullptr;
        const auto cost = unit == nullptr ? std::nullopt : cost_a_lane(*unit);
        const std::vector<std::string> fields = {csv_field(row.model),
                                                 csv_field(row.weight),
                                                 csv_field(row.activation),
                                                 csv_field(row.recipe),
                                                 csv_field(row.used),
                                                 csv_field(row.top1),
                                                 csv_field(row.top1_fp32),
                                                 csv_field(row.agreement),
                                                 csv_field(row.sqnr_db),
                                                 csv_field(row.kl),
                                                 csv_field(memory_bits(row)),
                                                 csv_field(row.weight_memory_bits),
                                                 csv_field(row.activation_memory_bits),
                                                 csv_field(row.images),
                                                 csv_field(joined.target),
                                                 unit == nullptr ? "" : csv_field(unit->module),
                                                 cost ? csv_field(cost->value) : "",
                                                 unit == nullptr ? "" : csv_field(unit->fmax_mhz),
                                                 joined.on_cost_front ? "yes" : "no",
                                                 joined.on_memory_front ? "yes" : "no"};
        text += fmt::format("{}\r\n", fmt::join(fields, ","));
    }
    return text;
}

std::string accuracy_html(const Report& report) {
    if (report.accuracies.empty()) return {};
    const Join joined = join(report.accuracies, report.rows);
    std::string text = fmt::format(
        "<section id=\"accuracy\" aria-label=\"Accuracy beside cost\">\n<h2>Accuracy "
        "beside cost</h2>\n<p>{}</p>\n",
        xml_text(explanation));
    const auto lines = cheapest_words(report, joined);
    if (!lines.empty()) text += "<h3>The cheapest pair within one point of float</h3>\n<ul>\n";
    for (const auto& line : lines) text += fmt::format("<li>{}</li>\n", xml_text(line));
    if (!lines.empty()) text += "</ul>\n";
    return text + fmt::format(
                      "<div class=\"accuracy-plots\">{}</div>\n<div "
                      "class=\"table-frame\">{}</div>\n</section>\n",
                      accuracy_svg(report, joined), html_table(accuracy_table(report, joined)));
}

}  // namespace bitshed::flows
