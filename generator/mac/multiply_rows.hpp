// Products by rows of two bits of a factor, which carry chains add up.
#pragma once

#include <memory>

#include "mac/multiply.hpp"

namespace bitshed::mac {

/// How rows are added up.
enum class RowOrder {
    chain,  ///< each to those before it
    tree,   ///< in pairs, and those in pairs again: fewer adders behind each other
};

/// Of two unsigned values, as wide as both together, by rows of two bits of the narrower factor
/// where that has four bits or more: each row an adder of gates. Fewer LUTs than Yosys's own on
/// every target that was measured; but no DSP block is inferred from it. Where it has fewer bits:
/// by Verilog's *.
std::unique_ptr<Multiplier> multiplier_by_rows(rtl::Builder& b, rtl::Value x, rtl::Value y,
                                               RowOrder order);

/// Booth's radix-4 product of two integers, at least one of them signed: two's complement, as wide
/// as both together.
std::unique_ptr<Multiplier> booth_multiplier(rtl::Builder& b, const format::Format& weight,
                                             rtl::Value w, const format::Format& activation,
                                             rtl::Value a, RowOrder order);

/// How many rows operands of these formats are multiplied by, where nothing else is asked for; 0
/// where by none.
unsigned rows_of_multiplier(const format::Format& weight, const format::Format& activation);

}  // namespace bitshed::mac
