// Sets of images with their labels: from .npy files, or the pairs of Fashion-MNIST images that the
// shipped networks are judged on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <variant>
#include <vector>

#include "support/result.hpp"

namespace bitshed::quant {

/// N images of C x H x W, as they are stored; (x - mean) / deviation of a channel is what a network
/// is given.
struct ImageSet {
    std::size_t count = 0;  ///< N
    std::size_t channels = 1;
    std::size_t height = 0;
    std::size_t width = 0;
    std::variant<std::vector<std::uint8_t>, std::vector<float>> pixels;  ///< N C H W, row-major
    std::vector<float> mean;                                             ///< a channel each
    std::vector<float> deviation;                                        ///< a channel each, not 0
    std::vector<std::int64_t> labels;                                    ///< an image each, or none

    [[nodiscard]] std::size_t image_size() const { return channels * height * width; }
};

/// The images of the given indices, normalized, one behind the other; `out` holds as many.
void gather_images(const ImageSet& set, std::span<const std::size_t> indices, float* out);

/// What a user says of a set of images.
struct ImageFiles {
    std::filesystem::path images;   ///< N C H W, uint8 or float
    std::filesystem::path labels;   ///< N integers
    std::vector<double> mean;       ///< one number, or one a channel; empty: 0
    std::vector<double> deviation;  ///< one number, or one a channel; empty: 1
};

/// Reads them. Error (files): a file cannot be read, or is no such array, or they do not fit each
/// other. Error (request): mean or deviation do not fit the channels.
Result<ImageSet> read_images(const ImageFiles& files);

enum class Split { training, test };

/// The first `count` pairs of Fashion-MNIST (all: 60000 of training, 10000 of test): pair k is
/// image k beside image (7919 k + 4241) mod N, 1 x 28 x 56, labelled 10 * left + right; pixels
/// become (pixel / 255 - 0.2860) / 0.3530. The files are those of Debian's package
/// dataset-fashion-mnist, from the folder that BITSHED_FASHION_MNIST names or where the package
/// puts them. Error (files): they are not there or damaged, with how to get them.
Result<ImageSet> fashion_mnist_pairs(Split split, std::span<const std::size_t> which);
/// Where they are looked for.
std::filesystem::path fashion_mnist_folder();
/// How many pairs a split has.
std::size_t pair_count(Split split);

}  // namespace bitshed::quant
