#include "quant/techniques/bias.hpp"

#include <algorithm>
#include <map>

#include "quant/batches.hpp"
#include "quant/executor.hpp"
#include "quant/fake_quantize.hpp"
#include "quant/kernels.hpp"
#include "quant/techniques/bias_slot.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// A layer whose bias is corrected, and what was gathered for it.
struct Correction {
    Layer layer;
    Use slot;
    std::optional<Quantization> input;  ///< how it is quantized; nothing: not at all
    at::Tensor read;                    ///< its input of the batch that runs
    ChannelMean difference;
};

std::map<NodeId, Correction> corrections_of(const Graph& graph, const std::vector<LayerPlan>& plans,
                                            const std::vector<Activation>& activations) {
    std::map<NodeId, Correction> corrections;
    for (const LayerPlan& plan : plans) {
        const auto slot = bias_slot(graph, plan.layer);
        if (!slot || (!plan.weight && !plan.activation)) continue;
        Correction correction{.layer = plan.layer,
                              .slot = *slot,
                              .input = std::nullopt,
                              .read = {},
                              .difference = {}};
        const Use read{.node = plan.layer.node, .slot = plan.layer.input_slot};
        for (const Activation& activation : activations) {
            const auto& uses = activation.uses;
            if (activation.format && std::find(uses.begin(), uses.end(), read) != uses.end())
                correction.input =
                    Quantization{.format = *activation.format, .scale = activation.scale};
        }
        corrections.emplace(plan.layer.node, std::move(correction));
    }
    return corrections;
}

/// What the quantized layer gives for an input of the float network. Throws KernelError where an
/// activation is a NaN that its format lacks.
at::Tensor quantized_output(const Graph& graph, const Correction& correction, at::Tensor read) {
    const Node& node = graph.nodes[index(correction.layer.node)];
    Inputs inputs;
    for (const ValueId value : node.inputs)
        inputs.push_back(graph.constant(value) == nullptr ? at::Tensor()
                                                          : to_tensor(*graph.constant(value)));
    at::Tensor& weight = inputs[index(correction.layer.weight_slot)];
    if (node.op == Op::conv && weight.dim() == 4) weight = channels_last(weight);
    if (correction.input) read = fake_quantize(std::move(read), *correction.input);
    inputs[index(correction.layer.input_slot)] = std::move(read);
    return compute(node, std::move(inputs)).front();
}

}  // namespace

Result<int> correct_bias(Graph& graph, const Graph& reference, const std::vector<LayerPlan>& plans,
                         const std::vector<Activation>& activations, const ImageSet& images) {
    check(graph.nodes.size() == reference.nodes.size(), "the networks have the same nodes");
    auto corrections = corrections_of(graph, plans, activations);
    std::int64_t in_batch = 0;
    std::string problem;
    Watch watch;
    watch.layer_input = [&](Use use, const at::Tensor& input) {
        const auto found = corrections.find(use.node);
        if (found != corrections.end() && found->second.layer.input_slot == use.slot)
            found->second.read = input;
    };
    watch.layer_output = [&](NodeId node, const at::Tensor& output) {
        const auto found = corrections.find(node);
        if (found == corrections.end() || !problem.empty()) return;
        Correction& correction = found->second;
        try {
            // Moved in: it is quantized in place where the network needs it no more.
            const at::Tensor quantized =
                quantized_output(graph, correction, std::move(correction.read));
            correction.difference.add(correction.layer, output - quantized, in_batch);
        } catch (const KernelError& wrong) {
            problem = wrong.what();
        }
    };
    const Executor executor(reference);
    const auto ran = for_each_batch(reference, images, [&](const Batch& batch) -> Outcome {
        in_batch = static_cast<std::int64_t>(batch.count);
        const auto logits = executor.run(batch.images, watch);
        if (!logits) return logits.error();
        return problem.empty() ? success() : Outcome(Error(ErrorKind::files, problem));
    });
    if (!ran) return ran.error();
    for (const auto& [node, correction] : corrections)
        add_to_bias(graph, correction.slot, correction.difference.mean());
    return static_cast<int>(corrections.size());
}

}  // namespace bitshed::quant
