// Decode: a code taken apart in hardware. Works with shifts and carries, from the format's fields.
#pragma once

#include <optional>
#include <string>

#include "format/format.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// Whether a code is special; absent where the format has no such codes.
struct SpecialFlags {
    std::optional<rtl::Value> nan;
    std::optional<rtl::Value> infinity;
};

/// An operand as the datapath sees it: a minifloat is (-1)^negative * significand * 2^(shift - 1)
/// in quanta, where shift is the effective exponent field, 1 for subnormals; an integer that is
/// made sign and magnitude has no shift.
struct DecodedOperand {
    std::optional<rtl::Value> negative;  ///< absent: never negative
    rtl::Value significand;              ///< unsigned
    std::optional<rtl::Value> shift;     ///< absent: always 1, so nothing is shifted
    std::optional<rtl::Value> nan;       ///< absent: the format has none
    std::optional<rtl::Value> infinity;
};

/// Whether the datapath moves products at all; it does not where every finite product is 0.
enum class Shifting { needed, needless };

/// Decodes `code`, a port or a named value; `prefix` ("w", "a") begins the names of what it makes.
DecodedOperand decode_operand(rtl::Builder& b, const format::Format& format, rtl::Value code,
                              const std::string& prefix, Shifting shifting);

/// The special codes alone.
SpecialFlags decode_specials(rtl::Builder& b, const format::Format& format, rtl::Value code,
                             const std::string& prefix);

}  // namespace bitshed::mac
