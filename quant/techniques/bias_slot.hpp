// Where a layer's bias is, and the mean of what it gives: what both ways to correct biases need.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "quant/layers.hpp"

namespace bitshed::quant {

/// Where a layer's bias is, or may be put: an input of its node, or the constant of the add behind
/// a matmul. Nothing where it has no place, is computed, or is not one number an output channel.
std::optional<Use> bias_slot(const Graph& graph, const Layer& layer);

/// Adds to what a layer gives, one number an output channel, through its bias; a bias is made where
/// there is none, and becomes the layer's alone where others read it too.
void add_to_bias(Graph& graph, Use slot, const std::vector<double>& numbers);

/// The mean of every output channel of a layer, over images and places.
class ChannelMean {
  public:
    /// The output of a batch, of which the first `images` count.
    void add(const Layer& layer, const at::Tensor& output, std::int64_t images);
    /// After at least one image.
    [[nodiscard]] std::vector<double> mean() const;

  private:
    at::Tensor sum_;  ///< a channel each, in double
    std::int64_t elements_ = 0;
};

}  // namespace bitshed::quant
