#include "mac/stages.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace bitshed::mac {

namespace {

std::vector<int> stages_up_to(int end) {
    std::vector<int> stages(static_cast<std::size_t>(end));
    std::iota(stages.begin(), stages.end(), 0);
    return stages;
}

StagePlan plan_with(const MacSpec& spec, const LanePlan& lane, int stages) {
    if (stages == 0) return {{0}, 0, 0, 0, 0};
    const int most = static_cast<int>(most_parts_of_multiplier(spec, lane));
    const int lane_adders = spec.lanes > 1 ? 1 : 0;
    if (!lane.moves) {
        const int ends = std::max(stages - lane_adders, 1);
        const int add_lanes = lane_adders == 1 ? ends : stages;
        if (most == 1) return {{stages < 3 ? 0 : 1}, 0, 0, add_lanes, stages};
        return {stages_up_to(std::min(ends, most)), 0, 0, add_lanes, stages};
    }
    if (stages < 3) return {{0}, 1, 1, lane_adders == 1 ? 1 : stages, stages};
    if (lane_adders == 1 && stages == 3) return {{0}, 1, 1, 2, 3};
    const std::vector<int> multiply = most == 1 ? std::vector<int>{1} : std::vector<int>{0, 1};
    if (lane_adders == 1) return {multiply, 2, 2, 3, 4};
    return {multiply, 2, std::min(stages - 1, 3), stages, stages};
}

}  // namespace

StagePlan plan_stages(const MacSpec& spec, const LanePlan& lane) {
    if (spec.architecture.carry != Carry::retimed) return plan_with(spec, lane, spec.stages);
    StagePlan plan = plan_with(spec, lane, spec.stages + 1);
    for (int* stage : {&plan.align, &plan.place, &plan.add_lanes, &plan.accumulate})
        *stage = std::min(*stage, spec.stages);
    for (int& stage : plan.multiply) stage = std::min(stage, spec.stages);
    return plan;
}

}  // namespace bitshed::mac
