// What every code of an operand format means, in units of the format's quantum.
#pragma once

#include <vector>

#include "format/decoded.hpp"
#include "format/format.hpp"
#include "golden/special.hpp"

namespace bitshed::golden {

/// A code's value: special, or `multiple` times 2^quantum_exponent. `negative` is the sign, that of
/// -0 too; an integer's zero is positive.
template <class Int>
struct Operand {
    Special special = Special::finite;
    bool negative = false;
    Int multiple = 0;

    [[nodiscard]] Factor factor() const {
        return {special, negative, special == Special::finite && multiple == 0};
    }
};

/// One entry a code. Int must hold every value of the format.
template <class Int>
std::vector<Operand<Int>> operand_table(const format::Format& format) {
    std::vector<Operand<Int>> table;
    for (std::uint32_t code = 0; code <= format::code_mask(format); ++code) {
        const format::Decoded decoded = format::decode(format, code);
        Operand<Int> operand;
        operand.special = special_of(decoded);
        operand.negative = decoded.negative;
        if (decoded.class_ == format::Class::subnormal || decoded.class_ == format::Class::normal) {
            operand.multiple = Int(decoded.significand)
                               << (decoded.exponent - format::quantum_exponent(format));
            if (decoded.negative) operand.multiple = -operand.multiple;
        }
        table.push_back(operand);
    }
    return table;
}

}  // namespace bitshed::golden
