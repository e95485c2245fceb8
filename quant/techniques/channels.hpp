// Where a network may be scaled channel by channel without a change of what it computes: what makes
// a value is multiplied by s_c, what reads it is divided by s_c. Equalization and SmoothQuant
// choose different s; both stand on this. Works on a graph alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "quant/layers.hpp"

namespace bitshed::quant {

/// A constant that is multiplied along one of its axes when a value's channels are.
struct Factor {
    Use constant;
    int axis = 0;
};

/// What makes a value, back to the first node with parameters of its own for each channel: a conv,
/// gemm or matmul, a norm, or a product with constants. Between it and the value stand only nodes
/// for which f(s x) = s f(x) with s > 0: relu, leaky_relu, pools, zero padding, flatten, sums over
/// constants (which are scaled too), products with one number, and clips.
struct Source {
    NodeId node = 0;
    std::vector<Factor> factors;
    /// Their bounds become one number a channel. The shape of a bound is 1, but for the channels.
    std::vector<NodeId> clips;
    /// How many axes of the clips' inputs stand behind the channels'.
    int axes_behind = 0;
};

/// A layer that reads the value.
struct Sink {
    Layer layer;
    /// Elements of the layer's input axis that one channel has: more than one for a gemm behind a
    /// flattened picture.
    std::int64_t columns = 1;
};

/// A value that can be scaled.
struct Link {
    ValueId value = no_value;
    std::int64_t channels = 0;
    Source source;
    std::vector<Sink> sinks;  ///< all its readers
};

/// Every value that can be scaled, in the order of its first reader. Left out: values that others
/// than layers with weights read too (a residual sum), the network's input, what has no source as
/// above, and what a layer with more or fewer channels than the source reads.
std::vector<Link> links_of(const Graph& graph);

/// The greatest |weight| of the source's every output channel. The source must be a layer.
std::vector<double> source_range(const Graph& graph, const Link& link);
/// The greatest |weight| over all sinks of every input channel.
std::vector<double> sink_range(const Graph& graph, const Link& link);

/// s_c = sink_c^(1 - alpha) / source_c^alpha; 1 where that is not a positive finite float32, as
/// where a channel is 0 throughout.
/// Source: Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias
/// Correction", eq. 11 (alpha 1/2); Xiao et al. 2022, "SmoothQuant", eq. 4 (the reciprocal).
std::vector<float> balance(std::span<const double> source, std::span<const double> sink,
                           double alpha);

/// Multiplies the source by `factors` (one a channel, above 0) and divides the sinks by them.
void scale(Graph& graph, const Link& link, std::span<const float> factors);

}  // namespace bitshed::quant
