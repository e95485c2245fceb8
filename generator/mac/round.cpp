#include "mac/round.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mac/sum.hpp"
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

/// A value shifted left until its top bit is 1, but by no more than a limit.
struct Normalized {
    Value value;
    Value shift;
};

/// Steps of powers of two, the greatest first. A step of 2^i may be taken where the places it frees
/// hold zeros and the shift stays within the limit: where bit i of the limit is 1, or the shift so
/// far is already below the limit's.
Normalized normalize(Builder& b, Value value, unsigned limit) {
    if (limit == 0) return {value, b.constant(1, 0)};
    std::vector<Value> taken;  // the most significant bit first
    Value at_limit = b.constant(1, 1);
    for (unsigned i = bit_length(limit); i-- > 0;) {
        const unsigned step = 1u << i;
        const bool limit_bit = ((limit >> i) & 1u) != 0;
        const Value zeros = ~b.any(value(value.width() - 1, value.width() - step));
        const Value take =
            b.name(fmt::format("up{}", step), limit_bit ? zeros : zeros & ~at_limit, "");
        const Value moved = b.concat({value(value.width() - step - 1, 0), b.constant(step, 0)});
        value = b.name(fmt::format("moved{}", step), b.mux(take, moved, value), "");
        const bool is_asked = (limit & (step - 1)) != step - 1;  // by a step below whose bit is 0
        if (is_asked)
            at_limit = b.name(fmt::format("full{}", step), at_limit & (limit_bit ? take : ~take),
                              "the limit's bits so far");
        taken.push_back(take);
    }
    return {value, b.concat(taken)};
}

}  // namespace

Value round_to_float(Builder& b, const Magnitude& given, const Format& format, Overflow overflow) {
    const auto fraction_bits = static_cast<unsigned>(format.fraction_bits);
    const unsigned precision = fraction_bits + 1;
    const auto magnitude_bits = static_cast<unsigned>(format::width(format)) - 1;
    const auto width = static_cast<int>(given.value.width());
    // The quantum's place in the value. A value below half a quantum rounds to 0 wherever the
    // quantum is, so it need not be farther away than that.
    int quantum_place = std::min(format::quantum_exponent(format) - given.lsb_exponent, width + 1);
    Value value = given.value;
    // Room below for the precision and a guard bit, room above for the quantum's significand.
    const int below = std::max(0, static_cast<int>(precision) + 1 - width);
    if (below > 0) value = b.concat({value, b.constant(static_cast<unsigned>(below), 0)});
    quantum_place += below;
    const int above =
        std::max(0, quantum_place + static_cast<int>(precision) - static_cast<int>(value.width()));
    if (above > 0) value = b.zero_extended(value, value.width() + static_cast<unsigned>(above));
    if (below > 0 || above > 0) value = b.name("padded", value, "");
    const auto top = static_cast<int>(value.width()) - 1;

    // Subnormals end the normalization: their least place is the quantum's.
    const int subnormal_limit = top - static_cast<int>(fraction_bits) - quantum_place;
    const bool zero_goes_past = subnormal_limit > top;  // no value but 0 is shifted so far
    const auto limit = static_cast<unsigned>(std::min(subnormal_limit, top));
    const Normalized normalized = normalize(b, value, limit);

    const auto kept_low = static_cast<unsigned>(top + 1) - precision;
    const Value kept = b.name("kept", normalized.value(static_cast<unsigned>(top), kept_low),
                              "the significand, rounded down");
    const Value guard = normalized.value.bit(kept_low - 1);
    const Value sticky =
        kept_low >= 2 ? b.any(normalized.value(kept_low - 2, 0)) : b.constant(1, 0);

    // exponent field - hidden bit = subnormal_limit - shift (+ offset)
    const unsigned offset_bits = given.offset ? given.offset->width() : 0;
    const unsigned exponent_width =
        std::max({bit_length(static_cast<std::uint64_t>(subnormal_limit)), offset_bits, 1u}) + 1;
    const unsigned code_width = std::max(exponent_width + fraction_bits, magnitude_bits) + 1;
    const unsigned field_width = code_width - fraction_bits;
    Value field = b.constant(field_width, static_cast<std::uint64_t>(subnormal_limit) + 1) +
                  ~b.zero_extended(normalized.shift, field_width);
    if (given.offset)
        field = b.name("field_before", field, "") + b.zero_extended(*given.offset, field_width);
    field = b.name("field", field, "exponent field without the hidden bit");
    const Value odd = fraction_bits > 0 ? kept.bit(0) : field.bit(0) ^ kept.bit(0);
    const Value up =
        b.name("round_up", guard & (sticky | odd), "to nearest, ties to the even code");
    const Value raised =
        fraction_bits > 0 ? b.concat({field, b.constant(fraction_bits, 0)}) : field;
    const Value code = b.name("rounded", b.add(raised, b.zero_extended(kept, code_width), up),
                              "the hidden bit and the rounding carry into the exponent field");

    Value over = b.any(code(code_width - 1, magnitude_bits));
    if (format.specials == format::Specials::ieee)
        over = over | b.all(code(magnitude_bits - 1, fraction_bits));
    if (format.specials == format::Specials::fn) over = over | b.all(code(magnitude_bits - 1, 0));
    Value magnitude = code(magnitude_bits - 1, 0);
    if (zero_goes_past) {
        const Value nonzero =
            b.name("nonzero", b.any(given.value), "the exponent of 0 is not the normalized one");
        over = over & nonzero;
        magnitude = b.name("magnitude_code", magnitude & b.repeat(nonzero, magnitude_bits), "");
    }
    over = b.name("overflows", over, "beyond the largest finite value");
    Value negative = given.negative;
    if (!format::has_negative_zero(format))
        negative = b.name("sign_kept", negative & b.any(magnitude), "there is no -0");
    return b.mux(over,
                 signed_choice(b, format, given.negative, overflow_code(format, overflow, true),
                               overflow_code(format, overflow, false)),
                 b.concat({negative, magnitude}));
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
