#include "mac/result.hpp"

#include "mac/operand.hpp"
#include "mac/round.hpp"
#include "mac/window.hpp"

namespace bitshed::mac {

using format::Format;
using rtl::Builder;
using rtl::Value;

Value result_of_grid(Builder& b, const MacSpec& spec, Value acc,
                     const std::optional<Flags>& flags) {
    const Format& format = *spec.result;
    const int lsb_exponent = spec.accumulator.lsb_exponent;
    b.prefix("result_");
    Value code = acc;
    if (format::is_minifloat(format)) {
        const Value negative = b.name("negative", acc.bit(acc.width() - 1), "sign of the sum");
        // All places but the sign's: with the complement's 1 they hold even the least sum.
        const Value places = acc.width() == 1 ? acc : acc(acc.width() - 2, 0);
        const Value value = b.name("places", places, "one's complement where negative");
        code = round_to_float(b, {value, lsb_exponent, negative, std::nullopt, negative}, format,
                              spec.result_overflow);
    } else {
        code = round_to_integer(b, acc, lsb_exponent, format);
    }
    if (flags)
        code =
            with_specials(b, code, flags->positive, flags->negative, format, spec.result_overflow);
    code = b.name("code", code, format::name(format));
    b.prefix("");
    return code;
}

Value result_of_float(Builder& b, const MacSpec& spec, Value acc,
                      const std::optional<Value>& lost_nan) {
    const Format& from = *spec.accumulator.format;
    const Format& to = *spec.result;
    b.prefix("result_");
    const DecodedOperand number = decode_operand(b, from, acc, "acc", Shifting::needed);
    const int from_precision = from.fraction_bits + 1;
    const int floor = -(from_precision + 2);  // far below half a unit
    Value code = acc;
    if (format::is_minifloat(to)) {
        // From here on up a significand's least bit lies above the subnormals of the result.
        const int cap = to.fraction_bits + 2;
        const int unit = format::quantum_exponent(to);
        const Window window = plan_window(from, unit, floor, cap);
        const Placed placed = place_significand(b, number, window, Above::offset);
        const int lsb_exponent = unit - static_cast<int>(window.below) + window.lift;
        code = round_to_float(b, {placed.value, lsb_exponent, *number.negative, placed.offset, {}},
                              to, spec.result_overflow);
    } else {
        const Window window = plan_window(from, 0, floor, to.integer_bits + 1);
        const Placed placed = place_significand(b, number, window, Above::clamp);
        const unsigned width = placed.value.width() + 1;
        const Value negative = *number.negative;
        const Value sum =
            b.name("sum",
                   b.add(b.zero_extended(placed.value, width) ^ b.repeat(negative, width),
                         b.constant(width, 0), negative),
                   "two's complement");
        code = round_to_integer(b, sum, -static_cast<int>(window.below), to);
    }
    std::optional<Flags> flags;
    const auto join = [&](Value positive, Value negative) {
        flags = flags ? Flags{flags->positive | positive, flags->negative | negative}
                      : Flags{positive, negative};
    };
    if (number.nan) join(*number.nan, *number.nan);
    if (number.infinity)
        join(*number.infinity & ~*number.negative, *number.infinity & *number.negative);
    if (lost_nan) join(*lost_nan, *lost_nan);
    if (flags)
        code = with_specials(b, code, flags->positive, flags->negative, to, spec.result_overflow);
    code = b.name("code", code, format::name(to));
    b.prefix("");
    return code;
}

}  // namespace bitshed::mac
