// The points of a report as a picture: for each target cost against width, cost against exponent
// bits and cost against clock.
#pragma once

#include <string>

#include "flows/accuracy_join.hpp"
#include "flows/report.hpp"

namespace bitshed::flows {

/// What the two operands are: the shape and colour of a point.
enum class OperandKinds { minifloats, integers, mixed };
std::optional<OperandKinds> operand_kinds(const std::string& weight_format,
                                          const std::string& activation_format);

/// report.svg. A row of three plots for each target that has measured points, targets in the order
/// of their names; points on the Pareto front are ringed and tell their names and figures. Light or
/// dark as the reader's system is. Without a measured point it says so.
std::string to_svg(const Report& report);

/// accuracy.svg: for each network and target top-1 against the unit's cost and against memory;
/// points on a front are ringed and tell their names and figures.
std::string accuracy_svg(const Report& report, const Join& join);

}  // namespace bitshed::flows
