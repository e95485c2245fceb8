// Bit true: the sums of a quantized network's layers over codes, exact, beside what the layers give
// in float. What is asked and what came out; this header knows no LibTorch.
// docs/quantization.md says what is claimed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "format/format.hpp"

namespace bitshed::quant {

/// Which sums are compared.
struct BitTrueRequest {
    std::optional<std::string> layer;  ///< the name of its node; nothing: every layer of codes
    std::size_t sums = 2000;           ///< of each layer, drawn by the seed; at least 1
    /// Where the operands of these sums are written, as `bitshed verify` and `synth` read them;
    /// only with `layer`.
    std::optional<std::filesystem::path> operands;
};

/// Sums of the layer's kernel over the values of the codes, without scales and bias, in one kind of
/// float, beside the exact ones.
struct KernelSums {
    /// Sums that this float holds in whatever order they are added: the magnitudes of the products
    /// add up to less than 2^(bits of its significand) times the greatest power of two that divides
    /// them all.
    std::size_t exact = 0;
    std::size_t differing = 0;  ///< of these; 0, or somebody is wrong
    std::size_t equal = 0;      ///< of all sums
};

/// What was compared of a layer.
struct BitTrueLayer {
    std::string name;    ///< of its node
    std::string op;      ///< ONNX's operator
    std::string weight;  ///< a format's name; of a product of activations its second operand's
    std::string activation;
    std::int64_t terms = 0;   ///< products of a sum
    std::size_t sums = 0;     ///< finite ones that were compared
    std::size_t special = 0;  ///< sums with an infinity or a NaN among their operands: left out
    /// Operands for which the code's value times the scale, in float32, is not the number that the
    /// layer was given.
    std::size_t operands_differing = 0;
    KernelSums float32;
    KernelSums float64;

    // The layer's own result in float32 (scales and bias in it) beside sum * scales + bias, worked
    // out in double.
    std::optional<double> greatest_relative;  ///< |difference| / |exact|, where that is not 0
    std::optional<double> mean_relative;
    double greatest_of_terms = 0;  ///< |difference| / (sum of |products| * scales + |bias|)
    /// Results further away than rounding can bring them: |difference| beyond n u / (1 - n u) of
    /// the sum of |products| * scales + |bias|, u = 2^-24, n = terms + 4.
    std::size_t out_of_bound = 0;

    /// Nothing was found that cannot be.
    [[nodiscard]] bool holds() const {
        return operands_differing == 0 && float32.differing == 0 && float64.differing == 0 &&
               out_of_bound == 0;
    }
};

}  // namespace bitshed::quant
