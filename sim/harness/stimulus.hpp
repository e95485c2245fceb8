// What a unit is given, cycle by cycle. docs/verification.md says why these cycles.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "golden/unit.hpp"
#include "harness/aimed_sums.hpp"
#include "harness/layout.hpp"

namespace bitshed::harness {

struct StimulusOptions {
    std::uint64_t seed = 1;
    std::size_t random_cycles = 8192;      ///< of the random phase, and of the crowded one
    std::size_t extreme_cycles = 200'000;  ///< no run of equal products is longer
    std::size_t range_cycles = 32'768;     ///< of the sums of every size that a result is shown
    std::size_t aimed_cycles = 65'536;     ///< of the sums beside ties that a result is shown
    /// Sums that somebody gave, none of them empty, of finite pairs or not; a step has a pair a
    /// lane, the last of a sum zeros where there is none.
    std::vector<std::vector<Pair>> given_sums;
};

/// Rows of Layout::stimulus_words words. In order: a few random cycles without a clear, for the
/// unit's state is unknown; every pair of codes in every lane; every step of a small rounded
/// accumulator (every_step.hpp), where no handshake hides the sums on the way; runs of the extreme
/// products; where there is a result, sums of every size and sums beside its ties; the sums that
/// were given; random sequences; with a handshake, short sums with gaps at an output that is held
/// up every other cycle; and as many cycles as the last pair takes to show.
struct Stimulus {
    std::vector<std::uint32_t> words;
    std::size_t rows = 0;
    std::size_t pairs_begin = 0;  ///< the rows of the phase in which pairs count as visited
    std::size_t pairs_end = 0;
    std::vector<std::size_t>
        given_ends;                     ///< the rows in which the given sums have their last pairs
    std::uint64_t given_products = 0;   ///< of all these sums
    std::int64_t extreme_products = 0;  ///< the most equal products summed: `terms` if it could be
};

/// `latency` is the manifest's.
Stimulus make_stimulus(const golden::Unit& unit, const Layout& layout, int latency,
                       const StimulusOptions& options);

}  // namespace bitshed::harness
