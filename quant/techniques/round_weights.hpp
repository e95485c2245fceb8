// The weights of a network quantized by what its layers read: GPTQ, learned rounding, or both, in
// the place of quantize_weights (plan.hpp).
#pragma once

#include <functional>
#include <vector>

#include "quant/images.hpp"
#include "quant/plan.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

enum class WeightTechnique {
    gptq,              ///< gptq.hpp
    learned_rounding,  ///< learned_rounding.hpp
    both,              ///< learned rounding between the neighbours of what GPTQ rounded to nearest
};

/// What became of a layer. Errors are the mean over the columns of the layer's input of
/// |weight x - quantized x|^2: squared differences summed over the output channels.
struct RoundedLayer {
    NodeId node = 0;
    double nearest_error = 0;  ///< of rounding to nearest
    double error = 0;          ///< of the technique
    std::int64_t channels = 0;
    std::int64_t learned = 0;    ///< channels that took what learned rounding found
    std::int64_t undecided = 0;  ///< weights that learned rounding had not decided on
};

/// Replaces the weights of every layer by their quantized values and notes the scales, layer by
/// layer in running order. The scales are those of quantize_weights: from the weights as they were,
/// by the rule. A layer's input is what the network computes from the images with the layers before
/// it quantized already and activations in float32, so `graph` has no fake_quantize nodes yet; the
/// outputs to be met are those of its own float weights on that same input. A product's constant
/// operand is rounded to nearest, and so is a layer whose weights or inputs are not all finite.
///
/// The network runs once for each layer over all images, up to that layer (once for layers that
/// read the same value). The same for the same graph, images and number of threads.
/// `progress` is told how many of how many plans are done. Gives the layers that a technique was
/// applied to. Error: as quantize_weights and Executor::run.
Result<std::vector<RoundedLayer>> round_weights(
    Graph& graph, std::vector<LayerPlan>& plans, const ScaleRule& rule, const ImageSet& images,
    WeightTechnique technique, const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace bitshed::quant
