#include "format/encode.hpp"

#include <algorithm>

#include "support/check.hpp"

namespace bitshed::format {

namespace {

/// A magnitude cut at a bit position: how many whole units of 2^place, and what is left of one.
struct Cut {
    std::uint64_t whole = 0;
    enum class Rest { none, below_half, half, above_half } rest = Rest::none;
};

/// The exponent of the magnitude's top bit: it lies in [2^top, 2^(top + 1)). Where only sticky is
/// left, one below the bracket's upper end.
std::int64_t top_exponent(const Real& real) {
    if (real.significand == 0) return real.exponent - 1;
    return real.exponent + static_cast<std::int64_t>(msb(real.significand));
}

/// Needs top_exponent(real) < place + 64.
Cut cut(const Real& real, std::int64_t place) {
    check(!real.sticky || real.exponent < place, "a sticky bit lies below the place of rounding");
    if (top_exponent(real) < place - 1) return {.whole = 0, .rest = Cut::Rest::below_half};
    if (real.exponent >= place)
        return {.whole = static_cast<std::uint64_t>(real.significand)
                         << static_cast<unsigned>(real.exponent - place)};

    const auto shift = static_cast<unsigned>(place - real.exponent);
    Cut result{.whole = static_cast<std::uint64_t>(Integer(real.significand >> shift))};
    const bool half_bit = bit_test(real.significand, shift - 1);
    const bool more = real.sticky || lsb(real.significand) < shift - 1;
    if (half_bit)
        result.rest = more ? Cut::Rest::above_half : Cut::Rest::half;
    else
        result.rest = more ? Cut::Rest::below_half : Cut::Rest::none;
    return result;
}

/// To nearest; a tie goes to the even one of two neighbouring codes.
std::uint64_t nearest_even(std::uint64_t code_below, Cut::Rest rest) {
    const bool is_odd = (code_below & 1) != 0;
    const bool up = rest == Cut::Rest::above_half || (rest == Cut::Rest::half && is_odd);
    return code_below + (up ? 1 : 0);
}

std::uint32_t clamped_integer(const Format& format, const Real& real) {
    // 2^9 is beyond every integer format.
    const bool far_beyond =
        real.class_ == Class::infinity || top_exponent(real) > greatest_operand_width;
    std::uint64_t magnitude = std::uint64_t{1} << (greatest_operand_width + 1);
    if (!far_beyond) {
        const Cut units = cut(real, 0);
        magnitude = nearest_even(units.whole, units.rest);
    }
    if (!real.negative)
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(magnitude, largest_finite_code(format)));
    magnitude = std::min<std::uint64_t>(magnitude, sign_mask(format));  // uint: 0
    return static_cast<std::uint32_t>(~magnitude + 1) & code_mask(format);
}

std::uint32_t signed_zero(const Format& format, bool negative) {
    return negative && has_negative_zero(format) ? sign_mask(format) : 0;
}

std::uint32_t overflown(const Format& format, bool negative, Overflow overflow) {
    switch (overflow) {
        case Overflow::ieee:
            return has_infinity(format) ? infinity_code(format, negative) : nan_code(format);
        case Overflow::saturate:
            break;
    }
    return negative ? least_finite_code(format) : largest_finite_code(format);
}

std::uint32_t rounded_minifloat(const Format& format, const Real& real, Overflow overflow) {
    const int fraction_bits = format.fraction_bits;
    const std::int64_t quantum = quantum_exponent(format);
    const std::int64_t top = top_exponent(real);
    // Beyond the largest exponent field there is nothing finite, whatever the kind.
    if (top - fraction_bits - quantum >= std::int64_t{1} << format.exponent_bits)
        return overflown(format, real.negative, overflow);

    // The codes of a sign, read as integers, are in the order of their values, one step a code,
    // across the ends of binades and from subnormal to normal: so the code below the value plus
    // one is the code above it.
    const std::int64_t place = std::max(top - fraction_bits, quantum);
    const Cut steps = cut(real, place);
    const std::uint64_t code_below =
        (static_cast<std::uint64_t>(place - quantum) << fraction_bits) + steps.whole;
    const std::uint64_t magnitude = nearest_even(code_below, steps.rest);
    if (magnitude > (largest_finite_code(format) & magnitude_mask(format)))
        return overflown(format, real.negative, overflow);
    if (magnitude == 0) return signed_zero(format, real.negative);
    return (real.negative ? sign_mask(format) : 0) | static_cast<std::uint32_t>(magnitude);
}

}  // namespace

bool allows_ieee_overflow(const Format& format) {
    return has_specials(format);
}

std::optional<std::uint32_t> encode(const Format& format, const Real& real, Overflow overflow) {
    check(overflow == Overflow::saturate || allows_ieee_overflow(format),
          "ieee overflow is asked of a format with infinity or NaN only");
    switch (real.class_) {
        case Class::nan:
            if (!has_nan(format)) return std::nullopt;
            return nan_code(format);
        case Class::zero:
            return signed_zero(format, real.negative);
        case Class::infinity:
            if (!is_minifloat(format)) return clamped_integer(format, real);
            if (has_infinity(format)) return infinity_code(format, real.negative);
            return overflown(format, real.negative, overflow);
        case Class::subnormal:
        case Class::normal:
            break;
    }
    check(real.significand != 0 || real.sticky, "a finite real that is not zero has a magnitude");
    return is_minifloat(format) ? rounded_minifloat(format, real, overflow)
                                : clamped_integer(format, real);
}

}  // namespace bitshed::format
