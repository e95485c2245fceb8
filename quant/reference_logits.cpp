#include "quant/reference_logits.hpp"

#include <ATen/Version.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "quant/npy.hpp"
#include "support/files.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

template <class T>
std::string hash_of(const std::vector<T>& numbers) {
    return sha256({reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)});
}

/// What tells processors apart that sum in another order; empty where nothing is told.
std::string processor() {
    const auto text = read_file("/proc/cpuinfo");
    if (!text) return {};
    std::string told;
    for (const std::string& line : split(text.value(), '\n')) {
        if (line.empty()) break;  // the first of them
        for (const char* field : {"vendor_id", "cpu family", "model", "flags", "CPU ", "Features"})
            if (line.starts_with(field)) told += line + "\n";
    }
    return told;
}

std::filesystem::path file_of(const std::filesystem::path& folder, const std::string& key) {
    return folder / (key + ".npy");
}

}  // namespace

Result<std::string> reference_key(const std::filesystem::path& network, const Graph& graph,
                                  const ImageSet& images, int threads) {
    std::string told = "bitshed.reference/1\n";
    for (const std::filesystem::path& path : {network, std::filesystem::path("/proc/self/exe")}) {
        const auto text = read_file(path);
        if (!text) return text.error();
        told += sha256(text.value()) + "\n";
    }
    // Constants may lie in files beside the network's.
    for (const Value& value : graph.values)
        if (value.constant)
            told += hash_of(value.constant->reals) + hash_of(value.constant->integers) + "\n";
    told += std::visit([](const auto& pixels) { return hash_of(pixels); }, images.pixels);
    told += fmt::format(" {} {} {} {} {}\n", images.pixels.index(), images.count, images.channels,
                        images.height, images.width);
    told += hash_of(images.mean) + hash_of(images.deviation) + "\n";
    told += fmt::format("{}\n{}{}", threads, at::show_config(), processor());
    return sha256(told);
}

std::optional<Logits> find_reference(const std::filesystem::path& folder, const std::string& key,
                                     std::size_t images) {
    auto array = read_npy(file_of(folder, key));
    if (!array) return std::nullopt;
    NpyArray found = std::move(array).value();
    auto* numbers = std::get_if<std::vector<float>>(&found.values);
    if (numbers == nullptr || found.shape.size() != 2 || found.shape[0] != images ||
        !std::all_of(numbers->begin(), numbers->end(), [](float x) { return std::isfinite(x); }))
        return std::nullopt;
    return Logits{.classes = found.shape[1], .numbers = std::move(*numbers)};
}

Outcome keep_reference(const std::filesystem::path& folder, const std::string& key,
                       const Logits& logits) {
    const std::size_t shape[] = {logits.numbers.size() / std::max<std::size_t>(1, logits.classes),
                                 logits.classes};
    return write_npy(file_of(folder, key), shape, logits.numbers);
}

}  // namespace bitshed::quant
