// GPTQ: weights are rounded column by column, and what rounding one column does to the outputs is
// made up for, as well as it can be, by the columns that are still to be rounded.
#pragma once

#include <ATen/ATen.h>

#include <span>

#include "quant/quantizer.hpp"

namespace bitshed::quant {

/// Added to the diagonal of H, as a part of its mean: it keeps H invertible, and the changes of
/// weights small where the images say little.
inline constexpr double gptq_damping = 0.01;

struct GptqWeights {
    at::Tensor quantized;
    /// What was rounded to `quantized`, weight by weight: the weight with all that it had to make
    /// up for.
    at::Tensor compensated;
};

/// Quantizes a weight matrix (weight_matrix.hpp: groups x rows x columns in float32), given the
/// Gram matrix of its inputs and a scale for each output channel. With H = 2 * gram, damped, and U
/// the upper Cholesky factor of its inverse (H^-1 = U^T U), for column after column j:
///
///     q_j <- quantized(w_j)      w_k <- w_k - (w_j - q_j) / U_jj * U_jk    for k > j
///
/// in double, rounded to float32 where the quantizer takes it. Columns further on than their block
/// of 128 are brought up to date once a block. Weights and Gram matrix are finite. Where the inputs
/// are 0 throughout, and where they are uncorrelated (H is diagonal), this is rounding to nearest.
/// Error (request): as Quantizer::quantize; it takes weights that overflow.
///
/// Source: Frantar et al. 2022, "GPTQ: Accurate Post-Training Quantization for Generative
/// Pre-trained Transformers", algorithm 1.
Result<GptqWeights> gptq(const at::Tensor& weight, const at::Tensor& gram,
                         const Quantizer& quantizer, std::span<const float> scales);

}  // namespace bitshed::quant
