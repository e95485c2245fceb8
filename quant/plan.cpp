#include "quant/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "support/check.hpp"

namespace bitshed::quant {

namespace {

constexpr std::int64_t float_bits = 32;

Quantizer quantizer_of(const format::Format& format) {
    const auto made = Quantizer::make(format);
    check(made.ok(), "a format that was accepted can be quantized to");
    return made.value();
}

std::int64_t bits_of(const MaybeFormat& format) {
    return format ? format::width(*format) : float_bits;
}

/// The constants of a layer that are quantized as weights.
std::vector<Use> weights_of(const Graph& graph, const Layer& layer) {
    std::vector<Use> weights;
    if (layer.has_weight()) return {{.node = layer.node, .slot = layer.weight_slot}};
    for (const int slot : {layer.input_slot, layer.weight_slot})
        if (graph.constant(graph.nodes[index(layer.node)].inputs[index(slot)]) != nullptr)
            weights.push_back({.node = layer.node, .slot = slot});
    return weights;
}

}  // namespace

std::vector<LayerPlan> plan_layers(const Graph& graph, const FormatChoice& choice) {
    std::vector<LayerPlan> plans;
    for (const Layer& layer : layers_of(graph))
        plans.push_back({.layer = layer,
                         .weight = choice.weight,
                         .activation = choice.activation,
                         .weight_scales = {}});
    const auto weighs = [](const LayerPlan& plan) { return plan.layer.has_weight(); };
    const auto first = std::find_if(plans.begin(), plans.end(), weighs);
    const auto last = std::find_if(plans.rbegin(), plans.rend(), weighs);
    if (first == plans.end()) return plans;
    for (LayerPlan* end : {&*first, &*last}) {
        end->weight = choice.end_weight;
        end->activation = choice.end_activation;
    }
    return plans;
}

Slices weight_slices(const Graph& graph, const Layer& layer) {
    const Tensor* weight = graph.constant(layer.weight);
    check(weight != nullptr && layer.has_weight(), "the layer has a weight");
    const std::vector<std::size_t> shape(weight->shape.begin(), weight->shape.end());
    const auto slices = along_axis(shape, layer.output_axis);
    check(slices.ok(), "the weight has the axis of its output channels");
    return slices.value();
}

Outcome quantize_weight(Graph& graph, LayerPlan& plan, const ScaleRule& rule) {
    if (!plan.weight) return success();
    const Quantizer quantizer = quantizer_of(*plan.weight);
    for (const Use& use : weights_of(graph, plan.layer)) {
        std::vector<float>& weight = own_constant(graph, use).reals;
        const ValueId value = graph.nodes[index(use.node)].inputs[index(use.slot)];
        if (plan.layer.has_weight()) plan.layer.weight = value;
        const Slices slices =
            plan.layer.has_weight() ? weight_slices(graph, plan.layer) : whole(weight.size());
        const auto scales = find_scales(quantizer, rule, weight, slices);
        if (!scales) return scales.error();
        const auto done = quantizer.quantize(weight, slices, scales.value(), weight);
        if (!done) return done;
        plan.weight_scales.insert(plan.weight_scales.end(), scales.value().begin(),
                                  scales.value().end());
    }
    return success();
}

Outcome quantize_weights(Graph& graph, std::vector<LayerPlan>& plans, const ScaleRule& rule) {
    for (LayerPlan& plan : plans)
        if (const auto done = quantize_weight(graph, plan, rule); !done) return done;
    return success();
}

std::vector<Activation> activations_of(const Graph& graph, const std::vector<LayerPlan>& plans) {
    std::vector<Activation> activations;
    for (const LayerPlan& plan : plans) {
        const Node& node = graph.nodes[index(plan.layer.node)];
        for (const int slot : {plan.layer.input_slot, plan.layer.weight_slot}) {
            const ValueId value = node.inputs[index(slot)];
            if (graph.constant(value) != nullptr) continue;
            auto known = std::find_if(activations.begin(), activations.end(), [&](const auto& a) {
                return a.value == value && a.format == plan.activation;
            });
            if (known == activations.end()) {
                activations.push_back({.value = value, .format = plan.activation, .uses = {}});
                known = activations.end() - 1;
            }
            known->uses.push_back({.node = plan.layer.node, .slot = slot});
        }
    }
    return activations;
}

void insert_quantizers(Graph& graph, std::vector<LayerPlan>& plans,
                       std::vector<Activation>& activations) {
    // The node behind which each stands; -1: before all of them.
    std::multimap<NodeId, Node> inserted;
    for (const Activation& activation : activations) {
        if (!activation.format) continue;
        Node node;
        node.op = Op::fake_quantize;
        node.inputs = {activation.value};
        node.attributes.quantization = {.format = *activation.format, .scale = activation.scale};
        node.name = graph.values[index(activation.value)].name + "_quantized";
        node.outputs = {graph.add_value(node.name)};
        for (const Use& use : activation.uses)
            graph.nodes[index(use.node)].inputs[index(use.slot)] = node.outputs.front();
        const NodeId behind = producer_of(graph, activation.value).value_or(-1);
        inserted.emplace(behind, std::move(node));
    }
    std::vector<Node> nodes;
    std::vector<NodeId> moved(graph.nodes.size());
    for (NodeId id = -1; id < static_cast<NodeId>(graph.nodes.size()); ++id) {
        if (id >= 0) {
            moved[index(id)] = static_cast<NodeId>(nodes.size());
            nodes.push_back(std::move(graph.nodes[index(id)]));
        }
        const auto [first, last] = inserted.equal_range(id);
        for (auto node = first; node != last; ++node) nodes.push_back(std::move(node->second));
    }
    graph.nodes = std::move(nodes);
    for (LayerPlan& plan : plans) {
        Layer& layer = plan.layer;
        layer.node = moved[index(layer.node)];
        layer.input = graph.nodes[index(layer.node)].inputs[index(layer.input_slot)];
        layer.weight = graph.nodes[index(layer.node)].inputs[index(layer.weight_slot)];
    }
    for (Activation& activation : activations)
        for (Use& use : activation.uses) use.node = moved[index(use.node)];
}

MemoryBits memory_of(const Graph& graph, const std::vector<LayerPlan>& plans,
                     const std::vector<Activation>& activations) {
    MemoryBits bits;
    std::set<ValueId> counted;
    for (const LayerPlan& plan : plans) {
        for (const Use& use : weights_of(graph, plan.layer)) {
            const ValueId value = graph.nodes[index(use.node)].inputs[index(use.slot)];
            if (!counted.insert(value).second) continue;
            bits.weights += element_count(graph.constant(value)->shape) * bits_of(plan.weight);
        }
        bits.scales += float_bits * static_cast<std::int64_t>(plan.weight_scales.size());
    }
    for (const Activation& activation : activations) {
        bits.activations += activation.elements * bits_of(activation.format);
        if (activation.format) bits.scales += float_bits;
    }
    for (std::size_t value = 0; value < graph.values.size(); ++value) {
        const auto& constant = graph.values[value].constant;
        if (constant && constant->element == Element::real &&
            !counted.contains(static_cast<ValueId>(value)))
            bits.others += float_bits * element_count(constant->shape);
    }
    return bits;
}

}  // namespace bitshed::quant
