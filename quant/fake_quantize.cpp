#include "quant/fake_quantize.hpp"

#include <ATen/Parallel.h>

#include <atomic>

#include "quant/kernels.hpp"
#include "quant/quantizer.hpp"

namespace bitshed::quant {

at::Tensor fake_quantize(at::Tensor input, const Quantization& quantization) {
    const auto quantizer = Quantizer::make(quantization.format);
    check(quantizer.ok(), "a format that is in a graph can be quantized to");
    if (!input.is_non_overlapping_and_dense()) input = input.clone();
    at::Tensor output = is_sole_owner(input) ? input : at::empty_like(input);
    const float* const from = input.data_ptr<float>();
    float* const to = output.data_ptr<float>();
    // Small enough for the nearest cache, large enough to be worth a call.
    constexpr std::int64_t grain = 8192;
    std::atomic<bool> good = true;
    at::parallel_for(0, input.numel(), grain, [&](std::int64_t begin, std::int64_t end) {
        const auto size = static_cast<std::size_t>(end - begin);
        if (!quantizer.value().quantize({from + begin, size}, quantization.scale,
                                        {to + begin, size}))
            good = false;
    });
    if (!good)
        throw KernelError("an activation is no number, and " + format::name(quantization.format) +
                          " has no NaN");
    return output;
}

}  // namespace bitshed::quant
