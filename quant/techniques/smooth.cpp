#include "quant/techniques/smooth.hpp"

#include <algorithm>

#include "quant/batches.hpp"
#include "quant/executor.hpp"
#include "quant/techniques/channels.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// The greatest |element| of every channel of what a sink reads.
at::Tensor maxima_of(const at::Tensor& input, const Sink& sink, std::int64_t channels) {
    const std::int64_t axis = sink.layer.kind == LayerKind::matmul ? input.dim() - 1 : 1;
    const at::Tensor rows = input.abs().transpose(axis, -1).reshape({-1, input.size(axis)});
    return rows.amax(0).reshape({channels, sink.columns}).amax(1);
}

/// The greatest |activation| of every channel of every link, over the images.
Result<std::vector<std::vector<double>>> channel_maxima(const Graph& graph,
                                                        const std::vector<Link>& links,
                                                        const ImageSet& images) {
    std::vector<at::Tensor> maxima(links.size());
    Watch watch;
    watch.layer_input = [&](Use use, const at::Tensor& input) {
        for (std::size_t at = 0; at < links.size(); ++at) {
            const Sink& sink = links[at].sinks.front();
            if (sink.layer.node != use.node || sink.layer.input_slot != use.slot) continue;
            const at::Tensor seen = maxima_of(input, sink, links[at].channels);
            maxima[at] = maxima[at].defined() ? at::maximum(maxima[at], seen) : seen;
        }
    };
    const Executor executor(graph);
    const auto ran = for_each_batch(graph, images, [&](const Batch& batch) -> Outcome {
        const auto logits = executor.run(batch.images, watch);
        return logits ? success() : Outcome(logits.error());
    });
    if (!ran) return ran.error();
    std::vector<std::vector<double>> found;
    for (const at::Tensor& seen : maxima) {
        check(seen.defined(), "every layer that is linked ran");
        const at::Tensor dense = seen.contiguous();
        const float* const first = dense.data_ptr<float>();
        found.emplace_back(first, first + dense.numel());
    }
    return found;
}

}  // namespace

Result<int> smooth(Graph& graph, const ImageSet& images, double alpha) {
    const std::vector<Link> links = links_of(graph);
    const auto maxima = channel_maxima(graph, links, images);
    if (!maxima) return maxima.error();
    for (std::size_t at = 0; at < links.size(); ++at)
        scale(graph, links[at], balance(maxima.value()[at], sink_range(graph, links[at]), alpha));
    return static_cast<int>(links.size());
}

}  // namespace bitshed::quant
