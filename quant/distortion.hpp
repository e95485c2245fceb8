// How far a tensor and its quantized copy are apart.
#pragma once

#include <optional>
#include <span>

namespace bitshed::quant {

/// Over the elements that were finite, in double.
struct Distortion {
    double max_error = 0;  ///< the greatest |y - x|
    double signal = 0;     ///< the sum of x^2
    double noise = 0;      ///< the sum of (y - x)^2

    /// 10 log10(signal / noise); nothing where either is 0.
    [[nodiscard]] std::optional<double> sqnr_db() const;
};

/// Of numbers and what they became; the spans have one size.
Distortion distortion(std::span<const float> numbers, std::span<const float> quantized);

}  // namespace bitshed::quant
