// Fake quantization: float32 numbers rounded to the values of a format that a scale stretches, and
// kept as float32.
//
// Definition. For a number x, a scale s and a format F, with / and * those of float32 (to nearest,
// ties to even):
//
//     u = x / s;  where x is finite and u is not, the largest float32 of its sign
//     y = decode(F, encode(F, u, saturate)) * s
//
// with encode and decode of the format library: u is rounded once, exactly, to the nearest value of
// F, ties to the even code; what lies beyond the largest value becomes the largest value; -0 stays
// -0 where F has it. An infinite x stays infinite where F has infinities, else it saturates. A NaN
// stays a NaN where F has one; into any other format it is an error.
//
// Nothing here is compiled with -ffast-math: the results are the definition's, bit for bit, on
// every machine with IEEE 754 float32 arithmetic and subnormals (no flush to zero).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "format/format.hpp"
#include "quant/rounding.hpp"
#include "quant/slices.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// The values of an int<N> that are used. Minifloats and uint are always `full`.
enum class Range {
    full,    ///< -2^(N-1) .. 2^(N-1) - 1
    narrow,  ///< without the least: -(2^(N-1) - 1) .. 2^(N-1) - 1, the levels of e1m(N-2)
};

/// The quantizer of a format: cheap to copy, without state that changes.
class Quantizer {
  public:
    /// Error (request): the format's values are not all float32 numbers that the arithmetic reaches
    /// (it takes M <= 23, bias <= 127, largest value < 2^128, quantum <= 2^104), it has no value
    /// but 0 (e1m0fn), or `narrow` is asked of a format that is not int<N>.
    static Result<Quantizer> make(const format::Format& format, Range range = Range::full);

    [[nodiscard]] const format::Format& format() const { return format_; }
    [[nodiscard]] Range range() const { return range_; }
    /// The largest value of the format; > 0.
    [[nodiscard]] float largest() const { return rounding_.highest; }
    /// The least one that is used: -largest() of minifloats, 0 of uint.
    [[nodiscard]] float least() const { return rounding_.lowest; }

    /// Whether a scale may be given to what follows: it is positive and finite, and so is the
    /// greatest magnitude of the format times the scale.
    [[nodiscard]] bool allows_scale(float scale) const;

    /// out[i] = y of in[i]. The spans have one size and may be the same; the scale is allowed.
    /// Error (request): an element is a NaN, and the format has none; `out` is then of no use.
    Outcome quantize(std::span<const float> in, float scale, std::span<float> out) const;
    /// The same with scales[k] for slice k.
    Outcome quantize(std::span<const float> in, const Slices& slices, std::span<const float> scales,
                     std::span<float> out) const;

    /// The codes encode(F, u, saturate), as defined above, for formats of up to 8 bits. NaN gives
    /// the format library's nan_code; errors as above.
    Outcome encode(std::span<const float> in, float scale, std::span<std::uint8_t> codes) const;
    Outcome encode(std::span<const float> in, const Slices& slices, std::span<const float> scales,
                   std::span<std::uint8_t> codes) const;

    /// out[i] = decode(F, codes[i]) * scale, for formats of up to 8 bits; bits above the format's
    /// width must be 0.
    void decode(std::span<const std::uint8_t> codes, float scale, std::span<float> out) const;
    void decode(std::span<const std::uint8_t> codes, const Slices& slices,
                std::span<const float> scales, std::span<float> out) const;

    /// The sum of (y - x)^2 over the finite elements: differences in float32, squares and sum in
    /// double, in one order on every machine. The scale is allowed.
    [[nodiscard]] double squared_error(std::span<const float> in, float scale) const;

  private:
    Quantizer(const format::Format& format, Range range);
    Outcome no_nan(std::span<const float> in, bool saw_nan) const;

    format::Format format_;
    Range range_;
    Rounding rounding_;
};

}  // namespace bitshed::quant
