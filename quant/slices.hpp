// How a tensor in row-major order falls apart into the slices that have a scale of their own: one
// for each index of an axis, or the whole tensor as a single one.
#pragma once

#include <cstddef>
#include <span>

#include "support/result.hpp"

namespace bitshed::quant {

/// Element (o, k, i) stands at (o * count + k) * inner + i; slice k is all of those with the same
/// k.
struct Slices {
    std::size_t outer = 1;  ///< the product of the lengths before the axis
    std::size_t count = 1;  ///< the length of the axis: so many slices, so many scales
    std::size_t inner = 0;  ///< the product of the lengths behind the axis

    [[nodiscard]] std::size_t size() const { return outer * count * inner; }
    /// Elements of a slice.
    [[nodiscard]] std::size_t slice_size() const { return outer * inner; }

    friend bool operator==(const Slices&, const Slices&) = default;
};

/// The whole tensor as one slice.
constexpr Slices whole(std::size_t size) {
    return {.outer = 1, .count = 1, .inner = size};
}

/// The slices along axis `axis` of a tensor of this shape; a negative axis counts from the end, as
/// numpy's do. Error (request): the shape has no such axis.
Result<Slices> along_axis(std::span<const std::size_t> shape, int axis);

}  // namespace bitshed::quant
