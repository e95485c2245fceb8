// Fashion-MNIST (Xiao, Rasul, Vollgraf 2017, MIT licence) in the idx files that Debian packages.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "quant/images.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t side = 28;
constexpr std::size_t classes = 10;

/// The elements of an idx file with the given extents: a big-endian number that tells type and
/// axes, one an extent, then bytes.
Result<std::vector<std::uint8_t>> read_idx(const fs::path& path,
                                           const std::vector<std::size_t>& extents) {
    const auto bad = [&path](const char* why) {
        return Error(ErrorKind::files,
                     fmt::format("Fashion-MNIST: {} {}", printable(path.string(), 200), why),
                     "the files of Debian's package dataset-fashion-mnist (`apt-get install "
                     "dataset-fashion-mnist`), in BITSHED_FASHION_MNIST if elsewhere");
    };
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) return bad("cannot be opened");
    std::vector<std::uint8_t> head(4 * (extents.size() + 1));
    std::size_t size = 1;
    std::vector<std::uint8_t> expected = {0, 0, 8, static_cast<std::uint8_t>(extents.size())};
    for (const std::size_t extent : extents) {
        for (int shift = 24; shift >= 0; shift -= 8)
            expected.push_back(static_cast<std::uint8_t>(extent >> static_cast<unsigned>(shift)));
        size *= extent;
    }
    const auto read = [&file](std::vector<std::uint8_t>& into) {
        const auto wanted = static_cast<unsigned>(into.size());
        return gzread(file.get(), into.data(), wanted) == static_cast<int>(wanted);
    };
    if (!read(head) || head != expected) return bad("is no such idx file");
    std::vector<std::uint8_t> elements(size);
    if (!read(elements)) return bad("ends early");
    return elements;
}

}  // namespace

std::size_t pair_count(Split split) {
    return split == Split::training ? 60000 : 10000;
}

Result<ImageSet> fashion_mnist_pairs(Split split, std::span<const std::size_t> which) {
    const std::size_t count = pair_count(split);
    const std::string prefix = split == Split::training ? "train" : "t10k";
    auto images =
        read_idx(fashion_mnist_folder() / (prefix + "-images-idx3-ubyte.gz"), {count, side, side});
    if (!images) return images.error();
    auto labels = read_idx(fashion_mnist_folder() / (prefix + "-labels-idx1-ubyte.gz"), {count});
    if (!labels) return labels.error();
    ImageSet set;
    set.count = which.size();
    set.height = side;
    set.width = 2 * side;
    set.mean = {0.2860F * 255};
    set.deviation = {0.3530F * 255};
    std::vector<std::uint8_t> pixels(which.size() * set.image_size());
    auto out = pixels.begin();
    for (const std::size_t pair : which) {
        const std::array<std::size_t, 2> sides = {pair, (7919 * pair + 4241) % count};
        for (std::size_t row = 0; row < side; ++row)
            for (const std::size_t image : sides)
                out = std::copy_n(images.value().begin() +
                                      static_cast<std::ptrdiff_t>((image * side + row) * side),
                                  side, out);
        set.labels.push_back(static_cast<std::int64_t>(classes * labels.value()[sides[0]] +
                                                       labels.value()[sides[1]]));
    }
    set.pixels = std::move(pixels);
    return set;
}

}  // namespace bitshed::quant
