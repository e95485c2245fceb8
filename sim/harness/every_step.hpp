// Every step of a small rounded accumulator, as one walk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "golden/unit.hpp"

namespace bitshed::harness {

/// A cycle of the walk: a clear, or a pair of codes.
struct WalkStep {
    enum class Kind { clear, pair } kind = Kind::clear;
    std::uint32_t w = 0;
    std::uint32_t a = 0;
    bool operator==(const WalkStep&) const = default;
};

/// The most steps that are walked: codes of the accumulator times pairs of codes.
inline constexpr std::size_t most_walked_steps = std::size_t{1} << 18;

/// A walk, from the state after a clear, in which every finite pair of codes is added to every
/// state that sums of finite pairs lead to, at least once each. For units of one lane with a float
/// accumulator, where the steps are no more than `most_walked_steps`; of others an empty walk.
std::vector<WalkStep> walk_every_step(const golden::Unit& unit);

}  // namespace bitshed::harness
