#include "quant/layers.hpp"

#include "support/check.hpp"

namespace bitshed::quant {

namespace {

ValueId input_of(const Node& node, std::size_t slot) {
    return slot < node.inputs.size() ? node.inputs[slot] : no_value;
}

std::optional<Layer> layer_at(const Graph& graph, NodeId id) {
    const Node& node = graph.nodes[index(id)];
    const bool multiplies = node.op == Op::conv || node.op == Op::gemm || node.op == Op::matmul;
    if (!multiplies) return std::nullopt;
    Layer layer;
    layer.node = id;
    layer.input = input_of(node, 0);
    layer.weight = input_of(node, 1);
    const Tensor* weight = graph.constant(layer.weight);
    if (node.op == Op::matmul) {
        // A constant of other than two axes is a stack of matrices: no channel to scale by.
        const bool weighs = weight != nullptr && weight->shape.size() == 2 &&
                            graph.constant(layer.input) == nullptr;
        layer.kind = weighs ? LayerKind::matmul : LayerKind::product;
        layer.output_axis = weighs ? 1 : -1;
        layer.input_axis = weighs ? 0 : -1;
        return layer;
    }
    if (weight == nullptr || graph.constant(layer.input) != nullptr) return std::nullopt;
    const std::size_t axes = weight->shape.size();
    if (node.op == Op::gemm ? axes != 2 : axes < 3) return std::nullopt;  // a damaged network
    if (graph.constant(input_of(node, 2)) != nullptr) layer.bias = input_of(node, 2);
    if (node.op == Op::gemm) {
        layer.kind = LayerKind::gemm;
        layer.output_axis = node.attributes.transpose_b ? 0 : 1;
        layer.input_axis = 1 - layer.output_axis;
    }
    return layer;
}

}  // namespace

std::vector<Layer> layers_of(const Graph& graph) {
    std::vector<Layer> layers;
    for (std::size_t node = 0; node < graph.nodes.size(); ++node)
        if (const auto layer = layer_at(graph, static_cast<NodeId>(node))) layers.push_back(*layer);
    return layers;
}

std::int64_t output_channels(const Graph& graph, const Layer& layer) {
    check(layer.has_weight(), "a product has no output channels");
    return graph.constant(layer.weight)->shape[index(layer.output_axis)];
}

std::int64_t terms_of(const Graph& graph, const Layer& layer) {
    return element_count(graph.constant(layer.weight)->shape) / output_channels(graph, layer);
}

std::optional<Use> following_bias(const Graph& graph, const Layer& layer) {
    if (layer.kind != LayerKind::matmul) return std::nullopt;
    const ValueId sum = graph.nodes[index(layer.node)].outputs.front();
    const auto uses = uses_of(graph, sum);
    if (uses.size() != 1 || sum == graph.output) return std::nullopt;
    const Node& next = graph.nodes[index(uses.front().node)];
    if (next.op != Op::add) return std::nullopt;
    const Use other{.node = uses.front().node, .slot = 1 - uses.front().slot};
    const Tensor* bias = graph.constant(next.inputs[index(other.slot)]);
    const bool a_number_a_channel = bias != nullptr && !bias->shape.empty() &&
                                    bias->shape.back() == output_channels(graph, layer) &&
                                    element_count(bias->shape) == bias->shape.back();
    return a_number_a_channel ? std::optional(other) : std::nullopt;
}

}  // namespace bitshed::quant
