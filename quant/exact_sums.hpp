// The sums of a layer over its codes, exactly, by the golden model, beside LibTorch's.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "quant/bit_true.hpp"
#include "quant/layer_codes.hpp"

namespace bitshed::quant {

/// How many sums a layer has: groups * columns * rows. Sum number s is (g, c, r) with
/// s = (g * columns + c) * rows + r.
std::size_t sum_count(const LayerCodes& codes);

/// Compares these sums; everything but the names is filled in.
BitTrueLayer compare_sums(const LayerCodes& codes, std::span<const std::size_t> sums);

/// The operands of these sums in their order: a weight's and an activation's code a line, in hex,
/// and behind the last of a sum `clear`, with the sum of the layer's kernel in float64 as a remark.
/// `title` is a remark too.
std::string operand_text(const LayerCodes& codes, std::span<const std::size_t> sums,
                         const std::string& title);

}  // namespace bitshed::quant
