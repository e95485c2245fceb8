// Where a unit's pipeline registers stand.
#pragma once

#include <vector>

#include "mac/lane.hpp"

namespace bitshed::mac {

/// On which pipeline stage each part of the datapath works.
struct StagePlan {
    std::vector<int> multiply;  ///< a stage for each part of the multiplier
    int align, place, add_lanes, accumulate;
};

/// Where products move, the first register goes behind the product, the next before the
/// accumulator; then the multiplier is cut in two, or from the decoder where it is too small for
/// that, and the shifter or the lanes' adders are. Where products do not move, all registers but
/// those before lanes' adders and accumulator cut the multiplier; it stands behind the second where
/// it cannot be cut. A sum that comes from an adder (Carry::retimed) leaves a stage more to what is
/// before it: what waits is a register of the accumulator's stage, and stands where another unit
/// has its last stage's.
StagePlan plan_stages(const MacSpec& spec, const LanePlan& lane);

}  // namespace bitshed::mac
