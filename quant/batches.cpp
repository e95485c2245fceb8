#include "quant/batches.hpp"

#include <algorithm>
#include <vector>

namespace bitshed::quant {

namespace {

constexpr std::size_t most_numbers = std::size_t{1} << 22;
constexpr std::size_t most_images = 250;

std::size_t fixed_batch(const Graph& graph) {
    return graph.input_shape.empty() ? 0 : static_cast<std::size_t>(graph.input_shape.front());
}

}  // namespace

std::size_t batch_size(const Graph& graph, const ImageSet& images) {
    if (const std::size_t fixed = fixed_batch(graph); fixed > 0) return fixed;
    return std::clamp<std::size_t>(most_numbers / images.image_size(), 1, most_images);
}

Outcome for_each_batch(const Graph& graph, const ImageSet& images,
                       const std::function<Outcome(const Batch&)>& use) {
    const std::size_t size = batch_size(graph, images);
    for (std::size_t first = 0; first < images.count; first += size) {
        const std::size_t count = std::min(size, images.count - first);
        std::vector<std::size_t> indices(fixed_batch(graph) > 0 ? size : count);
        for (std::size_t at = 0; at < indices.size(); ++at)
            indices[at] = first + std::min(at, count - 1);
        Batch batch;
        batch.first = first;
        batch.count = count;
        const auto extent = [](std::size_t number) { return static_cast<std::int64_t>(number); };
        batch.images = at::empty({extent(indices.size()), extent(images.channels),
                                  extent(images.height), extent(images.width)},
                                 at::kFloat);
        gather_images(images, indices, batch.images.data_ptr<float>());
        if (const auto done = use(batch); !done) return done;
    }
    return success();
}

}  // namespace bitshed::quant
