// The layers of a network that are quantized: what multiplies. Everything else stays float.
#pragma once

#include <optional>
#include <vector>

#include "quant/graph.hpp"

namespace bitshed::quant {

/// A node that multiplies and accumulates.
enum class LayerKind {
    conv,     ///< constant weight, output channels on axis 0
    gemm,     ///< constant weight: a matrix, output channels on the axis that is not summed over
    matmul,   ///< constant weight of two axes, output channels on axis 1
    product,  ///< two activations, as in attention: no weight, both inputs quantized as activations
};

struct Layer {
    LayerKind kind = LayerKind::conv;
    NodeId node = 0;
    ValueId input = no_value;   ///< the activation (of a product: the first)
    int input_slot = 0;         ///< where it stands among the node's inputs
    ValueId weight = no_value;  ///< the constant; of a product the second activation
    int weight_slot = 1;
    /// The axis of the weight's shape that is the output channel: 0 for conv, 0 or 1 for gemm, 1
    /// for matmul. -1 for a product.
    int output_axis = 0;
    /// The axis that is summed over and that the input's channels meet: 1 for conv (channels within
    /// a group). -1 for a product.
    int input_axis = 1;
    /// The constant bias, an input of conv and gemm; no_value where there is none. A matmul's bias
    /// is an add behind it: following_bias.
    ValueId bias = no_value;

    [[nodiscard]] bool has_weight() const { return kind != LayerKind::product; }
};

/// Every layer in running order. A conv or gemm whose weight is no constant is left out: it cannot
/// be a network's that was trained and exported.
std::vector<Layer> layers_of(const Graph& graph);

/// Output channels of a layer with weights, and how many products a sum of it has.
std::int64_t output_channels(const Graph& graph, const Layer& layer);
std::int64_t terms_of(const Graph& graph, const Layer& layer);

/// The add of one constant number a channel that is the only reader of a matmul's output: which of
/// the add's inputs is the constant. Nothing where there is none.
std::optional<Use> following_bias(const Graph& graph, const Layer& layer);

}  // namespace bitshed::quant
