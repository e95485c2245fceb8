// A run that brings a unit to a given sum and then gives it a given pair.
#pragma once

#include <optional>
#include <vector>

#include "golden/unit.hpp"
#include "proof/refute.hpp"

namespace bitshed::proof {

/// What a solver's answer says: the sum before a pair, and the pair.
struct Situation {
    std::vector<char> accumulator, weight, activation;  ///< codes, least bit first
};

/// A run from a clear or a reset that ends with the situation and shows what comes of it. Nothing
/// where none is found: products are added greedily, by the golden model's account.
std::optional<std::vector<GivenCycle>> steer(const golden::Unit& unit, const Sides& sides,
                                             const Situation& wanted);

}  // namespace bitshed::proof
