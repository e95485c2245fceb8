// The logits of a float32 network kept in a folder, so that those who quantize the same network on
// the same images, one after the other or at once, need not run it each.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "quant/graph.hpp"
#include "quant/images.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// A row of logits for each image.
struct Logits {
    std::size_t classes = 0;
    std::vector<float> numbers;
};

/// The SHA-256 of all that decides the bits of a network's logits: the network (its file, and the
/// constants that were read, wherever they lie), the images as they are stored, their number and
/// extents, mean and deviation, the number of threads, this program's file, LibTorch's
/// configuration, and the processor. Labels decide nothing. Error (files): a file cannot be read.
Result<std::string> reference_key(const std::filesystem::path& network, const Graph& graph,
                                  const ImageSet& images, int threads);

/// The logits that stand in the folder under a key; nothing where there are none, or the file is
/// not whole: then they are worked out anew.
std::optional<Logits> find_reference(const std::filesystem::path& folder, const std::string& key,
                                     std::size_t images);

/// Puts them there, whole or not at all; whoever comes second replaces them by the same. Error
/// (files): it cannot be written.
Outcome keep_reference(const std::filesystem::path& folder, const std::string& key,
                       const Logits& logits);

}  // namespace bitshed::quant
