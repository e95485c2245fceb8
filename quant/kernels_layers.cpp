// Convolutions, products of matrices and norms.
#include <fmt/format.h>

#include "quant/kernels.hpp"

namespace bitshed::quant {

std::vector<std::int64_t> or_ones(const std::vector<std::int64_t>& given, std::size_t count) {
    if (given.empty()) return std::vector<std::int64_t>(count, 1);
    if (given.size() != count)
        throw KernelError(
            fmt::format("an attribute has {} numbers for {} axes", given.size(), count));
    return given;
}

Pads pads_of(const Attributes& attributes, at::IntArrayRef input, at::IntArrayRef kernel) {
    const std::size_t axes = kernel.size();
    if (input.size() != axes + 2)
        throw KernelError(
            fmt::format("its input has {} axes and its window {}", input.size(), axes));
    Pads pads{std::vector<std::int64_t>(axes, 0), std::vector<std::int64_t>(axes, 0)};
    if (attributes.padding == Padding::given) {
        if (attributes.pads.empty()) return pads;
        if (attributes.pads.size() != 2 * axes)
            throw KernelError(fmt::format("it has {} pads", attributes.pads.size()));
        for (std::size_t axis = 0; axis < axes; ++axis) {
            pads.begin[axis] = attributes.pads[axis];
            pads.end[axis] = attributes.pads[axis + axes];
        }
        return pads;
    }
    const auto strides = or_ones(attributes.strides, axes);
    const auto dilations = or_ones(attributes.dilations, axes);
    for (std::size_t axis = 0; axis < axes; ++axis) {
        const std::int64_t extent = input[axis + 2];
        const std::int64_t windows = (extent + strides[axis] - 1) / strides[axis];
        const std::int64_t reach = (kernel[axis] - 1) * dilations[axis] + 1;
        const std::int64_t lacking =
            std::max<std::int64_t>(0, (windows - 1) * strides[axis] + reach - extent);
        const std::int64_t less = lacking / 2;
        const bool upper = attributes.padding == Padding::same_upper;
        pads.begin[axis] = upper ? less : lacking - less;
        pads.end[axis] = upper ? lacking - less : less;
    }
    return pads;
}

at::Tensor pad_last_axes(const at::Tensor& input, const Pads& pads, double value) {
    std::vector<std::int64_t> from_last;
    for (std::size_t axis = pads.begin.size(); axis-- > 0;) {
        from_last.push_back(pads.begin[axis]);
        from_last.push_back(pads.end[axis]);
    }
    return at::constant_pad_nd(input, from_last, value);
}

at::Tensor channels_last(const at::Tensor& tensor) {
    if (tensor.dim() != 4) return tensor.contiguous();
    if (tensor.size(1) != 1) return tensor.contiguous(at::MemoryFormat::ChannelsLast);
    // One channel is contiguous either way; LibTorch looks at the strides to tell the layout.
    const at::Tensor dense = tensor.contiguous();
    const std::int64_t row = dense.size(3);
    const std::int64_t image = dense.size(2) * row;
    return dense.as_strided(dense.sizes(), {image, 1, row, 1});
}

namespace {

at::Tensor convolve(const Node& node, const Inputs& inputs) {
    const Attributes& attributes = node.attributes;
    const at::Tensor& weight = inputs[1];
    if (weight.dim() < 3) throw KernelError("its weight has less than 3 axes");
    const auto kernel = weight.sizes().slice(2);
    if (!attributes.kernel.empty() && at::IntArrayRef(attributes.kernel) != kernel)
        throw KernelError("its kernel_shape is not its weight's");
    at::Tensor input = inputs[0];
    Pads pads = pads_of(attributes, input.sizes(), kernel);
    if (pads.begin != pads.end) {
        // LibTorch pads both ends alike.
        input = pad_last_axes(input, pads, 0);
        std::fill(pads.begin.begin(), pads.begin.end(), 0);
    }
    return at::convolution(channels_last(input), weight, input_or_none(inputs, 2),
                           or_ones(attributes.strides, kernel.size()), pads.begin,
                           or_ones(attributes.dilations, kernel.size()), false,
                           std::vector<std::int64_t>(kernel.size(), 0), attributes.groups);
}

at::Tensor multiply_matrices(const Node& node, const Inputs& inputs) {
    const Attributes& attributes = node.attributes;
    const at::Tensor bias = input_or_none(inputs, 2);
    if (inputs[0].dim() != 2 || inputs[1].dim() != 2)
        throw KernelError("its inputs are no matrices");
    const at::Tensor a = attributes.transpose_a ? inputs[0].t() : inputs[0];
    const at::Tensor b = attributes.transpose_b ? inputs[1].t() : inputs[1];
    if (!bias.defined()) {
        at::Tensor product = at::mm(a, b);
        return attributes.alpha == 1 ? product : product.mul_(attributes.alpha);
    }
    return at::addmm(bias, a, b, attributes.beta, attributes.alpha);
}

at::Tensor normalize_layer(const Node& node, const Inputs& inputs) {
    const at::Tensor& input = inputs[0];
    const at::Tensor bias = input_or_none(inputs, 2);
    const std::int64_t axis = axis_of(node.attributes.axis, input.dim());
    const auto normalized = input.sizes().slice(static_cast<std::size_t>(axis));
    const bool alike =
        inputs[1].sizes() == normalized && (!bias.defined() || bias.sizes() == normalized);
    if (alike) return at::layer_norm(input, normalized, inputs[1], bias, node.attributes.epsilon);
    // Scale and bias that are broadcast.
    at::Tensor output =
        at::layer_norm(input, normalized, {}, {}, node.attributes.epsilon) * inputs[1];
    return bias.defined() ? output + bias : output;
}

}  // namespace

at::Tensor compute_layer(const Node& node, Inputs& inputs) {
    switch (node.op) {
        case Op::conv:
            return convolve(node, inputs);
        case Op::gemm:
            return multiply_matrices(node, inputs);
        case Op::matmul:
            return at::matmul(inputs[0], inputs[1]);
        case Op::batch_norm:
            return at::batch_norm(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], false, 0,
                                  node.attributes.epsilon, false);
        case Op::layer_norm:
            return normalize_layer(node, inputs);
        default:
            return {};
    }
}

}  // namespace bitshed::quant
