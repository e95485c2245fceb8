#include "flows/pareto.hpp"

#include <algorithm>
#include <map>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

/// What is compared. All but the cost: the more the better.
struct Candidate {
    std::size_t row = 0;
    CostUnit unit = CostUnit::luts;
    double cost_a_lane = 0;
    double fmax_mhz = 0;
    int weight_bits = 0;
    int activation_bits = 0;
};

std::optional<Candidate> candidate_of(const ReportRow& row, std::size_t index) {
    const auto weight = operand_shape(row.weight);
    const auto activation = operand_shape(row.activation);
    const auto cost = cost_a_lane(row);
    if (!cost || !weight || !activation) return std::nullopt;
    return Candidate{index,        cost->unit,      cost->value, row.fmax_mhz.value_or(0),
                     weight->bits, activation->bits};
}

bool beats(const Candidate& a, const Candidate& b) {
    const bool no_worse = a.unit == b.unit && a.cost_a_lane <= b.cost_a_lane &&
                          a.fmax_mhz >= b.fmax_mhz && a.weight_bits >= b.weight_bits &&
                          a.activation_bits >= b.activation_bits;
    const bool better = a.cost_a_lane < b.cost_a_lane || a.fmax_mhz > b.fmax_mhz ||
                        a.weight_bits > b.weight_bits || a.activation_bits > b.activation_bits;
    return no_worse && better;
}

}  // namespace

std::optional<OperandShape> operand_shape(const std::string& format) {
    const auto number = [](std::string_view text) {
        const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
        const auto value = parse_whole_number(digits, 0, 64);
        return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
    };
    const std::string_view text = format;
    for (const std::string_view integer : {"int", "uint"})
        if (text.starts_with(integer)) {
            const auto bits = number(text.substr(integer.size()));
            return bits ? std::optional(OperandShape{*bits, 0}) : std::nullopt;
        }
    const auto m = text.find('m');
    if (!text.starts_with('e') || m == std::string_view::npos) return std::nullopt;
    const auto exponent = parse_whole_number(text.substr(1, m - 1), 1, 64);
    const auto fraction = number(text.substr(m + 1));
    if (!exponent || !fraction) return std::nullopt;
    return OperandShape{1 + static_cast<int>(*exponent) + *fraction, static_cast<int>(*exponent)};
}

std::optional<PointCost> cost_of(const ReportRow& row) {
    if (row.area) return PointCost{*row.area, CostUnit::area};
    if (row.luts) return PointCost{static_cast<double>(*row.luts), CostUnit::luts};
    return std::nullopt;
}

std::optional<PointCost> cost_a_lane(const ReportRow& row) {
    auto cost = cost_of(row);
    if (row.measured != "measured" || (row.judged != "passed" && row.judged != "not judged") ||
        !cost || row.lanes < 1)
        return std::nullopt;
    cost->value /= row.lanes;
    return cost;
}

std::vector<std::size_t> pareto_front(const std::vector<ReportRow>& rows) {
    std::map<std::string, std::vector<Candidate>> by_target;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (const auto candidate = candidate_of(rows[i], i))
            by_target[rows[i].target].push_back(*candidate);
    std::vector<std::size_t> front;
    for (const auto& [target, candidates] : by_target)
        for (const auto& one : candidates)
            if (std::none_of(candidates.begin(), candidates.end(),
                             [&one](const Candidate& other) { return beats(other, one); }))
                front.push_back(one.row);
    std::sort(front.begin(), front.end());
    return front;
}

}  // namespace bitshed::flows
