// One step of a float accumulator: acc + the exact sum of the lanes, rounded once.
#pragma once

#include <optional>

#include "mac/lane.hpp"
#include "mac/spec.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// The state of a float accumulator and what a step adds.
struct FloatStep {
    rtl::Value acc;                      ///< the code, named; 0 where a sum begins
    Term sum;                            ///< of the lanes, on the grid
    rtl::Value only_negative_zeros;      ///< every lane's product is -0
    std::optional<Flags> flags;          ///< of the lanes together
    std::optional<rtl::Value> lost_nan;  ///< a NaN was met that the format cannot hold
};

struct FloatSum {
    rtl::Value code;
    std::optional<rtl::Value> lost_nan;  ///< the same, after the step
};

/// Whether a step can meet a NaN that the accumulator's format cannot hold.
bool can_lose_nan(const MacSpec& spec);

/// The port special_o of a float accumulator: 0 finite, 1 +infinity, 2 -infinity, 3 NaN.
rtl::Value special_of_float(rtl::Builder& b, const format::Format& format, rtl::Value acc,
                            const std::optional<rtl::Value>& lost_nan);

FloatSum add_and_round(rtl::Builder& b, const MacSpec& spec, const FloatStep& step);

}  // namespace bitshed::mac
