#include "mac/canonical.hpp"

#include "mac/multiply_packed.hpp"
#include "mac/multiply_rows.hpp"

namespace bitshed::mac {

namespace {

constexpr int least_deferred_bits = 4;      // of a sum in halves
constexpr unsigned least_rows_of_tree = 4;  // of three, a tree adds as a chain does

bool has_one_bit(const format::Format& format) {
    return format::is_minifloat(format) && format.fraction_bits == 0;
}

}  // namespace

/// Two integers have no sign that comes early or late; a product that is not moved has no shifter;
/// a sum that is rounded or clamped in each step has one carry chain, and one that is rounded no
/// adder for cells; a multiplier without rows is a * in any case.
Architecture canonical_architecture(const MacSpec& spec) {
    const format::Format& weight = spec.weight;
    const format::Format& activation = spec.activation;
    const Accumulator& accumulator = spec.accumulator;
    Architecture chosen = spec.architecture;
    if (!format::is_minifloat(weight) && !format::is_minifloat(activation))
        chosen = {.product = chosen.product, .carry = chosen.carry, .cells = chosen.cells};
    if (accumulator.kind == AccumulatorKind::floating ||
        accumulator.overflow == Overflow::saturate || accumulator.bits < least_deferred_bits)
        chosen.carry = Carry::ripple;
    if (accumulator.kind == AccumulatorKind::floating) chosen.cells = Cells::portable;
    const bool moves = chosen.product != Product::table &&
                       (format::has_exponents(weight) || format::has_exponents(activation));
    if (!moves) chosen.shifter = Shifter::blocks;
    // Neither rows to be added nor gates before the accumulator's adder.
    const bool one_bit = has_one_bit(weight) || has_one_bit(activation);
    const unsigned rows = rows_of_multiplier(weight, activation);
    if (chosen.product == Product::tree && rows < least_rows_of_tree)
        chosen.product = Product::multiply;
    const bool has_rows = chosen.product == Product::multiply && !one_bit;
    if (!moves && !has_rows && chosen.sign == Sign::early) chosen.cells = Cells::portable;
    const bool is_star = chosen.cells == Cells::portable && rows == 0;
    if (chosen.product == Product::packed &&
        (spec.lanes == 1 || !can_be_packed(weight, activation)))
        chosen.product = Product::dsp;
    if (chosen.product == Product::dsp && (one_bit || is_star)) chosen.product = Product::multiply;
    return chosen;
}

}  // namespace bitshed::mac
