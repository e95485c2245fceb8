// What takes elements out of tensors and puts them together.
#include <fmt/format.h>

#include <algorithm>

#include "quant/kernels.hpp"

namespace bitshed::quant {

namespace {

using List = std::vector<std::int64_t>;

at::Tensor gather(const Node& node, const Inputs& inputs) {
    const at::Tensor& input = inputs[0];
    const at::Tensor& indices = inputs[1];
    const std::int64_t axis = axis_of(node.attributes.axis, input.dim());
    const std::int64_t extent = input.size(axis);
    // Negative ones count from the end.
    const at::Tensor counted = at::where(indices.lt(0), indices + extent, indices).reshape({-1});
    List shape = input.sizes().slice(0, static_cast<std::size_t>(axis)).vec();
    for (const std::int64_t of_indices : indices.sizes()) shape.push_back(of_indices);
    for (const std::int64_t behind : input.sizes().slice(static_cast<std::size_t>(axis) + 1))
        shape.push_back(behind);
    return at::index_select(input, axis, counted).reshape(shape);
}

/// One axis of a slice: ends are clamped as numpy does, steps may be negative.
at::Tensor slice_axis(const at::Tensor& input, std::int64_t axis, std::int64_t start,
                      std::int64_t end, std::int64_t step) {
    const std::int64_t extent = input.size(axis);
    const auto place = [extent](std::int64_t index, std::int64_t least, std::int64_t most) {
        return std::clamp(index < 0 ? index + extent : index, least, most);
    };
    if (step == 0) throw KernelError("a step is 0");
    if (step > 0)
        return at::slice(input, axis, place(start, 0, extent), place(end, 0, extent), step);
    const std::int64_t first = place(start, -1, extent - 1);
    // -1 stands for "before the first", which counted from the end is below -extent.
    const std::int64_t last = place(end, -1, extent - 1);
    List taken;
    for (std::int64_t index = first; index > last; index += step) taken.push_back(index);
    at::Tensor indices = at::empty({static_cast<std::int64_t>(taken.size())}, at::kLong);
    std::copy(taken.begin(), taken.end(), indices.data_ptr<std::int64_t>());
    return at::index_select(input, axis, indices);
}

at::Tensor slice(const Inputs& inputs) {
    at::Tensor output = inputs[0];
    const List starts = list_of(inputs, 1);
    const List ends = list_of(inputs, 2);
    List axes = list_of(inputs, 3);
    List steps = list_of(inputs, 4);
    if (axes.empty())
        for (std::size_t axis = 0; axis < starts.size(); ++axis)
            axes.push_back(static_cast<std::int64_t>(axis));
    if (steps.empty()) steps.assign(starts.size(), 1);
    if (ends.size() != starts.size() || axes.size() != starts.size() ||
        steps.size() != starts.size())
        throw KernelError("its starts, ends, axes and steps are not equally many");
    for (std::size_t at = 0; at < starts.size(); ++at)
        output =
            slice_axis(output, axis_of(axes[at], output.dim()), starts[at], ends[at], steps[at]);
    return output;
}

/// Elements beyond the ends of an axis: mirrored, or the last one again.
at::Tensor pad_axis(const at::Tensor& input, std::int64_t axis, std::int64_t begin,
                    std::int64_t end, PadMode mode) {
    const std::int64_t extent = input.size(axis);
    if (extent == 0 || (mode == PadMode::reflect && std::max(begin, end) >= extent))
        throw KernelError("it reflects more elements than there are");
    at::Tensor indices = at::empty({std::max<std::int64_t>(0, extent + begin + end)}, at::kLong);
    for (std::int64_t at = 0; at < indices.numel(); ++at) {
        std::int64_t from = at - begin;
        if (mode == PadMode::edge) from = std::clamp<std::int64_t>(from, 0, extent - 1);
        if (from < 0) from = -from;
        if (from >= extent) from = 2 * (extent - 1) - from;
        indices.data_ptr<std::int64_t>()[at] = from;
    }
    return at::index_select(input, axis, indices);
}

at::Tensor pad(const Node& node, const Inputs& inputs) {
    const at::Tensor& input = inputs[0];
    const List given = list_of(inputs, 1);
    List axes = list_of(inputs, 3);
    if (axes.empty())
        for (std::int64_t axis = 0; axis < input.dim(); ++axis) axes.push_back(axis);
    if (given.size() != 2 * axes.size())
        throw KernelError(fmt::format("it has {} pads for {} axes", given.size(), axes.size()));
    Pads pads{List(static_cast<std::size_t>(input.dim()), 0),
              List(static_cast<std::size_t>(input.dim()), 0)};
    for (std::size_t at = 0; at < axes.size(); ++at) {
        const auto axis = static_cast<std::size_t>(axis_of(axes[at], input.dim()));
        pads.begin[axis] = given[at];
        pads.end[axis] = given[at + axes.size()];
    }
    if (node.attributes.pad_mode == PadMode::constant) {
        const at::Tensor value = input_or_none(inputs, 2);
        return pad_last_axes(input, pads, value.defined() ? value.item().toDouble() : 0.0);
    }
    at::Tensor output = input;
    for (std::int64_t axis = 0; axis < input.dim(); ++axis) {
        const auto at = static_cast<std::size_t>(axis);
        if (pads.begin[at] != 0 || pads.end[at] != 0)
            output = pad_axis(output, axis, pads.begin[at], pads.end[at], node.attributes.pad_mode);
    }
    return output;
}

}  // namespace

at::Tensor compute_selection(const Node& node, Inputs& inputs) {
    switch (node.op) {
        case Op::gather:
            return gather(node, inputs);
        case Op::concat:
            return at::cat(inputs, axis_of(node.attributes.axis, inputs[0].dim()));
        case Op::slice:
            return slice(inputs);
        case Op::pad:
            return pad(node, inputs);
        default:
            return {};
    }
}

std::vector<at::Tensor> compute_split(const Node& node, Inputs& inputs) {
    const std::int64_t axis = axis_of(node.attributes.axis, inputs[0].dim());
    const std::int64_t extent = inputs[0].size(axis);
    List sizes = list_of(inputs, 1);
    if (sizes.empty()) {
        // Equal parts, the last one smaller where that does not come out even.
        const auto parts = static_cast<std::int64_t>(node.outputs.size());
        const std::int64_t part = (extent + parts - 1) / parts;
        for (std::int64_t at = 0; at < parts; ++at)
            sizes.push_back(std::clamp<std::int64_t>(extent - at * part, 0, part));
    }
    if (sizes.size() != node.outputs.size())
        throw KernelError("it has not as many parts as outputs");
    return at::split_with_sizes(inputs[0], sizes, axis);
}

}  // namespace bitshed::quant
