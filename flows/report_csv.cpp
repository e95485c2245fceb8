// The report as CSV: for spreadsheets and data frames.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <string_view>

#include "flows/pareto.hpp"
#include "flows/report.hpp"

namespace bitshed::flows {

namespace {

/// A text as a field. Spreadsheets run what begins like a formula, so that gets an apostrophe
/// (OWASP, "CSV Injection"): modules, paths and messages are other people's words.
std::string field(std::string text) {
    if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
        text.insert(0, "'");
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string field(long number) {
    return std::to_string(number);
}

/// The fewest digits that give the number back.
std::string field(double number) {
    return fmt::format("{}", number);
}

template <class T>
std::string field(const std::optional<T>& value) {
    return value ? field(*value) : std::string();
}

std::string joined(const std::map<std::string, std::string>& tools) {
    std::string list;
    for (const auto& [name, version] : tools)
        list += fmt::format("{}{} {}", list.empty() ? "" : "; ", name, version);
    return list;
}

std::optional<long> bits_of(const std::string& format, int OperandShape::*part) {
    const auto shape = operand_shape(format);
    return shape ? std::optional<long>((*shape).*part) : std::nullopt;
}

}  // namespace

std::string to_csv(const Report& report) {
    std::string text =
        "module,weight,activation,weight_bits,activation_bits,weight_exponent_bits,"
        "activation_exponent_bits,accumulator,lanes,stages,latency,judged,pairs_visited,"
        "pairs_total,mismatches,target,measured,luts,ffs,carries,dsps,area,fmax_mhz,operands,"
        "toggles_per_mac,pj_per_mac,pareto,"
        "generated_by,judged_by,tools,seeds,fmax_all_mhz,commands,log,message\r\n";
    const auto front = pareto_front(report.rows);
    const std::set<std::size_t> on_front(front.begin(), front.end());
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        const auto& row = report.rows[i];
        const auto& from = row.provenance;
        const std::vector<std::string> fields = {
            field(row.module),
            field(row.weight),
            field(row.activation),
            field(bits_of(row.weight, &OperandShape::bits)),
            field(bits_of(row.activation, &OperandShape::bits)),
            field(bits_of(row.weight, &OperandShape::exponent_bits)),
            field(bits_of(row.activation, &OperandShape::exponent_bits)),
            field(row.accumulator),
            field(static_cast<long>(row.lanes)),
            field(static_cast<long>(row.stages)),
            field(static_cast<long>(row.latency)),
            field(row.judged),
            field(row.pairs_visited),
            field(row.pairs_total),
            field(row.mismatches),
            field(row.target),
            field(row.measured),
            field(row.luts),
            field(row.ffs),
            field(row.carries),
            field(row.dsps),
            field(row.area),
            field(row.fmax_mhz),
            field(row.operands),
            field(row.toggles_per_mac),
            field(row.pj_per_mac),
            on_front.contains(i) ? "yes" : "no",
            field(row.generated_by),
            field(row.judged_by),
            field(joined(from.tools)),
            field(fmt::format("{}", fmt::join(from.seeds, " "))),
            field(fmt::format("{}", fmt::join(from.fmax_all_mhz, " "))),
            field(fmt::format("{}", fmt::join(from.commands, "\n"))),
            field(from.log),
            field(row.message)};
        text += fmt::format("{}\r\n", fmt::join(fields, ","));
    }
    return text;
}

}  // namespace bitshed::flows
