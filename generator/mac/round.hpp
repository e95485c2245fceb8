// Rounding a fixed-point magnitude into a float format: normalize, round once to nearest even,
// handle overflow.
#pragma once

#include <optional>

#include "format/format.hpp"
#include "mac/spec.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// magnitude * 2^(lsb_exponent + offset), with its sign. The magnitude is `value`, or where
/// `inverted` is 1 its complement plus 1: two's complement needs no adder before it is rounded.
struct Magnitude {
    rtl::Value value;  ///< named, unsigned
    int lsb_exponent = 0;
    rtl::Value negative;
    std::optional<rtl::Value> offset;    ///< added to the exponent; only where the value is far
                                         ///< above the format's subnormals
    std::optional<rtl::Value> inverted;  ///< 1 bit, named; absent: never
};

/// The code of the magnitude in `format`: sign, exponent field, fraction. Where the format has no
/// -0 a result of 0 is +0. `overflow` is saturate or ieee.
rtl::Value round_to_float(rtl::Builder& b, const Magnitude& magnitude, const format::Format& format,
                          Overflow overflow);

/// The code of sum * 2^lsb_exponent (two's complement) in an integer format: nearest even, clamped.
rtl::Value round_to_integer(rtl::Builder& b, rtl::Value sum, int lsb_exponent,
                            const format::Format& format);

/// What the code becomes where flags say that the value is infinite or NaN.
rtl::Value with_specials(rtl::Builder& b, rtl::Value code, rtl::Value positive, rtl::Value negative,
                         const format::Format& format, Overflow overflow);

}  // namespace bitshed::mac
