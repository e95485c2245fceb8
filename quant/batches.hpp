// A set of images, batch by batch, as a network takes them.
#pragma once

#include <ATen/ATen.h>

#include <functional>

#include "quant/graph.hpp"
#include "quant/images.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// Images at once: as many as make about 4 million numbers, at most 250; where the network has a
/// fixed batch, that.
std::size_t batch_size(const Graph& graph, const ImageSet& images);

/// One batch and the indices it holds.
struct Batch {
    at::Tensor images;      ///< N C H W, float32, normalized
    std::size_t first = 0;  ///< the index of its first image
    /// How many of the set's images it holds, from the first on; where the network has a fixed
    /// batch the rest is filled with the last of them.
    std::size_t count = 0;
};

/// Calls `use` for one batch after the other, until it fails. Error: what `use` said.
Outcome for_each_batch(const Graph& graph, const ImageSet& images,
                       const std::function<Outcome(const Batch&)>& use);

}  // namespace bitshed::quant
