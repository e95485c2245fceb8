// The scales of activations, from what flows through a network.
#pragma once

#include <vector>

#include "quant/images.hpp"
#include "quant/plan.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// Runs the network over all images and notes for each activation its scale, the mean over the
/// batches of the batch's own, and how many elements an image has. Batches in which an activation
/// is 0 throughout do not count. Least squares and percentiles look at the first images of a batch,
/// as many as have 2^18 elements, at least one. Error: as Executor::run.
Outcome calibrate(const Graph& graph, const ImageSet& images, const ScaleRule& rule,
                  std::vector<Activation>& activations);

}  // namespace bitshed::quant
