#include "format/format.hpp"

#include <fmt/format.h>

#include "support/check.hpp"

namespace bitshed::format {

namespace {

std::uint32_t exponent_mask(const Format& format) {
    return ((std::uint32_t{1} << format.exponent_bits) - 1) << format.fraction_bits;
}

}  // namespace

Format minifloat(int exponent_bits, int fraction_bits, Specials specials) {
    const int bits = 1 + exponent_bits + fraction_bits;
    check(exponent_bits >= 1 && exponent_bits <= greatest_exponent_bits && fraction_bits >= 0 &&
              bits >= least_width && bits <= greatest_width,
          "a minifloat has 1 to 8 exponent bits and 2 to 32 bits in all");
    return {.family = Family::minifloat,
            .exponent_bits = exponent_bits,
            .fraction_bits = fraction_bits,
            .bias = default_bias(exponent_bits, specials),
            .specials = specials};
}

Format signed_integer(int bits) {
    check(bits >= least_width && bits <= greatest_operand_width, "an int has 2 to 8 bits");
    return {.family = Family::signed_integer, .integer_bits = bits};
}

Format unsigned_integer(int bits) {
    check(bits >= least_width && bits <= greatest_operand_width, "a uint has 2 to 8 bits");
    return {.family = Family::unsigned_integer, .integer_bits = bits};
}

int default_bias(int exponent_bits, Specials specials) {
    const int half = 1 << (exponent_bits - 1);
    return specials == Specials::fnuz ? half : half - 1;
}

bool has_infinity(const Format& format) {
    return is_minifloat(format) && format.specials == Specials::ieee;
}

bool has_nan(const Format& format) {
    if (!is_minifloat(format)) return false;
    switch (format.specials) {
        case Specials::none:
            return false;
        case Specials::ieee:
            return format.fraction_bits > 0;  // without a fraction, all that is left is infinity
        case Specials::fn:
        case Specials::fnuz:
            return true;
    }
    check(false, "the kinds of special codes are four");
    return false;
}

bool has_specials(const Format& format) {
    return has_infinity(format) || has_nan(format);
}

bool has_negative_zero(const Format& format) {
    return is_minifloat(format) && format.specials != Specials::fnuz;
}

std::uint32_t largest_finite_code(const Format& format) {
    const std::uint32_t top = magnitude_mask(format);
    if (!is_minifloat(format)) return top;
    switch (format.specials) {
        case Specials::none:
        case Specials::fnuz:
            return top;
        case Specials::fn:
            return top - 1;
        case Specials::ieee:
            return exponent_mask(format) - 1;  // just below infinity
    }
    check(false, "the kinds of special codes are four");
    return 0;
}

std::uint32_t least_finite_code(const Format& format) {
    if (!is_minifloat(format)) return sign_mask(format);  // int: 100...0; uint: 0
    // Where 0 is the largest finite value, it is the least as well; fnuz has larger ones always.
    return sign_mask(format) | largest_finite_code(format);
}

std::optional<std::uint32_t> least_normal_code(const Format& format) {
    if (!is_minifloat(format)) return 1;
    const std::uint32_t field_1 = std::uint32_t{1} << format.fraction_bits;
    if (field_1 > largest_finite_code(format)) return std::nullopt;
    return field_1;
}

std::optional<std::uint32_t> least_subnormal_code(const Format& format) {
    if (!is_minifloat(format) || format.fraction_bits == 0) return std::nullopt;
    return 1;
}

std::uint32_t infinity_code(const Format& format, bool negative) {
    check(has_infinity(format), "a format that is asked for infinity has one");
    return exponent_mask(format) | (negative ? sign_mask(format) : 0);
}

std::uint32_t nan_code(const Format& format) {
    check(has_nan(format), "a format that is asked for NaN has one");
    switch (format.specials) {
        case Specials::ieee:
            return exponent_mask(format) | std::uint32_t{1} << (format.fraction_bits - 1);
        case Specials::fnuz:
            return sign_mask(format);
        case Specials::fn:
        case Specials::none:
            break;
    }
    return magnitude_mask(format);
}

int quantum_exponent(const Format& format) {
    return is_minifloat(format) ? 1 - format.bias - format.fraction_bits : 0;
}

std::string_view kind_name(Specials specials) {
    switch (specials) {
        case Specials::none:
            return "none";
        case Specials::fn:
            return "fn";
        case Specials::ieee:
            return "ieee";
        case Specials::fnuz:
            return "fnuz";
    }
    check(false, "the kinds of special codes are four");
    return {};
}

std::string name(const Format& format) {
    switch (format.family) {
        case Family::signed_integer:
            return fmt::format("int{}", format.integer_bits);
        case Family::unsigned_integer:
            return fmt::format("uint{}", format.integer_bits);
        case Family::minifloat:
            break;
    }
    std::string text = fmt::format("e{}m{}", format.exponent_bits, format.fraction_bits);
    if (format.bias != default_bias(format.exponent_bits, format.specials))
        text += fmt::format("b{}", format.bias);
    if (format.specials != Specials::none) text += kind_name(format.specials);
    return text;
}

}  // namespace bitshed::format
