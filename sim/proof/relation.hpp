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

/// A register of the reference that holds what an output of the judged circuit shows, a function of
/// its registers alone: the sum of one that keeps it in parts.
struct Shown {
    Literal judged = 0;         ///< of the judged netlist
    std::size_t reference = 0;  ///< index of a register
};

/// A register of either side is in one pair at most.
struct Relation {
    /// What such a register takes depends on registers of this list and on inputs alone.
    std::vector<Pair> always;
    /// The others: what they take depends on the pipeline too.
    std::vector<Pair> late;
    /// Such as are in no pair, and the judged circuit's registers that they are shown by.
    std::vector<Shown> shown;
    std::vector<std::size_t> showing;
};

Relation guess_relation(const Sides& sides);

}  // namespace bitshed::proof
