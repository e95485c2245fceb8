// Learned rounding (AdaRound): each weight becomes one of the two values of the format around it,
// not always the nearest, so that a layer's outputs change as little as they can.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <span>

#include "quant/quantizer.hpp"

namespace bitshed::quant {

/// How it is learned.
struct Learning {
    int iterations = 500;
    double rate = 0.1;  ///< of Adam
    /// How much an undecided weight counts, beside what the rounding of a weight does to the output
    /// on average.
    double decision = 10;
    double warm_start = 0.2;      ///< the part of the iterations in which `decision` is 0
    double first_sharpness = 20;  ///< b at the end of the warm start
    double last_sharpness = 2;    ///< and at the end; on a straight line between them
};

struct LearnedWeights {
    at::Tensor quantized;        ///< groups x rows x columns
    std::int64_t learned = 0;    ///< rows that took what was learned
    std::int64_t undecided = 0;  ///< weights whose h had come to neither end, within a hundredth
};

/// Quantizes a weight matrix (weight_matrix.hpp: groups x rows x columns in float32), given the
/// Gram matrix of its inputs and a scale for each output channel. `start` is what is rounded: the
/// weight itself, or what GPTQ made of it (GptqWeights::compensated); `weight` is whose outputs are
/// to be met. A weight lies between two values of the format (neighbours.hpp); it becomes
///
///     below + h * (above - below)       h = clip(1.2 * sigmoid(V) - 0.1, 0, 1)
///
/// V starts where h is the fraction of the way from `below` that the start is. Adam then moves the
/// V to lessen, for each output channel of n weights, with E the mean of (weight x - quantized
/// x)^2,
///
///     n E / E of nearest rounding  +  decision * sum(1 - |2h - 1|^b)
///
/// in float32. The paper adds 0.01 * sum(...) to E itself; how much that is hangs on the scale of
/// outputs and weights, here it does not. E comes from the Gram matrix, so an iteration costs the
/// same for any number of images, and sees all of them. In the end h >= 1/2 means `above`. An
/// output channel whose error is not less than that of `start` rounded to nearest keeps the latter.
/// Error (request): as Quantizer::quantize.
///
/// Source: Nagel et al. 2020, "Up or Down? Adaptive Rounding for Post-Training Quantization",
/// section 3.
Result<LearnedWeights> learn_rounding(const at::Tensor& weight, const at::Tensor& start,
                                      const at::Tensor& gram, const Quantizer& quantizer,
                                      std::span<const float> scales, const Learning& how = {});

}  // namespace bitshed::quant
