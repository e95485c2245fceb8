// Bias correction in running order: each layer's means are brought to the float network's, with all
// that the layers before it did.
#pragma once

#include "quant/images.hpp"
#include "quant/plan.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// Adds to each layer's bias, layer by layer in running order, for every output channel,
///
///     mean of the layer's output in the float network  -  mean in the quantized network
///
/// over the images, with the layers before it corrected already. Where bias.hpp makes up for a
/// layer's own rounding alone, this also makes up for what reaches the layer: noise that a relu
/// turns into a shift, clipped activations, errors of layers that have no bias.
///
/// `graph` runs quantized, its fake_quantize nodes in place; `plans` are its own,
/// `reference_plans` the float network's, layer for layer. It runs once for each layer over all
/// images, up to that layer. A layer without a place for a bias stays as it is (bias_slot.hpp).
/// Gives the number of layers that were corrected. Error: as Executor::run.
/// Source: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias
/// Correction", appendix D (empirical bias correction).
Result<int> match_means(Graph& graph, const std::vector<LayerPlan>& plans, const Graph& reference,
                        const std::vector<LayerPlan>& reference_plans, const ImageSet& images);

}  // namespace bitshed::quant
