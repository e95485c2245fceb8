// Batch norms folded into the layers before them.
#pragma once

#include "quant/graph.hpp"

namespace bitshed::quant {

/// Multiplies each output channel of a conv or gemm by gain / sqrt(variance + epsilon) of the batch
/// norm that alone reads it, moves the rest of the norm into the layer's bias, and drops the norm:
///
///     weight <- weight * g      bias <- (bias - mean) * g + shift      g = gain / sqrt(var + eps)
///
/// A batch norm behind anything else stays. Gives the number of norms that were folded.
int fold_batch_norms(Graph& graph);

}  // namespace bitshed::quant
