// Rounding a real number into a format: once, to nearest, ties to the even code, then overflow.
#pragma once

#include <cstdint>
#include <optional>

#include "format/real.hpp"

namespace bitshed::format {

/// What becomes of a value that rounds beyond the largest finite one.
enum class Overflow {
    saturate,  ///< the largest finite value of its sign
    ieee,      ///< infinity, else NaN; only for formats that have one of them
};

/// True where Overflow::ieee may be asked of the format: it has infinity or NaN.
bool allows_ieee_overflow(const Format& format);

/// Rounds `real` to nearest, ties to the even code (also where M = 0), as if the exponent had no
/// upper bound, then applies `overflow`. Integers: nearest even, clamped to the range.
/// Zero keeps its sign where the format has -0, and a negative value that rounds to zero gives -0
/// there; where there is no -0 both give +0.
/// An infinity stays infinity where the format has one; else, under saturate, it becomes the
/// largest finite value of its sign; under ieee, NaN. NaN gives nan_code; nothing where the format
/// has no NaN. A Real with sticky must be fine enough that its bracket holds no rounding boundary
/// inside: its exponent lies below the place of the result's least bit, or the value overflows
/// anyway.
std::optional<std::uint32_t> encode(const Format& format, const Real& real, Overflow overflow);

}  // namespace bitshed::format
