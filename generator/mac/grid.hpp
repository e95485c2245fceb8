// The fixed-point grid of a format pair: how large products and sums get, in units of the product
// of the two least quanta, and how many bits they take.
#pragma once

#include "format/real.hpp"
#include "mac/spec.hpp"

namespace bitshed::mac {

/// A finite code's value in units of the format's quantum, its least subnormal.
format::Integer in_quanta(const format::Format& format, std::uint32_t code);

/// The least and greatest finite product of a pair, in grid units.
struct ProductRange {
    format::Integer least;
    format::Integer greatest;
};

ProductRange product_range(const format::Format& weight, const format::Format& activation);

/// The least two's complement width that holds every value from least to greatest; at least 1.
int twos_complement_width(const format::Integer& least, const format::Integer& greatest);

/// The exponent of the grid's unit.
int grid_exponent(const format::Format& weight, const format::Format& activation);

/// WidthRule::tight: for every sum of 0..terms products.
int tight_width(const format::Format& weight, const format::Format& activation, std::int64_t terms);

/// WidthRule::paper: minifloats 2^Ew + Mw + 2^Ea + Ma + ceil(log2 terms) - 1, integers
/// bw + ba + ceil(log2 terms) + 1; nothing for a minifloat with an integer.
std::optional<int> paper_width(const format::Format& weight, const format::Format& activation,
                               std::int64_t terms);

}  // namespace bitshed::mac
