#include "quant/calibration.hpp"

#include <ATen/Parallel.h>

#include <algorithm>

#include "quant/batches.hpp"
#include "quant/executor.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 18;

/// What an activation was in one batch, for the statistic to look at.
std::vector<float> sample_of(const at::Tensor& activation, const ScaleRule& rule) {
    at::Tensor seen = activation;
    const std::int64_t images = seen.size(0);
    const std::int64_t of_image = std::max<std::int64_t>(1, seen.numel() / images);
    if (rule.statistic != Statistic::absmax)
        seen = seen.narrow(0, 0, std::clamp<std::int64_t>(most_elements / of_image, 1, images));
    // In any order: the statistics do not look at it.
    std::vector<float> sample(static_cast<std::size_t>(seen.numel()));
    at::from_blob(sample.data(), seen.sizes(), at::kFloat).copy_(seen);
    return sample;
}

}  // namespace

Outcome calibrate(const Graph& graph, const ImageSet& images, const ScaleRule& rule,
                  std::vector<Activation>& activations) {
    const Executor executor(graph);
    std::vector<double> sums(activations.size(), 0);
    std::vector<int> batches(activations.size(), 0);
    std::vector<std::vector<float>> samples(activations.size());
    Watch watch;
    std::size_t in_batch = 1;
    watch.layer_input = [&](Use use, const at::Tensor& value) {
        for (std::size_t at = 0; at < activations.size(); ++at) {
            if (activations[at].uses.front() != use) continue;
            activations[at].elements = value.numel() / static_cast<std::int64_t>(in_batch);
            if (activations[at].format && value.dim() > 0) samples[at] = sample_of(value, rule);
        }
    };
    const auto look = [&](std::size_t at) {
        if (!activations[at].format || absmax(samples[at]) == 0) return;
        const auto quantizer = Quantizer::make(*activations[at].format);
        const auto scale = find_scale(quantizer.value(), rule, samples[at]);
        check(scale.ok(), "a statistic gives a scale");
        sums[at] += double{scale.value()};
        ++batches[at];
    };
    const auto ran = for_each_batch(graph, images, [&](const Batch& batch) -> Outcome {
        in_batch = static_cast<std::size_t>(batch.images.size(0));
        const auto logits = executor.run(batch.images, watch);
        if (!logits) return logits.error();
        at::parallel_for(0, static_cast<std::int64_t>(activations.size()), 1,
                         [&](std::int64_t begin, std::int64_t end) {
                             for (std::int64_t at = begin; at < end; ++at)
                                 look(static_cast<std::size_t>(at));
                         });
        return success();
    });
    if (!ran) return ran;
    for (std::size_t at = 0; at < activations.size(); ++at)
        if (batches[at] > 0) activations[at].scale = static_cast<float>(sums[at] / batches[at]);
    return success();
}

}  // namespace bitshed::quant
