// Sums aimed at the ties of a result's rounding, and the products that make them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "golden/unit.hpp"
#include "support/random.hpp"

namespace bitshed::harness {

/// A pair of operand codes.
struct Pair {
    std::uint32_t w = 0;
    std::uint32_t a = 0;
};

/// The finite products of a unit, in units of 2^product_exponent.
class Products {
  public:
    explicit Products(const golden::Unit& unit);

    /// Pairs whose products add up to `sum` exactly, the greatest first; nothing where it would
    /// take more than `most`.
    [[nodiscard]] std::optional<std::vector<Pair>> adding_up_to(golden::Integer sum,
                                                                std::size_t most) const;

  private:
    struct Entry {
        golden::Integer product;
        Pair pair;
    };
    std::vector<Entry> entries_;  // by product, each product once
};

/// Magnitudes that the result of a unit on a grid rounds from a tie or from one bit beside it: for
/// every place of the leading bit below `bits` and every bit that rounding drops, a tie with that
/// bit set and an even code above it; and the ties themselves above even and odd codes. In units of
/// 2^product_exponent, in random order. None where the result drops nothing.
std::vector<golden::Integer> sums_beside_ties(const golden::Unit& unit, int bits, Random& random);

}  // namespace bitshed::harness
