// The products of two lanes by one *.
#pragma once

#include <memory>
#include <utility>

#include "mac/multiply.hpp"

namespace bitshed::mac {

/// How wide the factors of a * may be that makes two products: 16 bits, as in the DSP blocks of
/// iCE40; those of other targets take more.
constexpr unsigned greatest_packed_factor = 16;

/// Whether the products of two such pairs of factors come out of one *: they keep clear of each
/// other and of what else is in it, and its factors are no wider than greatest_packed_factor.
bool can_be_packed(const format::Format& weight, const format::Format& activation);

/// Multipliers of two lanes, the first one's of `low`, by one * that the first makes: of
/// (high << k) + low of both operands, k one more than the bits of a product. The product of the
/// lows stands at place 0, that of the highs at 2 k, and what they make across in between.
std::pair<std::unique_ptr<Multiplier>, std::unique_ptr<Multiplier>> packed_multipliers(
    rtl::Builder& b, const Factors& low, const Factors& high);

}  // namespace bitshed::mac
