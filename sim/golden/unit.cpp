#include "golden/unit.hpp"

#include <algorithm>

#include "format/decoded.hpp"
#include "golden/operand_table.hpp"

namespace bitshed::golden {

int accumulator_bits(const Unit& unit) {
    struct Bits {
        int operator()(const ExactAccumulator& exact) const { return exact.bits; }
        int operator()(const FixedAccumulator& fixed) const { return fixed.bits; }
        int operator()(const FloatAccumulator& floating) const {
            return format::width(floating.format);
        }
    };
    return std::visit(Bits{}, unit.accumulator);
}

bool is_on_grid(const Unit& unit) {
    return !std::holds_alternative<FloatAccumulator>(unit.accumulator);
}

int product_exponent(const Unit& unit) {
    return format::quantum_exponent(unit.weight) + format::quantum_exponent(unit.activation);
}

Range finite_range(const format::Format& format) {
    Range range{0, 0};
    for (const auto& operand : operand_table<Integer>(format)) {
        if (operand.special != Special::finite) continue;
        range.least = std::min(range.least, operand.multiple);
        range.greatest = std::max(range.greatest, operand.multiple);
    }
    return range;
}

Range product_range(const format::Format& weight, const format::Format& activation) {
    // A product of two intervals has its ends at ends of theirs.
    const Range w = finite_range(weight);
    const Range a = finite_range(activation);
    const auto [least, greatest] =
        std::minmax({Integer(w.least * a.least), Integer(w.least * a.greatest),
                     Integer(w.greatest * a.least), Integer(w.greatest * a.greatest)});
    return {least, greatest};
}

int least_exact_bits(const format::Format& weight, const format::Format& activation,
                     std::int64_t terms) {
    const Range product = product_range(weight, activation);
    int bits = 2;
    while ((Integer(1) << (bits - 1)) <= product.greatest * terms ||
           -(Integer(1) << (bits - 1)) > product.least * terms)
        ++bits;
    return bits;
}

}  // namespace bitshed::golden
