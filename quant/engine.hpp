// Post-training quantization of a network, from its file to its accuracy. This header knows no
// LibTorch, so that the command line does not either.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "quant/bit_true.hpp"
#include "quant/images.hpp"
#include "quant/metrics.hpp"
#include "quant/plan.hpp"
#include "quant/recipe.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// The shipped networks' data: pairs of Fashion-MNIST images, judged on the test images and
/// calibrated on training images.
struct ShippedImages {};

/// A request whose every value was checked.
struct QuantizeRequest {
    std::filesystem::path network;  ///< an ONNX file
    std::variant<ShippedImages, ImageFiles> images;
    FormatChoice formats;
    /// At least one. Of several the one with the greatest top-1 is reported; of equals the one with
    /// the greatest agreement, then the first.
    std::vector<Recipe> recipes = {{.name = "none", .techniques = {}}};
    std::optional<std::size_t> first;  ///< how many images are judged, from the first on; all
    std::size_t calibration = 256;     ///< images, drawn by the seed without repetition; at least 1
    std::uint64_t seed = 0;
    int threads = 1;
    std::optional<std::filesystem::path> logits;  ///< where the quantized logits are written
    /// A folder where the float32 network's logits are kept and found (reference_logits.hpp); no
    /// figure depends on it.
    std::optional<std::filesystem::path> reference;
    std::optional<BitTrueRequest> bit_true;  ///< of the network that is reported
    ScaleRule weight_rule{.statistic = Statistic::mse};
    ScaleRule activation_rule{.statistic = Statistic::mse};
    /// Told where it is: words, images done, images in all (0: unknown).
    std::function<void(const std::string&, std::size_t, std::size_t)> progress;
};

/// What one of several recipes gave.
struct Tried {
    Recipe recipe;
    Accuracy accuracy;
};

struct QuantizeResult {
    Recipe recipe;  ///< the one that the rest tells about
    Accuracy accuracy;
    MemoryBits memory;
    std::vector<Tried> tried;  ///< every recipe in order, where there were several
    std::optional<std::vector<BitTrueLayer>> bit_true;  ///< where it was asked for
    std::size_t layers = 0;                             ///< that were quantized
    std::size_t classes = 0;                            ///< logits of an image
};

/// Does it. Error (files): a file cannot be read or written, or the network does not fit the
/// images. Error (request): the network holds what bitshed does not run.
Result<QuantizeResult> quantize(const QuantizeRequest& request);

/// `count` different numbers below `pool` in the order that a seed draws them; all of them, in
/// rising order, where the pool is no larger. Alike on every machine.
std::vector<std::size_t> draw(std::size_t count, std::size_t pool, std::uint64_t seed);

}  // namespace bitshed::quant
