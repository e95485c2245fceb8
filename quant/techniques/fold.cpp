#include "quant/techniques/fold.hpp"

#include <array>
#include <cmath>

#include "quant/layers.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// What a batch norm does to each channel: x * factor + offset.
struct Affine {
    std::vector<double> factor;
    std::vector<double> offset;
};

/// Nothing where a parameter is computed or has another length.
std::optional<Affine> affine_of(const Graph& graph, const Node& norm, std::size_t channels) {
    std::array<const std::vector<float>*, 4> parameters{};
    for (std::size_t at = 0; at < parameters.size(); ++at) {
        const Tensor* parameter = graph.constant(norm.inputs[at + 1]);
        if (parameter == nullptr || parameter->reals.size() != channels) return std::nullopt;
        parameters[at] = &parameter->reals;
    }
    const auto& [gain, shift, mean, variance] = parameters;
    Affine affine;
    for (std::size_t at = 0; at < channels; ++at) {
        const double deviation =
            std::sqrt(double{(*variance)[at]} + double{norm.attributes.epsilon});
        const double factor = double{(*gain)[at]} / deviation;
        affine.factor.push_back(factor);
        affine.offset.push_back(double{(*shift)[at]} - double{(*mean)[at]} * factor);
    }
    return affine;
}

/// The layer's bias as one number an output channel, whole (a gemm's beta multiplied in); zeros
/// where it has none. Nothing where it is of another shape or computed.
std::optional<std::vector<double>> bias_of(const Graph& graph, const Layer& layer,
                                           std::size_t channels) {
    const Node& node = graph.nodes[index(layer.node)];
    if (node.inputs.size() < 3 || node.inputs[2] == no_value)
        return std::vector<double>(channels, 0);
    const Tensor* bias = graph.constant(layer.bias);
    if (bias == nullptr || (bias->reals.size() != channels && bias->reals.size() != 1))
        return std::nullopt;
    // A column of a gemm's bias, one number a row, is none of ours.
    if (bias->shape.size() > 1 &&
        bias->shape.back() != static_cast<std::int64_t>(bias->reals.size()))
        return std::nullopt;
    const double beta = layer.kind == LayerKind::gemm ? double{node.attributes.beta} : 1;
    std::vector<double> whole;
    for (std::size_t at = 0; at < channels; ++at)
        whole.push_back(beta * double{bias->reals[bias->reals.size() == 1 ? 0 : at]});
    return whole;
}

/// The layer whose output a batch norm alone reads; nothing where there is none.
std::optional<Layer> layer_before(const Graph& graph, const std::vector<Layer>& layers,
                                  const Node& norm) {
    const ValueId read = norm.inputs.front();
    if (read == graph.output || uses_of(graph, read).size() != 1) return std::nullopt;
    for (const Layer& layer : layers) {
        const bool folds = layer.kind == LayerKind::conv || layer.kind == LayerKind::gemm;
        if (folds && graph.nodes[index(layer.node)].outputs.front() == read) return layer;
    }
    return std::nullopt;
}

void fold_into(Graph& graph, const Layer& layer, const Affine& affine,
               const std::vector<double>& bias) {
    const std::size_t channels = affine.factor.size();
    Tensor& weight = own_constant(graph, {.node = layer.node, .slot = layer.weight_slot});
    std::int64_t behind = 1;
    for (std::size_t axis = index(layer.output_axis) + 1; axis < weight.shape.size(); ++axis)
        behind *= weight.shape[axis];
    for (std::size_t at = 0; at < weight.reals.size(); ++at)
        weight.reals[at] = static_cast<float>(double{weight.reals[at]} *
                                              affine.factor[at / index(behind) % channels]);
    Tensor moved{.element = Element::real,
                 .shape = {static_cast<std::int64_t>(channels)},
                 .reals = {},
                 .integers = {}};
    for (std::size_t at = 0; at < channels; ++at)
        moved.reals.push_back(static_cast<float>(bias[at] * affine.factor[at] + affine.offset[at]));
    const std::string name = graph.nodes[index(layer.node)].name + "_bias";
    const ValueId value = graph.add_value(name, std::move(moved));
    Node& node = graph.nodes[index(layer.node)];
    node.inputs.resize(3, no_value);
    node.inputs[2] = value;
    node.attributes.beta = 1;
}

}  // namespace

int fold_batch_norms(Graph& graph) {
    int folded = 0;
    for (std::size_t at = 0; at < graph.nodes.size(); ++at) {
        if (graph.nodes[at].op != Op::batch_norm) continue;
        const auto layers = layers_of(graph);
        const auto layer = layer_before(graph, layers, graph.nodes[at]);
        if (!layer) continue;
        const std::size_t channels = index(output_channels(graph, *layer));
        const auto affine = affine_of(graph, graph.nodes[at], channels);
        const auto bias = bias_of(graph, *layer, channels);
        if (!affine || !bias) continue;
        fold_into(graph, *layer, *affine, *bias);
        // The layer gives what the norm gave, under the norm's name: its readers need no edit.
        graph.nodes[index(layer->node)].outputs.front() = graph.nodes[at].outputs.front();
        graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(at));
        --at;
        ++folded;
    }
    drop_unread(graph);
    return folded;
}

}  // namespace bitshed::quant
