#include "quant/layer_codes.hpp"

#include <cmath>

#include "quant/executor.hpp"
#include "quant/kernels.hpp"
#include "quant/techniques/weight_matrix.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

Quantizer quantizer_of(const format::Format& format) {
    const auto made = Quantizer::make(format);
    check(made.ok(), "a format that is in a graph can be quantized to");
    return made.value();
}

/// One operand of a layer: codes and their values in its own shape.
struct Operand {
    format::Format format;
    std::vector<float> scales;  // one, or one an output channel
    at::Tensor codes;
    at::Tensor values;
    std::size_t differing = 0;
};

/// What fake quantization made, taken back to codes. The numbers are value * scale, rounded once,
/// so far from the rounding boundaries of the format that the quantizer finds the value again;
/// where it does not, that is counted.
Operand encoded(const at::Tensor& numbers, const format::Format& format, const Slices& slices,
                std::vector<float> scales) {
    const at::Tensor dense =
        numbers.is_non_overlapping_and_dense() ? numbers : numbers.contiguous();
    const auto size = static_cast<std::size_t>(dense.numel());
    Operand operand;
    operand.format = format;
    operand.codes = at::empty_like(dense, at::kByte);
    operand.values = at::empty_like(dense);
    const Quantizer quantizer = quantizer_of(format);
    const std::span<const float> given{dense.data_ptr<float>(), size};
    const std::span<std::uint8_t> codes{operand.codes.data_ptr<std::uint8_t>(), size};
    const std::span<float> values{operand.values.data_ptr<float>(), size};
    const auto done = quantizer.encode(given, slices, scales, codes);
    check(done.ok(), "what was quantized holds no NaN that its format lacks");
    quantizer.decode(codes, slices, scales, values);
    for (std::size_t at = 0; at < size; ++at)
        if (values[at] != given[at] && !(std::isnan(values[at]) && std::isnan(given[at])))
            ++operand.differing;
    quantizer.decode(codes, 1.0F, values);
    operand.scales = std::move(scales);
    return operand;
}

/// The quantization of the fake_quantize node that makes a value; nothing where another does.
const Quantization* quantization_of(const Graph& graph, ValueId value) {
    const auto producer = producer_of(graph, value);
    if (!producer) return nullptr;
    const auto& quantization = graph.nodes[index(*producer)].attributes.quantization;
    return graph.nodes[index(*producer)].op == Op::fake_quantize ? &*quantization : nullptr;
}

Operand operand_of(const Graph& graph, const LayerPlan& plan, int slot, const at::Tensor& input) {
    const Layer& layer = plan.layer;
    const ValueId value = graph.nodes[index(layer.node)].inputs[index(slot)];
    if (const Tensor* constant = graph.constant(value)) {
        const Slices slices =
            layer.has_weight() ? weight_slices(graph, layer) : whole(constant->reals.size());
        return encoded(to_tensor(*constant), *plan.weight, slices, plan.weight_scales);
    }
    const Quantization& how = *quantization_of(graph, value);
    return encoded(input, how.format, whole(static_cast<std::size_t>(input.numel())), {how.scale});
}

/// Sums and results from the shape that the layer gives them: groups x columns x rows.
at::Tensor by_sum(const Layer& layer, std::int64_t groups, std::int64_t rows,
                  const at::Tensor& output) {
    if (layer.kind != LayerKind::conv) return output.reshape({groups, -1, rows}).contiguous();
    // N (groups rows) H W becomes groups (N H W) rows.
    const at::Tensor split = output.unflatten(1, {groups, rows});
    std::vector<std::int64_t> order = {1, 0};
    for (std::int64_t axis = 3; axis < split.dim(); ++axis) order.push_back(axis);
    order.push_back(2);
    return split.permute(order).reshape({groups, -1, rows}).contiguous();
}

/// A stack of matrices with the stack's axes broadcast to those of the result: groups x ... x ...
at::Tensor stacked(const at::Tensor& matrices, at::IntArrayRef stack) {
    std::vector<std::int64_t> shape = stack.vec();
    shape.push_back(matrices.size(-2));
    shape.push_back(matrices.size(-1));
    return matrices.expand(shape).reshape({-1, shape[shape.size() - 2], shape.back()});
}

/// The codes of both operands, a sum's side by side.
void lay_out(const Node& node, const Layer& layer, const Operand& weight, const Operand& activation,
             LayerCodes& codes) {
    if (layer.kind == LayerKind::conv) {
        const std::int64_t groups = node.attributes.groups;
        codes.weights =
            weight.codes.contiguous().reshape({groups, weight.codes.size(0) / groups, -1});
        codes.activations =
            windows_of(node.attributes, activation.codes, weight.codes.sizes().slice(2));
    } else if (layer.has_weight()) {
        const at::Tensor turned = layer.output_axis == 0 ? weight.codes : weight.codes.t();
        const at::Tensor rows =
            node.attributes.transpose_a ? activation.codes.t() : activation.codes;
        codes.weights = turned.unsqueeze(0);
        codes.activations = rows.reshape({1, -1, rows.size(-1)});
    } else {
        at::Tensor left = activation.codes;
        at::Tensor right = weight.codes;
        if (left.dim() == 1) left = left.unsqueeze(0);
        if (right.dim() == 1) right = right.unsqueeze(1);
        const auto stack = at::infer_size(left.sizes().slice(0, left.sizes().size() - 2),
                                          right.sizes().slice(0, right.sizes().size() - 2));
        codes.activations = stacked(left, stack);
        codes.weights = stacked(right, stack).transpose(1, 2);
    }
    codes.weights = codes.weights.contiguous();
    codes.activations = codes.activations.contiguous();
}

/// The node without what is not a sum of products.
Node kernel_of(const Node& node) {
    Node kernel = node;
    kernel.inputs.resize(2);
    kernel.attributes.alpha = 1;
    kernel.attributes.beta = 1;
    return kernel;
}

/// What the node adds, in the shape of its output; undefined where it adds nothing.
at::Tensor bias_of(const Graph& graph, const Node& node, std::span<const at::Tensor> inputs,
                   const at::Tensor& output) {
    if (node.inputs.size() < 3 || node.inputs[2] == no_value) return {};
    const Tensor* constant = graph.constant(node.inputs[2]);
    at::Tensor bias = (constant != nullptr ? to_tensor(*constant) : inputs[2]).to(at::kDouble);
    if (node.op == Op::gemm) bias = bias * static_cast<double>(node.attributes.beta);
    if (node.op == Op::conv) {
        std::vector<std::int64_t> shape(static_cast<std::size_t>(output.dim()), 1);
        shape[1] = -1;
        bias = bias.reshape(shape);
    }
    return bias.expand(output.sizes());
}

}  // namespace

bool has_codes(const Graph& graph, const LayerPlan& plan) {
    const Node& node = graph.nodes[index(plan.layer.node)];
    for (const int slot : {plan.layer.input_slot, plan.layer.weight_slot}) {
        const ValueId value = node.inputs[index(slot)];
        const bool coded = graph.constant(value) != nullptr
                               ? plan.weight.has_value()
                               : quantization_of(graph, value) != nullptr;
        if (!coded) return false;
    }
    return true;
}

LayerCodes codes_of(const Graph& graph, const LayerPlan& plan, std::span<const at::Tensor> inputs,
                    const at::Tensor& output) {
    check(has_codes(graph, plan), "a layer that is asked for its codes has some");
    const Layer& layer = plan.layer;
    const Node& node = graph.nodes[index(layer.node)];
    const Operand activation =
        operand_of(graph, plan, layer.input_slot, inputs[index(layer.input_slot)]);
    const Operand weight =
        operand_of(graph, plan, layer.weight_slot, inputs[index(layer.weight_slot)]);

    LayerCodes codes;
    codes.weight = weight.format;
    codes.activation = activation.format;
    codes.operands_differing = weight.differing + activation.differing;
    lay_out(node, layer, weight, activation, codes);
    const std::int64_t groups = codes.weights.size(0);
    const std::int64_t rows = codes.weights.size(1);
    codes.activation_scale = activation.scales.front();
    codes.weight_scales = at::tensor(at::ArrayRef<float>(weight.scales));
    codes.weight_scales = layer.has_weight()
                              ? codes.weight_scales.reshape({groups, rows})
                              : codes.weight_scales.expand({groups, rows}).contiguous();

    const Node kernel = kernel_of(node);
    const at::Tensor w =
        layer.kind == LayerKind::conv ? channels_last(weight.values) : weight.values;
    codes.float32 = by_sum(layer, groups, rows, compute(kernel, {activation.values, w}).front());
    codes.float64 =
        by_sum(layer, groups, rows,
               compute(kernel, {activation.values.to(at::kDouble), w.to(at::kDouble)}).front());
    codes.result = by_sum(layer, groups, rows, output);
    codes.factor = node.op == Op::gemm ? node.attributes.alpha : 1;
    if (const at::Tensor bias = bias_of(graph, node, inputs, output); bias.defined())
        codes.bias = by_sum(layer, groups, rows, bias);
    return codes;
}

}  // namespace bitshed::quant
