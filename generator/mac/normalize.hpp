// Normalizing: a fixed-point value shifted left until its top bit is 1, and no more of it kept than
// rounding looks at.
#pragma once

#include <optional>

#include "rtl/builder.hpp"

namespace bitshed::mac {

/// What ends the shift.
enum class Stop {
    at_limit,   ///< the limit, wherever the top bit is 0 still
    by_itself,  ///< a 1 at the top within the limit, but for 0, which may be shifted by more
};

struct Normalized {
    rtl::Value value;  ///< named; the top places after the shift, as many as were asked for
    rtl::Value shift;  ///< how far it was shifted
    rtl::Value rest;   ///< 1 bit: some place below, as given, holds a 1
};

/// Shifts `value` (named) left, by no more than `limit`, which is less than its width, and keeps
/// `kept` places, which it has at least. Where `inverted` is 1, the value's complement is meant:
/// the shift is the complement's, and Normalized::value is complemented; zeros shifted in are ones
/// then.
Normalized normalize(rtl::Builder& b, rtl::Value value, const std::optional<rtl::Value>& inverted,
                     unsigned limit, Stop stop, unsigned kept);

}  // namespace bitshed::mac
