// Bias correction: rounding moves the mean of a layer's output; its bias moves it back.
#pragma once

#include "quant/images.hpp"
#include "quant/plan.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// Adds to each layer's bias, for every output channel, the mean over the images of
///
///     layer(x) - layer of quantized weights(quantized x)
///
/// x being what the layer reads in the float network: each layer is corrected for its own rounding,
/// not for that of the layers before it. A conv or gemm without a bias gets one; a matmul's is the
/// constant of the add behind it, and without that add it stays as it is.
///
/// `graph` is `reference` with its weights quantized, node for node, and without fake_quantize
/// nodes: `activations` tell the scales. Gives the number of layers that were corrected. Error: as
/// Executor::run.
/// Source: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias
/// Correction", section 4.2, with means from images.
Result<int> correct_bias(Graph& graph, const Graph& reference, const std::vector<LayerPlan>& plans,
                         const std::vector<Activation>& activations, const ImageSet& images);

}  // namespace bitshed::quant
