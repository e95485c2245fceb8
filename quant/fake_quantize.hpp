// Fake quantization of LibTorch's tensors, by the quantizer of quantizer.hpp.
#pragma once

#include <ATen/ATen.h>

#include "quant/graph.hpp"

namespace bitshed::quant {

/// Every element quantized and scaled back; float32, any layout. What nobody else holds is
/// overwritten. Throws KernelError where an element is a NaN that the format does not have.
at::Tensor fake_quantize(at::Tensor input, const Quantization& quantization);

}  // namespace bitshed::quant
