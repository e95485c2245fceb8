// Which points of a report are worth a look: those that no other point beats in everything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flows/report.hpp"

namespace bitshed::flows {

/// What the name of an operand format says of its size.
struct OperandShape {
    int bits = 0;
    int exponent_bits = 0;  ///< 0 for an integer
};

/// From a canonical name, as manifests have it: e4m3fn is {8, 4}, int8 is {8, 0}. Nothing where it
/// is no such name.
std::optional<OperandShape> operand_shape(const std::string& format);

enum class CostUnit { luts, area };

/// What a row costs: area where the target has one, else LUTs. Nothing where neither was measured.
struct PointCost {
    double value = 0;
    CostUnit unit = CostUnit::luts;
};
std::optional<PointCost> cost_of(const ReportRow& row);

/// What a row costs for each of its lanes, where it may take part in a comparison: it was measured,
/// and `judged` is "passed" or "not judged".
std::optional<PointCost> cost_a_lane(const ReportRow& row);

/// The rows on the Pareto front, by index, ascending. Rows are compared on one target only. A row
/// beats another if it is no worse in all of: cost for each lane (less), clock (more; none is the
/// least), width of the weights (more), width of the activations (more); and better in one. Rows
/// that beat each other in nothing are both on the front, equals too. Rows that have a
/// cost_a_lane take part.
std::vector<std::size_t> pareto_front(const std::vector<ReportRow>& rows);

}  // namespace bitshed::flows
