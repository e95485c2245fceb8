// Adding up: the lanes' terms, the accumulator's step, saturation.
#pragma once

#include <vector>

#include "mac/lane.hpp"

namespace bitshed::mac {

/// The sum of the lanes' terms: a tree of carry-propagate adders, each of which takes one lane's
/// carry in, so that the last carry is left for the accumulator. On FPGAs such an adder costs one
/// LUT a bit and row, a 3:2 compressor two (docs/decisions).
Term sum_of_lanes(rtl::Builder& b, const std::vector<Term>& terms);

/// acc + term modulo 2^bits.
rtl::Value wrapping_sum(rtl::Builder& b, rtl::Value acc, const Term& term);

/// What is still to be added to places of a sum: `value`, two's complement, and `carry` (1 bit),
/// both from the least of these places up.
struct Waiting {
    rtl::Value value, carry;
};

/// A term without gates for carry cells, as far as it concerns `bits` places.
Waiting waiting_of(rtl::Builder& b, const Term& term, unsigned bits);

/// The low places of a sum with their part of a term, and what that leaves for those above.
struct LowSum {
    rtl::Value low;
    Waiting above;
};

/// low + term, of a sum of `bits`. `top`, one bit, may be 1 only where nobody looks at above.carry.
LowSum low_sum(rtl::Builder& b, rtl::Value low, rtl::Value top, const Term& term, unsigned bits);

/// places + what waits for them, modulo 2^width.
rtl::Value with_waiting(rtl::Builder& b, rtl::Value places, const Waiting& waiting);

/// acc + term, exact, then clamped to the range of acc.
rtl::Value saturating_sum(rtl::Builder& b, rtl::Value acc, const Term& term);

}  // namespace bitshed::mac
