// The two values of a format that a number lies between.
#pragma once

#include <span>

#include "quant/quantizer.hpp"
#include "quant/slices.hpp"

namespace bitshed::quant {

/// For u = in[i] / scale, clamped to the quantizer's values: below[i] is the greatest value of the
/// format that is not above u, times the scale; above[i] the least one above u, times the scale;
/// and fraction[i], in 0..1, says how far u is on the way from the one to the other. At the
/// greatest value there is none above: above[i] is below[i], and the fraction 0.
///
/// A minifloat's steps grow with its binades, so the fraction is not that of u: e2m1 has 4 and 6,
/// and 4.5 is a quarter of the way.
///
/// The format has up to 8 bits, the elements are finite, the scales allowed, scales[k] that of
/// slice k; all spans but the scales have slices.size() elements.
void neighbours(const Quantizer& quantizer, std::span<const float> in, const Slices& slices,
                std::span<const float> scales, std::span<float> below, std::span<float> above,
                std::span<float> fraction);

}  // namespace bitshed::quant
