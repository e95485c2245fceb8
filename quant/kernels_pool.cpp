// Pooling over windows of two axes.
#include "quant/kernels.hpp"

namespace bitshed::quant {

namespace {

/// A pool's window on its input, which is padded by hand where LibTorch cannot: at both ends
/// differently, or by more than half a window.
struct Window {
    std::vector<std::int64_t> kernel;
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;
    Pads pads;
    std::vector<std::int64_t> beyond;  ///< further padding at the end that ceil_mode asks for
};

Window window_of(const Node& node, const at::Tensor& input) {
    const Attributes& attributes = node.attributes;
    if (attributes.kernel.size() != 2 || input.dim() != 4)
        throw KernelError("only pools over two axes of N C H W are supported");
    Window window;
    window.kernel = attributes.kernel;
    window.strides = or_ones(attributes.strides, 2);
    window.dilations = or_ones(attributes.dilations, 2);
    window.pads = pads_of(attributes, input.sizes(), window.kernel);
    window.beyond.assign(2, 0);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        if (window.kernel[axis] < 1 || window.strides[axis] < 1)
            throw KernelError("its window or stride is below 1");
        if (!attributes.ceil_mode) continue;
        const std::int64_t extent = input.size(static_cast<std::int64_t>(axis) + 2);
        const std::int64_t stride = window.strides[axis];
        const std::int64_t reach = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
        const std::int64_t padded = extent + window.pads.begin[axis] + window.pads.end[axis];
        std::int64_t windows = (padded - reach + stride - 1) / stride + 1;
        // A window that would begin behind the input is none.
        if ((windows - 1) * stride >= extent + window.pads.begin[axis]) --windows;
        window.beyond[axis] = std::max<std::int64_t>(0, (windows - 1) * stride + reach - padded);
    }
    return window;
}

Pads with_beyond(const Window& window) {
    Pads pads = window.pads;
    for (std::size_t axis = 0; axis < 2; ++axis) pads.end[axis] += window.beyond[axis];
    return pads;
}

at::Tensor pool_maximum(const Node& node, const at::Tensor& input) {
    const Window window = window_of(node, input);
    const Pads pads = with_beyond(window);
    const bool plain = pads.begin == pads.end && pads.begin[0] <= window.kernel[0] / 2 &&
                       pads.begin[1] <= window.kernel[1] / 2;
    if (plain)
        return at::max_pool2d(input, window.kernel, window.strides, pads.begin, window.dilations);
    return at::max_pool2d(pad_last_axes(input, pads, -std::numeric_limits<double>::infinity()),
                          window.kernel, window.strides, {0, 0}, window.dilations);
}

at::Tensor pool_average(const Node& node, const at::Tensor& input) {
    const Window window = window_of(node, input);
    if (window.dilations != std::vector<std::int64_t>{1, 1})
        throw KernelError("an average over a dilated window is not supported");
    const Pads pads = with_beyond(window);
    const bool counted = node.attributes.count_include_pad;
    const bool plain = pads.begin == pads.end && window.beyond == std::vector<std::int64_t>{0, 0} &&
                       pads.begin[0] <= window.kernel[0] / 2 &&
                       pads.begin[1] <= window.kernel[1] / 2;
    if (plain)
        return at::avg_pool2d(input, window.kernel, window.strides, pads.begin, false, counted);
    const auto sums = [&](const at::Tensor& padded) {
        return at::avg_pool2d(padded, window.kernel, window.strides, {0, 0}, false, true, 1);
    };
    // How many elements count in each window: ones where the input is (and, if they count, the
    // pads), zeros beyond.
    at::Tensor ones = at::ones({1, 1, input.size(2), input.size(3)}, input.options());
    if (counted) {
        ones = pad_last_axes(ones, window.pads, 1);
        ones = pad_last_axes(ones, {{0, 0}, window.beyond}, 0);
    } else {
        ones = pad_last_axes(ones, pads, 0);
    }
    return sums(pad_last_axes(input, pads, 0)) / sums(ones);
}

std::vector<std::int64_t> spatial_axes(const at::Tensor& input) {
    std::vector<std::int64_t> axes;
    for (std::int64_t axis = 2; axis < input.dim(); ++axis) axes.push_back(axis);
    if (axes.empty()) throw KernelError("its input has no spatial axes");
    return axes;
}

}  // namespace

at::Tensor compute_pool(const Node& node, Inputs& inputs) {
    switch (node.op) {
        case Op::average_pool:
            return pool_average(node, inputs[0]);
        case Op::max_pool:
            return pool_maximum(node, inputs[0]);
        case Op::global_average_pool:
            return at::mean(inputs[0], spatial_axes(inputs[0]), true);
        case Op::global_max_pool:
            return at::amax(inputs[0], spatial_axes(inputs[0]), true);
        default:
            return {};
    }
}

}  // namespace bitshed::quant
