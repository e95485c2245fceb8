// A quantized network executed bit true: its layers run in LibTorch on some images, and their sums
// again over codes.
#pragma once

#include <cstdint>
#include <vector>

#include "quant/bit_true.hpp"
#include "quant/images.hpp"
#include "quant/pipeline.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// How many images it looks at: the first of those that are judged.
inline constexpr std::size_t bit_true_images = 4;

/// Whether the request can be served. Error (request): no such layer, or it has a float32 operand.
Outcome check_request(const Quantized& quantized, const BitTrueRequest& request);

/// Compares the sums that the seed draws of each layer whose operands both have codes, in running
/// order, and writes the operands where the request wants them. `images` are run as one batch,
/// of as many as a network of a fixed batch takes.
/// Error: as check_request and Executor::run; (files): the operands cannot be written.
Result<std::vector<BitTrueLayer>> check_layers(const Quantized& quantized, const ImageSet& images,
                                               const BitTrueRequest& request, std::uint64_t seed);

}  // namespace bitshed::quant
