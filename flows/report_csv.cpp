// The report as CSV: for spreadsheets and data frames.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "flows/csv.hpp"
#include "flows/pareto.hpp"
#include "flows/report.hpp"

namespace bitshed::flows {

namespace {

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
            csv_field(row.module),
            csv_field(row.weight),
            csv_field(row.activation),
            csv_field(bits_of(row.weight, &OperandShape::bits)),
            csv_field(bits_of(row.activation, &OperandShape::bits)),
            csv_field(bits_of(row.weight, &OperandShape::exponent_bits)),
            csv_field(bits_of(row.activation, &OperandShape::exponent_bits)),
            csv_field(row.accumulator),
            csv_field(static_cast<long>(row.lanes)),
            csv_field(static_cast<long>(row.stages)),
            csv_field(static_cast<long>(row.latency)),
            csv_field(row.judged),
            csv_field(row.pairs_visited),
            csv_field(row.pairs_total),
            csv_field(row.mismatches),
            csv_field(row.target),
            csv_field(row.measured),
            csv_field(row.luts),
            csv_field(row.ffs),
            csv_field(row.carries),
            csv_field(row.dsps),
            csv_field(row.area),
            csv_field(row.fmax_mhz),
            csv_field(row.operands),
            csv_field(row.toggles_per_mac),
            csv_field(row.pj_per_mac),
            on_front.contains(i) ? "yes" : "no",
            csv_field(row.generated_by),
            csv_field(row.judged_by),
            csv_field(joined(from.tools)),
            csv_field(fmt::format("{}", fmt::join(from.seeds, " "))),
            csv_field(fmt::format("{}", fmt::join(from.fmax_all_mhz, " "))),
            csv_field(fmt::format("{}", fmt::join(from.commands, "\n"))),
            csv_field(from.log),
            csv_field(row.message)};
        text += fmt::format("{}\r\n", fmt::join(fields, ","));
    }
    return text;
}

}  // namespace bitshed::flows
