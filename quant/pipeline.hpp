// From a network in float to the same network quantized: the techniques of a recipe in their order.
#pragma once

#include "quant/engine.hpp"
#include "quant/graph.hpp"

namespace bitshed::quant {

/// A network whose weights are quantized and whose layers read fake_quantize nodes.
struct Quantized {
    Graph graph;
    std::vector<LayerPlan> plans;
    std::vector<Activation> activations;
};

/// Applies a recipe, in the formats and by the scale rules of the request. Error: as
/// Executor::run; (request): a weight is a NaN that its format lacks.
Result<Quantized> quantize_network(const Graph& reference, const Recipe& recipe,
                                   const QuantizeRequest& request, const ImageSet& calibration);

}  // namespace bitshed::quant
