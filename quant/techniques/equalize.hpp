// Cross-layer equalization: layers share the range of their weights, channel by channel.
#pragma once

#include "quant/graph.hpp"

namespace bitshed::quant {

/// How often equalize goes over all pairs: a layer in the middle of a chain is in two of them.
inline constexpr int equalization_rounds = 20;

/// For every layer whose output one other layer alone reads, through relu, clip and what else
/// channels.hpp lists: channel c of the source is multiplied and of the sink divided by
///
///     s_c = R_sink^(1 - alpha) / R_source^alpha,   R the greatest |weight| of the channel
///
/// With alpha = 1/2 both then have the range sqrt(R_source R_sink). What the network computes stays
/// as it is: a clip (relu6) gets bounds for each channel. Gives the number of pairs.
/// Source: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias
/// Correction", section 4.1.
int equalize(Graph& graph, double alpha = 0.5, int rounds = equalization_rounds);

}  // namespace bitshed::quant
