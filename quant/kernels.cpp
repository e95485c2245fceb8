#include "quant/kernels.hpp"

#include <fmt/format.h>

namespace bitshed::quant {

at::Tensor input_or_none(const Inputs& inputs, std::size_t slot) {
    return slot < inputs.size() ? inputs[slot] : at::Tensor();
}

std::vector<std::int64_t> list_of(const Inputs& inputs, std::size_t slot) {
    const at::Tensor list = input_or_none(inputs, slot);
    if (!list.defined()) return {};
    if (list.scalar_type() != at::kLong || list.dim() > 1)
        throw KernelError("an input that should be a list of integers is none");
    const at::Tensor dense = list.contiguous();
    const auto* first = dense.data_ptr<std::int64_t>();
    return {first, first + dense.numel()};
}

std::int64_t axis_of(std::int64_t axis, std::int64_t axes) {
    const std::int64_t counted = axis < 0 ? axis + axes : axis;
    if (counted < 0 || counted >= axes)
        throw KernelError(fmt::format("there is no axis {} of {}", axis, axes));
    return counted;
}

bool is_sole_owner(const at::Tensor& tensor) {
    return tensor.use_count() == 1 && tensor.storage().use_count() == 1 &&
           tensor.is_non_overlapping_and_dense();
}

std::vector<at::Tensor> compute(const Node& node, Inputs inputs) {
    if (node.op == Op::split) return compute_split(node, inputs);
    if (node.outputs.size() != 1) throw KernelError("its further outputs are not supported");
    for (const auto group : {compute_layer, compute_pool, compute_unary, compute_binary,
                             compute_reduction, compute_shape, compute_selection}) {
        at::Tensor output = group(node, inputs);
        if (output.defined()) return {std::move(output)};
    }
    throw KernelError("no kernel computes it");
}

}  // namespace bitshed::quant
