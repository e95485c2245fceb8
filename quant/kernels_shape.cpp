// What moves elements or tells about shapes, and what reduces an axis.
#include <fmt/format.h>

#include <algorithm>

#include "quant/kernels.hpp"

namespace bitshed::quant {

namespace {

using List = std::vector<std::int64_t>;

at::Tensor to_tensor(const List& list) {
    at::Tensor made = at::empty({static_cast<std::int64_t>(list.size())}, at::kLong);
    std::copy(list.begin(), list.end(), made.data_ptr<std::int64_t>());
    return made;
}

at::Tensor reshape(const Node& node, const Inputs& inputs) {
    const at::Tensor& input = inputs[0];
    List shape = list_of(inputs, 1);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] != 0 || node.attributes.allow_zero) continue;
        if (static_cast<std::int64_t>(axis) >= input.dim())
            throw KernelError("a 0 in its shape stands for an axis that its input lacks");
        shape[axis] = input.size(static_cast<std::int64_t>(axis));
    }
    return input.reshape(shape);
}

at::Tensor flatten_at(const at::Tensor& input, std::int64_t given) {
    // The axis may be the number of axes: all of them are in the first.
    const std::int64_t axis = given == input.dim() ? given : axis_of(given, input.dim());
    std::int64_t outer = 1;
    for (std::int64_t at = 0; at < axis; ++at) outer *= input.size(at);
    return input.reshape({outer, outer == 0 ? 0 : input.numel() / outer});
}

at::Tensor permute(const at::Tensor& input, List permutation) {
    if (permutation.empty())
        for (std::int64_t axis = input.dim(); axis-- > 0;) permutation.push_back(axis);
    return input.permute(permutation);
}

at::Tensor squeeze(const Inputs& inputs) {
    const at::Tensor& input = inputs[0];
    List axes = list_of(inputs, 1);
    if (!input_or_none(inputs, 1).defined()) return input.squeeze();
    for (std::int64_t& axis : axes) axis = axis_of(axis, input.dim());
    List shape;
    for (std::int64_t axis = 0; axis < input.dim(); ++axis) {
        const bool goes = std::find(axes.begin(), axes.end(), axis) != axes.end();
        if (goes && input.size(axis) != 1)
            throw KernelError(
                fmt::format("axis {} that it drops has {} elements", axis, input.size(axis)));
        if (!goes) shape.push_back(input.size(axis));
    }
    return input.reshape(shape);
}

at::Tensor unsqueeze(const Inputs& inputs) {
    at::Tensor output = inputs[0];
    List axes = list_of(inputs, 1);
    const std::int64_t count = output.dim() + static_cast<std::int64_t>(axes.size());
    for (std::int64_t& axis : axes) axis = axis_of(axis, count);
    std::sort(axes.begin(), axes.end());
    for (const std::int64_t axis : axes) output = output.unsqueeze(axis);
    return output;
}

at::Tensor expand(const Inputs& inputs) {
    // Both are broadcast: a 1 in the shape keeps the input's extent.
    List shape = list_of(inputs, 1);
    const at::Tensor& input = inputs[0];
    while (static_cast<std::int64_t>(shape.size()) < input.dim()) shape.insert(shape.begin(), 1);
    const std::int64_t more = static_cast<std::int64_t>(shape.size()) - input.dim();
    for (std::int64_t axis = 0; axis < input.dim(); ++axis) {
        auto& extent = shape[static_cast<std::size_t>(axis + more)];
        if (extent == 1) extent = input.size(axis);
    }
    return input.expand(shape);
}

at::Tensor tell_shape(const Node& node, const at::Tensor& input) {
    const std::int64_t axes = input.dim();
    const auto place = [axes](std::int64_t axis) {
        return std::clamp<std::int64_t>(axis < 0 ? axis + axes : axis, 0, axes);
    };
    const std::int64_t first = place(node.attributes.start);
    const std::int64_t last = place(node.attributes.end.value_or(axes));
    List told;
    for (std::int64_t axis = first; axis < last; ++axis) told.push_back(input.size(axis));
    return to_tensor(told);
}

at::Tensor fill_shape(const Node& node, const Inputs& inputs) {
    const List shape = list_of(inputs, 0);
    const auto& fill = node.attributes.fill;
    if (!fill || fill->element == Element::real)
        return at::full(shape, fill ? fill->reals.front() : 0.0F, at::kFloat);
    return at::full(shape, fill->integers.front(),
                    fill->element == Element::boolean ? at::kBool : at::kLong);
}

at::Tensor count_up(const Inputs& inputs) {
    return at::arange(inputs[0].item(), inputs[1].item(), inputs[2].item(), inputs[0].options());
}

List reduced_axes(const Inputs& inputs, const at::Tensor& input) {
    List axes = list_of(inputs, 1);
    if (axes.empty())
        for (std::int64_t axis = 0; axis < input.dim(); ++axis) axes.push_back(axis);
    return axes;
}

at::Tensor soften(const Node& node, const at::Tensor& input) {
    const std::int64_t axis = axis_of(node.attributes.axis, input.dim());
    const auto apply = [&node](const at::Tensor& of, std::int64_t over) {
        return node.op == Op::softmax ? at::softmax(of, over) : at::log_softmax(of, over);
    };
    if (!node.attributes.flattened || axis == input.dim() - 1) return apply(input, axis);
    return apply(flatten_at(input, axis), 1).reshape(input.sizes());
}

}  // namespace

at::Tensor compute_reduction(const Node& node, Inputs& inputs) {
    const Attributes& attributes = node.attributes;
    switch (node.op) {
        case Op::reduce_mean:
        case Op::reduce_sum:
        case Op::reduce_max: {
            if (attributes.noop_without_axes && list_of(inputs, 1).empty()) return inputs[0];
            const List axes = reduced_axes(inputs, inputs[0]);
            if (node.op == Op::reduce_mean) return at::mean(inputs[0], axes, attributes.keep_dims);
            if (node.op == Op::reduce_sum) return at::sum(inputs[0], axes, attributes.keep_dims);
            return at::amax(inputs[0], axes, attributes.keep_dims);
        }
        case Op::arg_max:
            return at::argmax(inputs[0], axis_of(attributes.axis, inputs[0].dim()),
                              attributes.keep_dims);
        case Op::softmax:
        case Op::log_softmax:
            return soften(node, inputs[0]);
        default:
            return {};
    }
}

at::Tensor compute_shape(const Node& node, Inputs& inputs) {
    switch (node.op) {
        case Op::reshape:
            return reshape(node, inputs);
        case Op::flatten:
            return flatten_at(inputs[0], node.attributes.axis);
        case Op::transpose:
            return permute(inputs[0], node.attributes.permutation);
        case Op::squeeze:
            return squeeze(inputs);
        case Op::unsqueeze:
            return unsqueeze(inputs);
        case Op::expand:
            return expand(inputs);
        case Op::tile:
            return inputs[0].repeat(list_of(inputs, 1));
        case Op::shape:
            return tell_shape(node, inputs[0]);
        case Op::constant_of_shape:
            return fill_shape(node, inputs);
        case Op::range:
            return count_up(inputs);
        default:
            return {};
    }
}

}  // namespace bitshed::quant
