#include "quant/images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "quant/npy.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

std::string words(const std::filesystem::path& path) {
    return printable(path.string(), 200);
}

/// One number a channel, out of one for all or one for each.
Result<std::vector<float>> per_channel(const std::vector<double>& given, std::size_t channels,
                                       double otherwise, const char* flag) {
    if (given.empty()) return std::vector<float>(channels, static_cast<float>(otherwise));
    if (given.size() == 1) return std::vector<float>(channels, static_cast<float>(given.front()));
    if (given.size() != channels)
        return Error(ErrorKind::request,
                     fmt::format("{}: {} numbers for {} channels", flag, given.size(), channels),
                     "one number, or one a channel");
    return std::vector<float>(given.begin(), given.end());
}

Result<ImageSet> read_pixels(const ImageFiles& files) {
    auto array = read_npy(files.images);
    if (!array) return array.error();
    const auto shape = array.value().shape;
    const bool images = shape.size() == 4 && array.value().size() > 0;
    if (!images)
        return Error(ErrorKind::files,
                     fmt::format("{}: its shape is {}", words(files.images), shape_text(shape)),
                     "images, N C H W");
    ImageSet set;
    set.count = shape[0];
    set.channels = shape[1];
    set.height = shape[2];
    set.width = shape[3];
    NpyArray read = std::move(array).value();
    if (auto* bytes = std::get_if<std::vector<std::uint8_t>>(&read.values)) {
        set.pixels = std::move(*bytes);
    } else if (std::holds_alternative<std::vector<std::int64_t>>(read.values)) {
        return Error(ErrorKind::files,
                     words(files.images) + ": its elements are integers of many bits",
                     "uint8 or float32");
    } else {
        auto floats = to_floats(std::move(read), words(files.images));
        if (!floats) return floats.error();
        set.pixels = std::move(floats).value();
    }
    return set;
}

Outcome read_labels(const ImageFiles& files, ImageSet& set) {
    auto array = read_npy(files.labels);
    if (!array) return array.error();
    NpyArray read = std::move(array).value();
    if (auto* bytes = std::get_if<std::vector<std::uint8_t>>(&read.values))
        set.labels.assign(bytes->begin(), bytes->end());
    else if (auto* integers = std::get_if<std::vector<std::int64_t>>(&read.values))
        set.labels = std::move(*integers);
    else
        return Error(ErrorKind::files, words(files.labels) + ": its elements are no integers",
                     "int64");
    if (read.shape.size() != 1 || set.labels.size() != set.count)
        return Error(
            ErrorKind::files,
            fmt::format("{}: its shape is {}", words(files.labels), shape_text(read.shape)),
            fmt::format("({},), a label for each image", set.count));
    return success();
}

}  // namespace

std::filesystem::path fashion_mnist_folder() {
    const char* named = std::getenv("BITSHED_FASHION_MNIST");
    return named != nullptr ? named : "/usr/share/datasets/fashion-mnist";
}

void gather_images(const ImageSet& set, std::span<const std::size_t> indices, float* out) {
    const std::size_t plane = set.height * set.width;
    const auto normalize = [&](const auto& pixels) {
        for (const std::size_t image : indices) {
            for (std::size_t channel = 0; channel < set.channels; ++channel) {
                const auto* from = pixels.data() + (image * set.channels + channel) * plane;
                const float mean = set.mean[channel];
                const float deviation = set.deviation[channel];
                for (std::size_t at = 0; at < plane; ++at)
                    *out++ = (static_cast<float>(from[at]) - mean) / deviation;
            }
        }
    };
    std::visit(normalize, set.pixels);
}

Result<ImageSet> read_images(const ImageFiles& files) {
    auto read = read_pixels(files);
    if (!read) return read;
    ImageSet set = std::move(read).value();
    if (const auto labels = read_labels(files, set); !labels) return labels.error();
    auto mean = per_channel(files.mean, set.channels, 0, "--mean");
    auto deviation = per_channel(files.deviation, set.channels, 1, "--std");
    std::vector<Complaint> complaints;
    for (const auto* numbers : {&mean, &deviation})
        if (!*numbers)
            complaints.insert(complaints.end(), numbers->error().complaints.begin(),
                              numbers->error().complaints.end());
    if (!complaints.empty()) return Error(ErrorKind::request, complaints);
    set.mean = std::move(mean).value();
    set.deviation = std::move(deviation).value();
    return set;
}

}  // namespace bitshed::quant
