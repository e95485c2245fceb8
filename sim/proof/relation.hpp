// Which register of the judged circuit holds what a register of the reference holds. It is guessed
// here, by looking at outputs and simulating; the induction proves it or fails.
#pragma once

#include <vector>

#include "proof/sides.hpp"

namespace bitshed::proof {

struct Pair {
    std::size_t judged = 0;     ///< index of a register
    std::size_t reference = 0;  ///< index of a register
    bool complemented = false;  ///< they hold opposite values
};

/// A register of either side is in one pair at most.
struct Relation {
    /// What such a register takes depends on registers of this list and on inputs alone.
    std::vector<Pair> always;
    /// The others: what they take depends on the pipeline too.
    std::vector<Pair> late;
};

Relation guess_relation(const Sides& sides);

}  // namespace bitshed::proof
