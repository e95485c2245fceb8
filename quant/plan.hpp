// Which layer gets which formats, and the quantization of weights. Works on a graph alone; what
// needs to see activations is in calibration.hpp.
#pragma once

#include <optional>
#include <vector>

#include "format/format.hpp"
#include "quant/layers.hpp"
#include "quant/quantizer.hpp"
#include "quant/scale.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// A format, or nothing for float32.
using MaybeFormat = std::optional<format::Format>;

/// What is asked for. The ends are the first and the last layer with weights.
struct FormatChoice {
    MaybeFormat weight;
    MaybeFormat activation;
    MaybeFormat end_weight;
    MaybeFormat end_activation;
};

/// A layer and its formats.
struct LayerPlan {
    Layer layer;
    MaybeFormat weight;      ///< of a product: of an operand that is constant
    MaybeFormat activation;  ///< of its input; of a product, of both operands
    /// One an output channel, once the weights are quantized; one of a product's constant operand;
    /// none of float32.
    std::vector<float> weight_scales;
};

/// A plan for every layer, in running order.
std::vector<LayerPlan> plan_layers(const Graph& graph, const FormatChoice& choice);

/// The slices of a layer's weight that have a scale of their own: its output channels.
Slices weight_slices(const Graph& graph, const Layer& layer);

/// Replaces the weight of a layer by its quantized values and notes the scales; one that other
/// layers share too becomes the layer's own. Nothing where the plan has no format for it. Error
/// (request): a weight is a NaN that the format lacks.
Outcome quantize_weight(Graph& graph, LayerPlan& plan, const ScaleRule& rule);
/// The same for every layer.
Outcome quantize_weights(Graph& graph, std::vector<LayerPlan>& plans, const ScaleRule& rule);

/// An activation that one or more layers read in one format.
struct Activation {
    ValueId value = no_value;
    MaybeFormat format;
    std::vector<Use> uses;
    float scale = 1;
    std::int64_t elements = 0;  ///< of one image
};

/// Every activation that a layer reads, once for each format it is read in, in running order.
/// Scales and elements are for calibration.hpp to find.
std::vector<Activation> activations_of(const Graph& graph, const std::vector<LayerPlan>& plans);

/// Puts a fake_quantize node behind each activation that has a format and lets its readers read
/// that instead. Ids of nodes in `plans` and `activations` are brought up to date.
void insert_quantizers(Graph& graph, std::vector<LayerPlan>& plans,
                       std::vector<Activation>& activations);

/// What a network takes to store, in bits.
struct MemoryBits {
    std::int64_t weights = 0;      ///< the layers' weights in their formats
    std::int64_t activations = 0;  ///< the layers' inputs of one image in their formats
    std::int64_t scales = 0;       ///< 32 a scale
    std::int64_t others = 0;       ///< every other parameter (biases, norms), 32 each
    [[nodiscard]] std::int64_t total() const { return weights + activations + scales + others; }
};
MemoryBits memory_of(const Graph& graph, const std::vector<LayerPlan>& plans,
                     const std::vector<Activation>& activations);

}  // namespace bitshed::quant
