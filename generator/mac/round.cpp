#include "mac/round.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "format/decoded.hpp"
#include "mac/normalize.hpp"
#include "mac/twos_complement.hpp"
#include "support/check.hpp"
#include "support/text.hpp"

namespace bitshed::mac {

namespace {

using format::Format;
using rtl::Builder;
using rtl::Value;

/// What an overflow of the given sign becomes, as a code.
std::uint32_t overflow_code(const Format& format, Overflow overflow, bool negative) {
    if (overflow == Overflow::ieee) {
        if (format::has_infinity(format)) return format::infinity_code(format, negative);
        return format::nan_code(format);
    }
    return negative ? format::least_finite_code(format) : format::largest_finite_code(format);
}

std::uint32_t infinity_becomes(const Format& format, Overflow overflow, bool negative) {
    if (format::has_infinity(format)) return format::infinity_code(format, negative);
    return overflow_code(format, overflow, negative);
}

Value signed_choice(Builder& b, const Format& format, Value negative, std::uint32_t if_negative,
                    std::uint32_t if_positive) {
    const auto width = static_cast<unsigned>(format::width(format));
    return b.mux(negative, b.constant(width, if_negative), b.constant(width, if_positive));
}

/// Whether no magnitude of so many bits, nor 2^bits itself, leaves the range of the format.
bool always_fits(const Format& format, int bits, int lsb_exponent) {
    const format::Decoded largest = format::decode(format, format::largest_finite_code(format));
    const int top = static_cast<int>(bit_length(largest.significand)) - 1 + largest.exponent;
    return bits + lsb_exponent <= top;
}

}  // namespace

Value round_to_float(Builder& b, const Magnitude& given, const Format& format, Overflow overflow) {
    const auto fraction_bits = static_cast<unsigned>(format.fraction_bits);
    const unsigned precision = fraction_bits + 1;
    const auto magnitude_bits = static_cast<unsigned>(format::width(format)) - 1;
    const auto width = static_cast<int>(given.value.width());
    // The quantum's place in the value. A value of up to half a quantum rounds to 0 wherever the
    // quantum is, so it need not be farther away than that.
    int quantum_place = std::min(format::quantum_exponent(format) - given.lsb_exponent, width + 1);
    Value value = given.value;
    // Room below for the precision and a guard bit, and for the leading 1 of a complement that is
    // all zeros; room above for the quantum's significand.
    const int below = std::max(given.inverted ? 1 : 0, static_cast<int>(precision) + 1 - width);
    if (below > 0) value = b.concat({value, b.constant(static_cast<unsigned>(below), 0)});
    quantum_place += below;
    const int above =
        std::max(0, quantum_place + static_cast<int>(precision) - static_cast<int>(value.width()));
    if (above > 0) {
        const Value zero = given.inverted.value_or(b.constant(1, 0));
        value = b.concat({b.repeat(zero, static_cast<unsigned>(above)), value});
    }
    if (below > 0 || above > 0) value = b.name("padded", value, "");
    const auto top = static_cast<int>(value.width()) - 1;

    // Subnormals end the normalization: their least place is the quantum's.
    const int subnormal_limit = top - static_cast<int>(fraction_bits) - quantum_place;
    const bool zero_goes_past = subnormal_limit > top;  // no value but 0 is shifted so far
    const auto limit = static_cast<unsigned>(std::min(subnormal_limit, top));
    const Normalized normalized =
        normalize(b, value, given.inverted, limit,
                  zero_goes_past ? Stop::by_itself : Stop::at_limit, precision + 1);
    const Value kept =
        b.name("kept", normalized.value(precision, 1), "the significand, rounded down");
    const Value guard = normalized.value.bit(0);

    // exponent field - hidden bit = subnormal_limit - shift (+ offset)
    const bool may_overflow = given.offset || !always_fits(format, width, given.lsb_exponent);
    const unsigned offset_bits = given.offset ? given.offset->width() : 0;
    const unsigned exponent_width =
        std::max({bit_length(static_cast<std::uint64_t>(subnormal_limit)), offset_bits, 1u}) + 1;
    const unsigned code_width =
        may_overflow ? std::max(exponent_width + fraction_bits, magnitude_bits) + 1
                     : std::max(magnitude_bits, fraction_bits + normalized.shift.width());
    const unsigned field_width = code_width - fraction_bits;
    // Where only 0 is denormal the hidden bit is known.
    const bool hidden_is_known = zero_goes_past && !given.offset;
    const Value start = b.constant(
        field_width, static_cast<std::uint64_t>(subnormal_limit) + (hidden_is_known ? 2 : 1));
    const Value minus_shift = ~b.zero_extended(normalized.shift, field_width);
    Value field = minus_shift;
    if (!hidden_is_known) {
        field = start + minus_shift;
        if (given.offset)
            field = b.name("field_before", field, "") + b.zero_extended(*given.offset, field_width);
        field = b.name("field", field, "exponent field without the hidden bit");
    }
    Value odd = kept.bit(0);
    if (fraction_bits == 0) {
        const Value least =
            b.name("least_of_field", hidden_is_known ? ~normalized.shift.bit(0) : field.bit(0), "");
        odd = least ^ (hidden_is_known ? start.bit(0) : kept.bit(0));
    }
    Value up = guard & (normalized.rest | odd);
    if (given.inverted) up = b.mux(*given.inverted, guard | (odd & ~normalized.rest), up);
    up = b.name("round_up", up, "to nearest, ties to the even code");
    Value code = field;
    if (hidden_is_known) {
        if (fraction_bits > 0) code = b.concat({field, kept(fraction_bits - 1, 0)});
        const Value raised =
            fraction_bits > 0 ? b.concat({start, b.constant(fraction_bits, 0)}) : start;
        code = b.add(code, raised, up);
    } else {
        if (fraction_bits > 0) code = b.concat({field, b.constant(fraction_bits, 0)});
        code = b.add(code, b.zero_extended(kept, code_width), up);
    }
    code = b.name("rounded", code, "the rounding carries into the exponent field");

    Value magnitude = code(magnitude_bits - 1, 0);
    std::optional<Value> nonzero;
    if (zero_goes_past) {
        nonzero =
            b.name("nonzero", kept.bit(precision - 1), "the exponent of 0 is not the normalized");
        magnitude = code(magnitude_bits - 1, fraction_bits) &
                    b.repeat(*nonzero, magnitude_bits - fraction_bits);
        if (fraction_bits > 0) magnitude = b.concat({magnitude, code(fraction_bits - 1, 0)});
        magnitude = b.name("magnitude_code", magnitude, "");
    }
    Value negative = given.negative;
    if (!format::has_negative_zero(format))
        negative = b.name("sign_kept", negative & b.any(magnitude), "there is no -0");
    const Value finite = b.concat({negative, magnitude});
    if (!may_overflow) return finite;

    Value over = b.any(code(code_width - 1, magnitude_bits));
    if (format.specials == format::Specials::ieee)
        over = over | b.all(code(magnitude_bits - 1, fraction_bits));
    if (format.specials == format::Specials::fn) over = over | b.all(code(magnitude_bits - 1, 0));
    if (nonzero) over = over & *nonzero;
    over = b.name("overflows", over, "beyond the largest finite value");
    return b.mux(over,
                 signed_choice(b, format, given.negative, overflow_code(format, overflow, true),
                               overflow_code(format, overflow, false)),
                 finite);
}

Value round_to_integer(Builder& b, Value sum, int lsb_exponent, const Format& format) {
    const auto bits = static_cast<unsigned>(format.integer_bits);
    const unsigned width = sum.width();
    Value whole = sum;
    if (lsb_exponent < 0) {
        // Cut the places below 1 and add the rounding; a sum that is all fraction keeps its sign.
        const auto cut = static_cast<unsigned>(-lsb_exponent);
        const unsigned wide = std::max(width, cut + 1) + 1;
        const Value padded = b.name("result_padded", sign_extended(b, sum, wide), "");
        const Value guard = padded.bit(cut - 1);
        const Value sticky = cut >= 2 ? b.any(padded(cut - 2, 0)) : b.constant(1, 0);
        const Value floor = padded(wide - 1, cut);
        const Value up =
            b.name("result_up", guard & (sticky | floor.bit(0)), "to nearest, ties to even");
        whole = b.name("result_whole", b.add(floor, b.constant(floor.width(), 0), up), "");
    } else if (lsb_exponent > 0) {
        // More places than the format has are all alike to it.
        const auto raised =
            static_cast<unsigned>(std::min<int>(lsb_exponent, static_cast<int>(bits) + 1));
        whole = b.name("result_whole", b.concat({sum, b.constant(raised, 0)}), "");
    }
    const unsigned wide = std::max(whole.width(), bits + 1) + 1;
    const Value value = b.name("result_wide", sign_extended(b, whole, wide), "");
    const Value negative = value.bit(wide - 1);
    if (!format::is_signed(format)) {
        const Value over = b.any(value(wide - 1, bits));
        return b.mux(negative, b.constant(bits, 0), value(bits - 1, 0) | b.repeat(over, bits));
    }
    const Value above = value(wide - 1, bits - 1);
    const Value fits = b.name("result_fits", ~b.any(above ^ b.repeat(negative, above.width())), "");
    return b.mux(fits, value(bits - 1, 0), b.concat({negative, b.repeat(~negative, bits - 1)}));
}

Value with_specials(Builder& b, Value code, Value positive, Value negative, const Format& format,
                    Overflow overflow) {
    const std::uint32_t nan = format::has_nan(format) ? format::nan_code(format) : 0;
    const Value infinite =
        signed_choice(b, format, negative, infinity_becomes(format, overflow, true),
                      infinity_becomes(format, overflow, false));
    const Value special = b.mux(positive & negative, b.constant(code.width(), nan), infinite);
    return b.mux(positive | negative, special, code);
}

}  // namespace bitshed::mac
