// Scales: which float32 number stretches a format over the values of a tensor.
//
//     scale = statistic of |x| / largest value of the format
//
// For an int<N> the largest value is 2^(N-1) - 1, full range or narrow; for a uint<N> 2^N - 1. The
// statistic is taken over the finite elements, the same for integers and minifloats.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quant/quantizer.hpp"
#include "quant/slices.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

enum class Statistic {
    absmax,      ///< the greatest |x|
    percentile,  ///< the value below which `parameter` percent of the |x| lie
    mse,         ///< the scale of the least squared error that search_scale finds
    fixed,       ///< no statistic: the scale itself is given
};

/// How a scale is found.
struct ScaleRule {
    Statistic statistic = Statistic::absmax;
    double parameter = 0;  ///< percentile: P, above 0 and up to 100; fixed: the scale; else 0

    friend bool operator==(const ScaleRule&, const ScaleRule&) = default;
};

/// "absmax", "mse", "percentile:99.9", or a number: decimal or a C hexfloat, rounded to float32,
/// where it must be positive and finite. Error (request): it is none of these.
Result<ScaleRule> parse_scale_rule(std::string_view text);
/// The rule as parse_scale_rule reads it.
std::string to_string(const ScaleRule& rule);

/// The greatest |x| of the finite elements; 0 where there is none.
float absmax(std::span<const float> values);

/// The P-th percentile (0 <= P <= 100) of |x| over the finite elements, in double: where P percent
/// of the way from the first to the last of the sorted ones falls between two, interpolated
/// linearly between them (numpy.percentile's method "linear"). 0 where there is no element.
double percentile(std::span<const float> values, double percent);

/// statistic / largest(), in float32, made an allowed scale: not below the least positive float32,
/// and where a value of the format times it would overflow, the greatest scale that is allowed. 1
/// where the statistic is 0.
float scale_from_statistic(const Quantizer& quantizer, double statistic);

/// The scale of the least squared_error among absmax's own and those that the search tries. These
/// are 2^r times absmax's: first r from -7 to 1 in steps of 1/32 (of 1/8 for more than 4096
/// elements, for whom the error is smooth); then twice, on either side of the best so far, 8 steps
/// each an eighth of the last. Deterministic; never worse than absmax; no promise to be the least
/// of all.
float search_scale(const Quantizer& quantizer, std::span<const float> values);

/// The scale of one tensor. A percentile that is 0 where not all elements are falls back to absmax.
/// A tensor of zeros (or without finite elements) has scale 1. Error (request): a fixed scale that
/// the quantizer does not allow.
Result<float> find_scale(const Quantizer& quantizer, const ScaleRule& rule,
                         std::span<const float> values);
/// One scale a slice; `values` has slices.size() elements.
Result<std::vector<float>> find_scales(const Quantizer& quantizer, const ScaleRule& rule,
                                       std::span<const float> values, const Slices& slices);

}  // namespace bitshed::quant
