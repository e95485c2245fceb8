#include "quant/techniques/bias_slot.hpp"

#include "support/check.hpp"

namespace bitshed::quant {

std::optional<Use> bias_slot(const Graph& graph, const Layer& layer) {
    if (layer.kind == LayerKind::matmul) return following_bias(graph, layer);
    if (!layer.has_weight()) return std::nullopt;
    const Node& node = graph.nodes[index(layer.node)];
    const Use slot{.node = layer.node, .slot = 2};
    if (node.inputs.size() < 3 || node.inputs[2] == no_value) return slot;
    const Tensor* bias = graph.constant(node.inputs[2]);
    const bool a_number_a_channel = bias != nullptr && !bias->shape.empty() &&
                                    bias->shape.back() == output_channels(graph, layer) &&
                                    element_count(bias->shape) == bias->shape.back();
    const bool counts = layer.kind == LayerKind::conv || node.attributes.beta != 0;
    return a_number_a_channel && counts ? std::optional(slot) : std::nullopt;
}

void add_to_bias(Graph& graph, Use slot, const std::vector<double>& numbers) {
    auto& inputs = graph.nodes[index(slot.node)].inputs;
    if (index(slot.slot) >= inputs.size()) inputs.resize(index(slot.slot) + 1, no_value);
    if (inputs[index(slot.slot)] == no_value) {
        Tensor zeros;
        zeros.shape = {static_cast<std::int64_t>(numbers.size())};
        zeros.reals.assign(numbers.size(), 0);
        inputs[index(slot.slot)] =
            graph.add_value(graph.nodes[index(slot.node)].name + "_bias", std::move(zeros));
    }
    const Node& node = graph.nodes[index(slot.node)];
    const double share = node.op == Op::gemm ? double{node.attributes.beta} : 1;
    std::vector<float>& bias = own_constant(graph, slot).reals;
    check(bias.size() == numbers.size(), "there is a number for every channel");
    for (std::size_t at = 0; at < bias.size(); ++at)
        bias[at] = static_cast<float>(double{bias[at]} + numbers[at] / share);
}

void ChannelMean::add(const Layer& layer, const at::Tensor& output, std::int64_t images) {
    const at::Tensor counted = output.narrow(0, 0, images).to(at::kDouble);
    const std::int64_t axis = layer.kind == LayerKind::matmul ? counted.dim() - 1 : 1;
    const std::int64_t channels = counted.size(axis);
    const at::Tensor sum = counted.transpose(axis, -1).reshape({-1, channels}).sum(0);
    sum_ = sum_.defined() ? sum_ + sum : sum;
    elements_ += counted.numel() / channels;
}

std::vector<double> ChannelMean::mean() const {
    check(elements_ > 0, "a mean is of something");
    const at::Tensor mean = (sum_ / static_cast<double>(elements_)).contiguous();
    const double* const first = mean.data_ptr<double>();
    return {first, first + mean.numel()};
}

}  // namespace bitshed::quant
