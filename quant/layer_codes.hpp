// A quantized layer's operands as codes, laid out sum by sum, and what LibTorch makes of them.
#pragma once

#include <ATen/ATen.h>

#include <span>
#include <vector>

#include "quant/plan.hpp"

namespace bitshed::quant {

/// In each group of channels (each matrix of a stack) sum (g, c, r) is over the products of
/// weights[g][r] and activations[g][c]. Of a product of two activations the second operand stands
/// in the weight's place: its columns are the rows here.
struct LayerCodes {
    format::Format weight;
    format::Format activation;
    at::Tensor weights;        ///< groups x rows x terms, uint8
    at::Tensor activations;    ///< groups x columns x terms, uint8; padding is code 0
    at::Tensor weight_scales;  ///< groups x rows, float32
    float activation_scale = 1;

    // Groups x columns x rows.
    at::Tensor float32;  ///< the layer's kernel on the codes' values: no scales, no bias
    at::Tensor float64;  ///< the same in double
    at::Tensor result;   ///< what the layer gave, in float32
    at::Tensor bias;     ///< what is added to the scaled sum, in double; undefined: nothing
    double factor = 1;   ///< what the scaled sum is multiplied by: a Gemm's alpha

    /// Operands for which decode(code) * scale is not the number that the layer read.
    std::size_t operands_differing = 0;

    [[nodiscard]] std::int64_t terms() const { return weights.size(2); }
};

/// Whether both operands of a layer have codes: neither stays float32.
bool has_codes(const Graph& graph, const LayerPlan& plan);

/// The codes of a layer that has them, from what it read (its node's inputs that are no constants;
/// undefined where they are) and gave in a run of the quantized network. Throws as compute().
LayerCodes codes_of(const Graph& graph, const LayerPlan& plan, std::span<const at::Tensor> inputs,
                    const at::Tensor& output);

}  // namespace bitshed::quant
