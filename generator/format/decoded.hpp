// A code taken apart, exactly: an integer significand and an exponent, never a double.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "format/format.hpp"

namespace bitshed::format {

enum class Class { zero, subnormal, normal, infinity, nan };

/// `class_` has precedence: for nan nothing else means anything; for infinity and zero only
/// `negative` does; else the value is (-1)^negative * significand * 2^exponent, significand > 0.
/// Fields that mean nothing are left at their defaults, so that == compares meanings.
struct Decoded {
    Class class_ = Class::zero;
    bool negative = false;          ///< the sign; true for -0 too
    std::uint32_t significand = 0;  ///< with the hidden bit, as an integer; an int's magnitude
    int exponent = 0;               ///< of the significand's least bit

    friend bool operator==(const Decoded&, const Decoded&) = default;
};

/// What `code` means. Bits above the format's width must be 0. Integers: nonzero codes are normal.
/// Significands are not normalized: they are the code's own bits.
Decoded decode(const Format& format, std::uint32_t code);

/// The code of a value, if it is exactly one of this format's; nothing where the format has no such
/// value (nor infinity, NaN or -0). Of a finite value only the value counts, however it is split
/// into significand and exponent and whichever of subnormal and normal it is called.
std::optional<std::uint32_t> code_of(const Format& format, const Decoded& decoded);

/// "zero", "subnormal", "normal", "infinity", "nan".
std::string_view class_name(Class class_);

}  // namespace bitshed::format
