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

/// Rounds `real` to nearest, ties to the even code (also where M = 0), as if the exponent had no
/// upper bound, then applies `overflow`. Integers: nearest even, clamped to the range.
/// Zero keeps its sign where the format has -0; a negative value that rounds to zero gives -0 there,
/// +0 where there is no -0 (and 0 in uint: every negative value clamps to 0 there).
/// An infinity stays infinity where the format has one; else, under saturate, it becomes the largest
/// finite value; under ieee, NaN.
/// Nothing: NaN into a format without NaN.
std::optional<std::uint32_t> encode(const Format& format, const Real& real, Overflow overflow);

}  // namespace bitshed::format
