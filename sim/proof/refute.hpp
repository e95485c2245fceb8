// A run that shows a difference: found by simulation, judged by the golden model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "golden/unit.hpp"
#include "proof/simulate.hpp"

namespace bitshed::proof {

/// What a unit is given in a cycle, by role; least bit first.
using GivenCycle = std::map<std::string, std::vector<char>>;

/// From a clear or a reset on, a run at whose end an output is wrong.
struct Difference {
    std::vector<GivenCycle> given;  ///< the last cycle's inputs stand beside the outputs
    std::string role;               ///< of the output
    std::string judged;             ///< its code, in hex
    std::string reference;
};

/// The earliest difference in random runs of so many cycles, 64 at a time. Of the handshakes' sums
/// only those that are shown count.
std::optional<Difference> search(const Sides& sides, std::size_t cycles, std::uint64_t seed,
                                 const std::vector<Motif>& motifs);

/// The difference in one given run, which begins with a clear or a reset.
std::optional<Difference> follow(const Sides& sides, const std::vector<GivenCycle>& given);

/// What the golden model shows at the end of a run on accumulator, special and result, in hex;
/// nothing on other ports, and where no sum is shown.
std::optional<std::string> golden_says(const golden::Unit& unit, const Sides& sides,
                                       const Difference& difference);

/// A value in hex, as wide as it is.
std::string hex(const std::vector<char>& bits);

}  // namespace bitshed::proof
