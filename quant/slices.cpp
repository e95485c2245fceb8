#include "quant/slices.hpp"

#include <fmt/format.h>

namespace bitshed::quant {

Result<Slices> along_axis(std::span<const std::size_t> shape, int axis) {
    const int rank = static_cast<int>(shape.size());
    if (axis < -rank || axis >= rank) {
        const std::string allowed =
            rank == 0 ? std::string("none: a single number has no axis")
                      : fmt::format("0 to {}, or -{} to -1, counted from the end", rank - 1, rank);
        return Error(ErrorKind::request,
                     fmt::format("axis {}: the tensor has {} of them", axis, rank), allowed);
    }
    const auto place = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
    Slices slices{.outer = 1, .count = shape[place], .inner = 1};
    for (std::size_t at = 0; at < place; ++at) slices.outer *= shape[at];
    for (std::size_t at = place + 1; at < shape.size(); ++at) slices.inner *= shape[at];
    return slices;
}

}  // namespace bitshed::quant
