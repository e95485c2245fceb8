#include "mac/float_step.hpp"

#include <algorithm>

#include "mac/grid.hpp"
#include "mac/operand.hpp"
#include "mac/round.hpp"
#include "mac/twos_complement.hpp"
#include "mac/window.hpp"

namespace bitshed::mac {

namespace {

using format::Format;
using rtl::Builder;
using rtl::Value;

/// The highest place of acc's significand beside a sum of so many bits. Above it acc feels the sum
/// only as more or less than nothing: moving both apart further changes no rounding.
int greatest_place(unsigned sum_bits) {
    return static_cast<int>(sum_bits) + 4;
}

/// The lowest place. Below it a sum that is not 0 feels acc in the same way.
int least_place(const Format& format) {
    return -(2 * (format.fraction_bits + 1) + 3);
}

}  // namespace

bool can_lose_nan(const MacSpec& spec) {
    if (spec.accumulator.kind != AccumulatorKind::floating) return false;
    const Format& format = *spec.accumulator.format;
    if (format::has_nan(format)) return false;
    return format::has_specials(spec.weight) || format::has_specials(spec.activation) ||
           format::has_infinity(format);
}

Value special_of_float(Builder& b, const Format& format, Value acc,
                       const std::optional<Value>& lost_nan) {
    b.prefix("special_");
    const SpecialFlags given = decode_specials(b, format, acc, "acc");
    b.prefix("");
    Value positive = b.constant(1, 0);
    Value negative = b.constant(1, 0);
    for (const std::optional<Value>& nan : {given.nan, lost_nan}) {
        if (!nan) continue;
        positive = positive | *nan;
        negative = negative | *nan;
    }
    if (given.infinity) {
        const Value minus = acc.bit(acc.width() - 1);
        positive = positive | (*given.infinity & ~minus);
        negative = negative | (*given.infinity & minus);
    }
    return b.name("special", b.concat({negative, positive}), "");
}

FloatSum add_and_round(Builder& b, const MacSpec& spec, const FloatStep& step) {
    const Format& format = *spec.accumulator.format;
    b.prefix("acc_");
    const DecodedOperand acc = decode_operand(b, format, step.acc, "code", Shifting::needed);
    const unsigned sum_bits = step.sum.value.width();
    const int unit = grid_exponent(spec.weight, spec.activation);
    const Window window = plan_window(format, unit, least_place(format), greatest_place(sum_bits));
    const Placed placed = place_significand(b, acc, window, Above::offset);
    const unsigned below = window.below;

    // acc + sum, seen from acc's sign: |acc| + (sum, or -sum where acc is negative). For
    // sum = value + carry in two's complement, -sum = ~value + (1 - carry).
    const Value flip = *acc.negative;
    const unsigned width = std::max(below + sum_bits, placed.value.width() + 1) + 1;
    const Value turned = step.sum.value ^ b.repeat(flip, sum_bits);
    const Value carry = b.name("sum_carry", step.sum.carry ^ flip, "");
    const Value addend =
        b.name("addend", below == 0 ? turned : b.concat({turned, b.repeat(carry, below)}),
               "the lanes' sum, turned by acc's sign");
    const Value total =
        b.name("total",
               b.add(b.zero_extended(placed.value, width), sign_extended(b, addend, width), carry),
               "acc + sum, seen from acc's sign");
    const Value turns = total.bit(width - 1);
    const Value magnitude = b.name(
        "magnitude",
        b.add(total(width - 2, 0) ^ b.repeat(turns, width - 1), b.constant(width - 1, 0), turns),
        "");
    const Value is_zero = b.name("is_zero", ~b.any(total), "exactly");
    const Value zero_sign =
        b.name("zero_sign", flip & ~b.any(acc.significand) & step.only_negative_zeros,
               "a sum of nothing but -0 is -0");
    const Value negative = b.name("negative", b.mux(is_zero, zero_sign, flip ^ turns), "");

    Value code = b.name(
        "code_rounded",
        round_to_float(b, {magnitude, unit - static_cast<int>(below), negative, placed.offset, {}},
                       format, spec.accumulator.overflow),
        "");
    // acc stays where the sum is 0, however small acc is, and where the sum is below half a quantum
    // of acc's format, however large it is.
    const bool sum_is_lost = window.least >= greatest_place(sum_bits);
    if (sum_is_lost || window.cuts_below) {
        Value stays = b.any(acc.significand);
        if (!sum_is_lost)
            stays = stays & ~b.any(step.sum.value ^ b.repeat(step.sum.carry, sum_bits));
        code =
            b.name("code_kept",
                   b.mux(b.name("stays", stays, "acc, whatever was computed"), step.acc, code), "");
    }

    // Special values: the lanes' and acc's own join by or.
    std::optional<Flags> flags = step.flags;
    const auto join = [&](Value positive, Value minus) {
        flags = flags ? Flags{flags->positive | positive, flags->negative | minus}
                      : Flags{positive, minus};
    };
    if (acc.nan) join(*acc.nan, *acc.nan);
    if (acc.infinity) join(*acc.infinity & ~*acc.negative, *acc.infinity & *acc.negative);
    if (step.lost_nan) join(*step.lost_nan, *step.lost_nan);
    std::optional<Value> lost;
    if (flags) {
        const Value positive = b.name("flag_positive", flags->positive, "+infinity or NaN");
        const Value minus = b.name("flag_negative", flags->negative, "-infinity or NaN");
        if (step.lost_nan)
            lost = b.name("loses_nan", positive & minus, "NaN, which the format has not");
        code = with_specials(b, code, positive, minus, format, spec.accumulator.overflow);
    }
    b.prefix("");
    return {b.name("acc_d", code, ""), lost};
}

}  // namespace bitshed::mac
