// The sum as a value of another format, rounded once, beside the accumulator.
#pragma once

#include <optional>

#include "mac/lane.hpp"
#include "mac/spec.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// The result code of a grid accumulator; `flags` where special_q exists.
rtl::Value result_of_grid(rtl::Builder& b, const MacSpec& spec, rtl::Value acc,
                          const std::optional<Flags>& flags);

/// The result code of a float accumulator's code. `lost_nan`: it met a NaN that it cannot hold.
rtl::Value result_of_float(rtl::Builder& b, const MacSpec& spec, rtl::Value acc,
                           const std::optional<rtl::Value>& lost_nan);

}  // namespace bitshed::mac
