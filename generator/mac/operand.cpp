#include "mac/operand.hpp"

#include <fmt/format.h>

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

/// Two's complement to sign and magnitude; -2^(n-1) has the magnitude 2^(n-1), which fits n bits.
DecodedOperand decode_signed_integer(Builder& b, Value code, const std::string& prefix) {
    const unsigned width = code.width();
    const Value negative = b.name(prefix + "_negative", code.bit(width - 1), "sign");
    const Value magnitude = b.name(
        prefix + "_magnitude",
        b.add(code ^ b.repeat(negative, width), b.constant(width, 0), negative), "absolute value");
    return {.negative = negative, .significand = magnitude};
}

DecodedOperand decode_minifloat(Builder& b, const format::Format& format, Value code,
                                const std::string& prefix, Shifting shifting) {
    const auto exponent_bits = static_cast<unsigned>(format.exponent_bits);
    const auto fraction_bits = static_cast<unsigned>(format.fraction_bits);
    const unsigned magnitude_bits = exponent_bits + fraction_bits;
    const Value negative = b.name(prefix + "_negative", code.bit(magnitude_bits), "sign");
    const Value field = code(magnitude_bits - 1, fraction_bits);
    const Value normal =
        b.name(prefix + "_normal", b.any(field), "exponent field is not 0: the hidden bit");
    std::vector<Value> significand = {normal};
    if (fraction_bits > 0) significand.push_back(code(fraction_bits - 1, 0));
    DecodedOperand operand{.negative = negative,
                           .significand = b.name(prefix + "_significand", b.concat(significand),
                                                 "hidden bit and fraction")};
    const SpecialFlags flags = decode_specials(b, format, code, prefix);
    operand.nan = flags.nan;
    operand.infinity = flags.infinity;
    // With one exponent bit, both fields mean an effective exponent of 1.
    if (exponent_bits == 1 || shifting == Shifting::needless) return operand;

    // Subnormals share the exponent of field 1: only the least bit differs, so nothing is
    // subtracted.
    const Value low_bit = code.bit(fraction_bits) | ~normal;
    operand.shift =
        b.name(prefix + "_shift", b.concat({code(magnitude_bits - 1, fraction_bits + 1), low_bit}),
               "exponent field, 1 for subnormals");
    return operand;
}

}  // namespace

SpecialFlags decode_specials(Builder& b, const format::Format& format, Value code,
                             const std::string& prefix) {
    const unsigned magnitude_bits = code.width() - 1;
    const auto fraction_bits = static_cast<unsigned>(format.fraction_bits);
    switch (format.specials) {
        case format::Specials::none:
            break;
        case format::Specials::fn:
            return {b.name(prefix + "_nan", b.all(code(magnitude_bits - 1, 0)),
                           "all magnitude bits are ones"),
                    std::nullopt};
        case format::Specials::fnuz:
            return {b.name(prefix + "_nan", b.equal(code, std::uint64_t{1} << magnitude_bits),
                           "the code of -0"),
                    std::nullopt};
        case format::Specials::ieee: {
            const Value top = b.all(code(magnitude_bits - 1, fraction_bits));
            if (fraction_bits == 0)
                return {std::nullopt,
                        b.name(prefix + "_infinity", top, "there is no fraction to tell a NaN")};
            const Value top_field = b.name(prefix + "_top", top, "exponent field all ones");
            const Value fraction = b.name(prefix + "_fraction_set",
                                          b.any(code(fraction_bits - 1, 0)), "fraction is not 0");
            return {b.name(prefix + "_nan", top_field & fraction, ""),
                    b.name(prefix + "_infinity", top_field & ~fraction, "")};
        }
    }
    return {};
}

DecodedOperand decode_operand(Builder& b, const format::Format& format, Value code,
                              const std::string& prefix, Shifting shifting) {
    switch (format.family) {
        case format::Family::minifloat:
            return decode_minifloat(b, format, code, prefix, shifting);
        case format::Family::signed_integer:
            return decode_signed_integer(b, code, prefix);
        case format::Family::unsigned_integer:
            break;
    }
    return {.significand = b.name(prefix + "_magnitude", code, "unsigned")};
}

}  // namespace bitshed::mac
