#include "quant/techniques/gptq.hpp"

#include <algorithm>

#include "support/check.hpp"

namespace bitshed::quant {

namespace {

constexpr std::int64_t block_columns = 128;

/// U of H^-1 = U^T U; the unit matrix of a group whose inputs are 0 throughout.
at::Tensor factor_of_inverse(const at::Tensor& gram) {
    at::Tensor h = gram * 2;
    const at::Tensor diagonal = h.diagonal(0, 1, 2);
    at::Tensor damping = diagonal.mean(1, true) * gptq_damping;
    damping.masked_fill_(damping == 0, 1);
    diagonal.add_(damping);
    const at::Tensor inverse = at::cholesky_inverse(at::linalg_cholesky(h));
    return at::linalg_cholesky(inverse, true);
}

}  // namespace

Result<GptqWeights> gptq(const at::Tensor& weight, const at::Tensor& gram,
                         const Quantizer& quantizer, std::span<const float> scales) {
    const std::int64_t groups = weight.size(0);
    const std::int64_t rows = weight.size(1);
    const std::int64_t columns = weight.size(2);
    check(static_cast<std::int64_t>(scales.size()) == groups * rows, "every row has a scale");
    const Slices one_each{.outer = 1, .count = scales.size(), .inner = 1};
    const at::Tensor factor = factor_of_inverse(gram);
    // Columns are what is walked along: groups x columns x rows.
    const at::Tensor left = weight.to(at::kDouble).transpose(1, 2).contiguous();
    const at::Tensor quantized = at::empty_like(left, at::kFloat);
    for (std::int64_t begin = 0; begin < columns; begin += block_columns) {
        const std::int64_t end = std::min(begin + block_columns, columns);
        const at::Tensor errors = at::empty({groups, end - begin, rows}, at::kDouble);
        for (std::int64_t at = begin; at < end; ++at) {
            const at::Tensor column = left.select(1, at);
            const at::Tensor rounded = column.to(at::kFloat).contiguous();
            const std::span<float> numbers{rounded.data_ptr<float>(), scales.size()};
            if (const auto done = quantizer.quantize(numbers, one_each, scales, numbers); !done)
                return done.error();
            quantized.select(1, at).copy_(rounded);
            const at::Tensor row = factor.select(1, at);  // groups x columns
            const at::Tensor error = (column - rounded) / row.narrow(1, at, 1);
            errors.select(1, at - begin).copy_(error);
            left.narrow(1, at + 1, end - at - 1)
                .sub_(row.narrow(1, at + 1, end - at - 1).unsqueeze(2) * error.unsqueeze(1));
        }
        left.narrow(1, end, columns - end)
            .sub_(at::bmm(
                factor.narrow(1, begin, end - begin).narrow(2, end, columns - end).transpose(1, 2),
                errors));
    }
    return GptqWeights{.quantized = quantized.transpose(1, 2).contiguous(),
                       .compensated = left.transpose(1, 2).to(at::kFloat).contiguous()};
}

}  // namespace bitshed::quant
