// What `bitshed quantize --bit-true` tells of the layers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "quant/bit_true.hpp"

namespace bitshed::cli {

nlohmann::ordered_json bit_true_json(const quant::BitTrueLayer& layer);

/// A table, a row a layer.
std::string bit_true_text(const std::vector<quant::BitTrueLayer>& layers);

}  // namespace bitshed::cli
