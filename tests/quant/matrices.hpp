// Weights and inputs for the tests of techniques, drawn from seeds alike on every machine.
#pragma once

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "format/parse.hpp"
#include "quant/quantizer.hpp"
#include "quant/scale.hpp"

namespace matrices {

using bitshed::quant::Quantizer;
using bitshed::quant::Slices;

inline Quantizer quantizer(std::string_view name) {
    return Quantizer::make(bitshed::format::parse(name, bitshed::format::Use::operand).value())
        .value();
}

/// About normal: the sum of twelve numbers evenly spread over 0..1, less 6.
inline at::Tensor normal(at::IntArrayRef shape, std::uint32_t seed) {
    std::mt19937 engine(seed);
    at::Tensor tensor = at::empty(shape, at::kFloat);
    for (float& number :
         std::span(tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel()))) {
        double sum = -6;
        for (int k = 0; k < 12; ++k) sum += static_cast<double>(engine()) / 4294967296.0;
        number = static_cast<float>(sum);
    }
    return tensor;
}

/// The mean of x x^T over `count` columns of correlated inputs: groups x size x size, in double.
inline at::Tensor correlated_gram(std::int64_t groups, std::int64_t size, std::int64_t count,
                                  std::uint32_t seed) {
    const at::Tensor mixed = at::bmm(normal({groups, count, size / 2 + 1}, seed),
                                     normal({groups, size / 2 + 1, size}, seed + 1)) +
                             0.1 * normal({groups, count, size}, seed + 2);
    const at::Tensor x = mixed.to(at::kDouble);
    return at::bmm(x.transpose(1, 2), x) / static_cast<double>(count);
}

inline std::span<float> numbers(const at::Tensor& tensor) {
    return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// The slices of a matrix of groups x rows x columns: its rows.
inline Slices rows_of(const at::Tensor& weight) {
    return {.outer = 1,
            .count = static_cast<std::size_t>(weight.size(0) * weight.size(1)),
            .inner = static_cast<std::size_t>(weight.size(2))};
}

inline std::vector<float> scales(const Quantizer& quantizer, const at::Tensor& weight) {
    using bitshed::quant::Statistic;
    return bitshed::quant::find_scales(quantizer, {.statistic = Statistic::mse}, numbers(weight),
                                       rows_of(weight))
        .value();
}

inline at::Tensor nearest(const Quantizer& quantizer, const at::Tensor& weight,
                          std::span<const float> scales) {
    at::Tensor rounded = at::empty_like(weight);
    const auto done =
        quantizer.quantize(numbers(weight), rows_of(weight), scales, numbers(rounded));
    if (!done) throw std::runtime_error("a matrix cannot be rounded");
    return rounded;
}

}  // namespace matrices
