// Adding up: the lanes' terms, the accumulator's step, saturation.
#pragma once

#include <vector>

#include "mac/lane.hpp"

namespace bitshed::mac {

/// Two's complement to more bits; the value must have a name or be a concatenation.
rtl::Value sign_extended(rtl::Builder& b, rtl::Value value, unsigned width);

/// The low bits of a value, or the value sign-extended.
rtl::Value sign_fitted(rtl::Builder& b, rtl::Value value, unsigned width);

/// The sum of the lanes' terms: a tree of carry-propagate adders, each of which takes one lane's
/// carry in, so that the last carry is left for the accumulator. On FPGAs such an adder costs one
/// LUT a bit and row, a 3:2 compressor two (docs/decisions).
Term sum_of_lanes(rtl::Builder& b, const std::vector<Term>& terms);

/// acc + term modulo 2^bits.
rtl::Value wrapping_sum(rtl::Builder& b, rtl::Value acc, const Term& term);

/// A sum in two halves: high * 2^(bits of low) + low + carry * 2^(bits of low).
struct Halves {
    rtl::Value high, low;
    rtl::Value carry;  ///< 1 bit, out of the low half, not added to the high one yet
};

/// sum + term modulo 2^bits, in two chains that do not wait for each other: the low half takes in
/// its part of the term, the high half its own and the carry that has waited.
Halves deferred_sum(rtl::Builder& b, const Halves& sum, const Term& term);

/// acc + term, exact, then clamped to the range of acc.
rtl::Value saturating_sum(rtl::Builder& b, rtl::Value acc, const Term& term);

}  // namespace bitshed::mac
