#include "quant/techniques/bias.hpp"

#include <algorithm>
#include <map>

#include "quant/batches.hpp"
#include "quant/executor.hpp"
#include "quant/fake_quantize.hpp"
#include "quant/kernels.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// Where a layer's bias is, or may be put: an input of its node, or of the add behind a matmul.
/// Nothing where it has no place or is computed.
std::optional<Use> bias_of(const Graph& graph, const Layer& layer) {
    if (layer.kind == LayerKind::matmul) return following_bias(graph, layer);
    if (!layer.has_weight()) return std::nullopt;
    const Node& node = graph.nodes[index(layer.node)];
    const Use use{.node = layer.node, .slot = 2};
    const bool left_out = node.inputs.size() < 3 || node.inputs[2] == no_value;
    if (!left_out) {
        const Tensor* bias = graph.constant(node.inputs[2]);
        const bool a_number_a_channel = bias != nullptr && !bias->shape.empty() &&
                                        bias->shape.back() == output_channels(graph, layer) &&
                                        element_count(bias->shape) == bias->shape.back();
        const bool counts = layer.kind == LayerKind::conv || node.attributes.beta != 0;
        if (!a_number_a_channel || !counts) return std::nullopt;
    }
    return use;
}

/// A layer whose bias is corrected, and what was gathered for it.
struct Correction {
    const LayerPlan* plan = nullptr;
    Use bias;
    std::optional<Quantization> input;  ///< how it is quantized; nothing: not at all
    at::Tensor read;                    ///< its input of the batch that runs
    at::Tensor sum;                     ///< of the differences of every output channel, in double
    std::int64_t elements = 0;          ///< that a channel's sum has
};

std::vector<Correction> corrections_of(const Graph& graph, const std::vector<LayerPlan>& plans,
                                       const std::vector<Activation>& activations) {
    std::vector<Correction> corrections;
    for (const LayerPlan& plan : plans) {
        const auto bias = bias_of(graph, plan.layer);
        if (!bias || (!plan.weight && !plan.activation)) continue;
        Correction correction{
            .plan = &plan, .bias = *bias, .input = std::nullopt, .read = {}, .sum = {}};
        const Use read{.node = plan.layer.node, .slot = plan.layer.input_slot};
        for (const Activation& activation : activations) {
            const auto& uses = activation.uses;
            if (activation.format && std::find(uses.begin(), uses.end(), read) != uses.end())
                correction.input =
                    Quantization{.format = *activation.format, .scale = activation.scale};
        }
        corrections.push_back(std::move(correction));
    }
    return corrections;
}

/// Adds a batch's differences up. Throws KernelError where an activation is a NaN that its format
/// lacks.
void add_differences(const Graph& graph, Correction& correction, const at::Tensor& output,
                     std::int64_t images) {
    const Node& node = graph.nodes[index(correction.plan->layer.node)];
    Inputs inputs;
    for (const ValueId value : node.inputs)
        inputs.push_back(graph.constant(value) == nullptr ? at::Tensor()
                                                          : to_tensor(*graph.constant(value)));
    at::Tensor& weight = inputs[index(correction.plan->layer.weight_slot)];
    if (node.op == Op::conv && weight.dim() == 4) weight = channels_last(weight);
    // Moved in: the batch's input is quantized in place where the network needs it no more.
    at::Tensor read = std::move(correction.read);
    if (correction.input) read = fake_quantize(std::move(read), *correction.input);
    inputs[index(correction.plan->layer.input_slot)] = std::move(read);
    const at::Tensor quantized = compute(node, std::move(inputs)).front();
    const at::Tensor difference =
        (output.narrow(0, 0, images) - quantized.narrow(0, 0, images)).to(at::kDouble);
    const std::int64_t axis =
        correction.plan->layer.kind == LayerKind::matmul ? difference.dim() - 1 : 1;
    const std::int64_t channels = difference.size(axis);
    const at::Tensor sum = difference.transpose(axis, -1).reshape({-1, channels}).sum(0);
    correction.sum = correction.sum.defined() ? correction.sum + sum : sum;
    correction.elements += difference.numel() / channels;
}

void apply(Graph& graph, const Correction& correction) {
    const Use use = correction.bias;
    const std::int64_t channels = correction.sum.numel();
    auto& inputs = graph.nodes[index(use.node)].inputs;
    if (inputs.size() < 3 && use.slot == 2) inputs.resize(3, no_value);
    if (inputs[index(use.slot)] == no_value) {
        Tensor zeros;
        zeros.shape = {channels};
        zeros.reals.assign(index(channels), 0);
        const ValueId made =
            graph.add_value(graph.nodes[index(use.node)].name + "_bias", std::move(zeros));
        inputs[index(use.slot)] = made;
    }
    const Node& node = graph.nodes[index(use.node)];
    const double share = node.op == Op::gemm ? double{node.attributes.beta} : 1;
    std::vector<float>& bias = own_constant(graph, use).reals;
    const double* const sum = correction.sum.data_ptr<double>();
    for (std::size_t at = 0; at < bias.size(); ++at)
        bias[at] = static_cast<float>(double{bias[at]} +
                                      sum[at] / static_cast<double>(correction.elements) / share);
}

}  // namespace

Result<int> correct_bias(Graph& graph, const Graph& reference, const std::vector<LayerPlan>& plans,
                         const std::vector<Activation>& activations, const ImageSet& images) {
    check(graph.nodes.size() == reference.nodes.size(), "the networks have the same nodes");
    auto corrections = corrections_of(graph, plans, activations);
    std::map<NodeId, Correction*> at_node;
    for (Correction& correction : corrections) at_node[correction.plan->layer.node] = &correction;
    std::int64_t in_batch = 0;
    Watch watch;
    watch.layer_input = [&](Use use, const at::Tensor& input) {
        const auto found = at_node.find(use.node);
        if (found != at_node.end() && found->second->plan->layer.input_slot == use.slot)
            found->second->read = input;
    };
    std::string problem;
    watch.layer_output = [&](NodeId node, const at::Tensor& output) {
        const auto found = at_node.find(node);
        if (found == at_node.end() || !problem.empty()) return;
        try {
            add_differences(graph, *found->second, output, in_batch);
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
    for (const Correction& correction : corrections) apply(graph, correction);
    return static_cast<int>(corrections.size());
}

}  // namespace bitshed::quant
