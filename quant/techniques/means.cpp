#include "quant/techniques/means.hpp"

#include <map>

#include "quant/batches.hpp"
#include "quant/executor.hpp"
#include "quant/techniques/bias_slot.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

using Means = std::map<NodeId, ChannelMean>;

/// The means of the given layers' outputs; the network ends after the last of them.
Result<Means> means_of(const Graph& graph, const std::vector<Layer>& layers,
                       const ImageSet& images) {
    Means means;
    std::int64_t in_batch = 0;
    Watch watch;
    watch.last = layers.back().node;
    watch.layer_output = [&](NodeId node, const at::Tensor& output) {
        for (const Layer& layer : layers)
            if (layer.node == node) means[node].add(layer, output, in_batch);
    };
    const Executor executor(graph);
    const auto ran = for_each_batch(graph, images, [&](const Batch& batch) -> Outcome {
        in_batch = static_cast<std::int64_t>(batch.count);
        const auto output = executor.run(batch.images, watch);
        return output ? success() : Outcome(output.error());
    });
    if (!ran) return ran.error();
    return means;
}

/// What the add behind a matmul adds to its output; of other layers nothing: the bias is in their
/// output.
std::vector<float> added_behind(const Graph& graph, const Layer& layer) {
    const auto slot = following_bias(graph, layer);
    if (!slot) return {};
    const Node& add = graph.nodes[index(slot->node)];
    return graph.constant(add.inputs[index(slot->slot)])->reals;
}

}  // namespace

Result<int> match_means(Graph& graph, const std::vector<LayerPlan>& plans, const Graph& reference,
                        const std::vector<LayerPlan>& reference_plans, const ImageSet& images) {
    check(plans.size() == reference_plans.size(), "the networks have the same layers");
    std::vector<Layer> corrected;
    std::vector<Layer> in_float;
    for (std::size_t at = 0; at < plans.size(); ++at) {
        if (!bias_slot(graph, plans[at].layer)) continue;
        corrected.push_back(plans[at].layer);
        in_float.push_back(reference_plans[at].layer);
    }
    if (corrected.empty()) return 0;
    const auto expected = means_of(reference, in_float, images);
    if (!expected) return expected.error();
    for (std::size_t at = 0; at < corrected.size(); ++at) {
        const auto got = means_of(graph, {corrected[at]}, images);
        if (!got) return got.error();
        std::vector<double> shift = expected.value().at(in_float[at].node).mean();
        const std::vector<double> mean = got.value().at(corrected[at].node).mean();
        const auto wanted = added_behind(reference, in_float[at]);
        const auto there = added_behind(graph, corrected[at]);
        check(wanted.size() == there.size(), "the networks have the same biases");
        for (std::size_t channel = 0; channel < shift.size(); ++channel) {
            shift[channel] -= mean[channel];
            if (!there.empty()) shift[channel] += double{wanted[channel]} - double{there[channel]};
        }
        add_to_bias(graph, *bias_slot(graph, corrected[at]), shift);
    }
    return static_cast<int>(corrected.size());
}

}  // namespace bitshed::quant
