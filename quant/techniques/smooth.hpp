// SmoothQuant: what is hard to quantize in an activation is moved into the weights that read it.
#pragma once

#include "quant/graph.hpp"
#include "quant/images.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// For every activation of channels.hpp (behind a norm or a layer, read by layers alone): channel c
/// is multiplied, and the weights that read it divided, by
///
///     s_c = W_c^(1 - alpha) / X_c^alpha
///
/// where X_c is the greatest |activation| of the channel over the images and W_c the greatest
/// |weight| that meets it in any of its readers. What the network computes stays as it is. Gives
/// the number of activations. Error: as Executor::run. Source: Xiao et al. 2022, "SmoothQuant:
/// Accurate and Efficient Post-Training Quantization for Large Language Models", eq. 4; its s is
/// the reciprocal of this one.
Result<int> smooth(Graph& graph, const ImageSet& images, double alpha = 0.5);

}  // namespace bitshed::quant
