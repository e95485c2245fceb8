#include <algorithm>
#include <bit>

#include "format/decoded.hpp"
#include "support/check.hpp"

namespace bitshed::format {

namespace {

Decoded decode_integer(const Format& format, std::uint32_t code) {
    if (code == 0) return {};
    const bool negative = (code & sign_mask(format)) != 0;
    const std::uint32_t magnitude = negative ? (~code + 1) & code_mask(format) : code;
    return {.class_ = Class::normal, .negative = negative, .significand = magnitude};
}

/// The class of a minifloat's code, from its fields alone.
Class class_of(const Format& format, std::uint32_t field, std::uint32_t fraction, bool negative) {
    const std::uint32_t all_ones_field = (std::uint32_t{1} << format.exponent_bits) - 1;
    const std::uint32_t all_ones_fraction = (std::uint32_t{1} << format.fraction_bits) - 1;
    switch (format.specials) {
        case Specials::none:
            break;
        case Specials::fn:
            if (field == all_ones_field && fraction == all_ones_fraction) return Class::nan;
            break;
        case Specials::ieee:
            if (field == all_ones_field) return fraction == 0 ? Class::infinity : Class::nan;
            break;
        case Specials::fnuz:
            if (negative && field == 0 && fraction == 0) return Class::nan;
            break;
    }
    if (field != 0) return Class::normal;
    return fraction != 0 ? Class::subnormal : Class::zero;
}

}  // namespace

Decoded decode(const Format& format, std::uint32_t code) {
    if ((code & ~code_mask(format)) != 0) [[unlikely]]
        check(false, "a code that is decoded fits the format's width");
    if (!is_minifloat(format)) return decode_integer(format, code);

    const std::uint32_t hidden_bit = std::uint32_t{1} << format.fraction_bits;
    const std::uint32_t fraction = code & (hidden_bit - 1);
    const std::uint32_t magnitude = code & magnitude_mask(format);
    const std::uint32_t field = magnitude >> format.fraction_bits;
    const bool negative = magnitude != code;
    const Class class_ = class_of(format, field, fraction, negative);
    switch (class_) {
        case Class::normal:
            return {.class_ = class_,
                    .negative = negative,
                    .significand = hidden_bit | fraction,
                    .exponent = static_cast<int>(field) - format.bias - format.fraction_bits};
        case Class::subnormal:  // as field 1, without the hidden bit
            return {.class_ = class_,
                    .negative = negative,
                    .significand = fraction,
                    .exponent = 1 - format.bias - format.fraction_bits};
        case Class::zero:
        case Class::infinity:
            return {.class_ = class_, .negative = negative};
        case Class::nan:
            break;
    }
    return {.class_ = Class::nan};
}

std::optional<std::uint32_t> code_of(const Format& format, const Decoded& decoded) {
    const std::uint32_t sign = decoded.negative ? sign_mask(format) : 0;
    switch (decoded.class_) {
        case Class::nan:
            if (!has_nan(format)) return std::nullopt;
            return nan_code(format);
        case Class::infinity:
            if (!has_infinity(format)) return std::nullopt;
            return infinity_code(format, decoded.negative);
        case Class::zero:
            if (decoded.negative && !has_negative_zero(format)) return std::nullopt;
            return sign;
        case Class::subnormal:
        case Class::normal:
            break;
    }
    check(decoded.significand != 0, "a finite value that is not zero has a significand");

    // The value as an odd integer times a power of two, then in the format's own grid.
    const int trailing_zeros = std::countr_zero(decoded.significand);
    const std::uint64_t odd = decoded.significand >> trailing_zeros;
    const int exponent = decoded.exponent + trailing_zeros;
    const int top = exponent + static_cast<int>(std::bit_width(odd)) - 1;
    const int quantum = quantum_exponent(format);
    if (exponent < quantum) return std::nullopt;

    if (!is_minifloat(format)) {
        if (top > format.integer_bits) return std::nullopt;
        const std::uint64_t magnitude = odd << exponent;
        const std::uint64_t limit = decoded.negative ? sign_mask(format) : magnitude_mask(format);
        if (magnitude > limit) return std::nullopt;
        return static_cast<std::uint32_t>(decoded.negative ? ~magnitude + 1 : magnitude) &
               code_mask(format);
    }
    // The place of the code's least bit, in quanta; a normal number has M bits below its top one.
    const int place = std::max(0, top - format.fraction_bits - quantum);
    if (exponent < quantum + place || place >= 1 << format.exponent_bits) return std::nullopt;
    const std::uint64_t magnitude =
        (std::uint64_t(place) << format.fraction_bits) + (odd << (exponent - quantum - place));
    if (magnitude > largest_finite_code(format)) return std::nullopt;
    return sign | static_cast<std::uint32_t>(magnitude);
}

std::string_view class_name(Class class_) {
    switch (class_) {
        case Class::zero:
            return "zero";
        case Class::subnormal:
            return "subnormal";
        case Class::normal:
            return "normal";
        case Class::infinity:
            return "infinity";
        case Class::nan:
            return "nan";
    }
    check(false, "the classes are five");
    return {};
}

}  // namespace bitshed::format
