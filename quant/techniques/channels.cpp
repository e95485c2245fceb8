#include "quant/techniques/channels.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "quant/techniques/walk.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

const Tensor* constant_at(const Graph& graph, Use use) {
    return graph.constant(graph.nodes[index(use.node)].inputs[index(use.slot)]);
}

/// How often an axis comes again: the elements behind it.
std::int64_t elements_behind(const Tensor& tensor, int axis) {
    std::int64_t behind = 1;
    for (std::size_t at = index(axis) + 1; at < tensor.shape.size(); ++at)
        behind *= tensor.shape[at];
    return behind;
}

std::int64_t groups_of(const Graph& graph, const Layer& layer) {
    return layer.kind == LayerKind::conv ? graph.nodes[index(layer.node)].attributes.groups : 1;
}

/// Which of the link's channels each element of a sink's weight meets: a function of the element's
/// index. In a convolution with groups the inputs of a group are its own.
std::function<std::size_t(std::size_t)> channel_of(const Graph& graph, const Sink& sink) {
    const Layer& layer = sink.layer;
    const Tensor& weight = *constant_at(graph, {.node = layer.node, .slot = layer.weight_slot});
    const std::size_t behind = index(elements_behind(weight, layer.input_axis));
    const std::size_t inputs = index(weight.shape[index(layer.input_axis)]);
    const std::size_t columns = index(sink.columns);
    if (layer.kind != LayerKind::conv)
        return [=](std::size_t at) { return at / behind % inputs / columns; };
    const std::size_t outputs_of_group = index(weight.shape[0] / groups_of(graph, layer));
    return [=](std::size_t at) {
        const std::size_t group = at / behind / inputs / outputs_of_group;
        return group * inputs + at / behind % inputs;
    };
}

/// The layer that reads a value, as a sink whose columns are not known yet, and its channels.
std::optional<Sink> sink_at(const std::vector<Layer>& layers, Use use) {
    const auto layer = std::find_if(layers.begin(), layers.end(), [&use](const Layer& candidate) {
        return candidate.node == use.node;
    });
    if (layer == layers.end() || !layer->has_weight() || layer->input_slot != use.slot)
        return std::nullopt;
    return Sink{.layer = *layer};
}

std::int64_t inputs_of(const Graph& graph, const Sink& sink) {
    return graph.constant(sink.layer.weight)->shape[index(sink.layer.input_axis)] *
           groups_of(graph, sink.layer);
}

/// How the channels lie in a sink's input; nothing where they do not lie in one axis.
std::optional<ChannelAxis> input_axis_of(const Graph& graph, const Sink& sink) {
    const Layer& layer = sink.layer;
    if (layer.kind == LayerKind::matmul) return ChannelAxis{.place = ChannelAxis::last};
    if (layer.kind == LayerKind::gemm) {
        if (graph.nodes[index(layer.node)].attributes.transpose_a) return std::nullopt;
        return ChannelAxis{.place = ChannelAxis::second, .axes = 2};
    }
    const auto axes = static_cast<int>(graph.constant(layer.weight)->shape.size());
    return ChannelAxis{.place = ChannelAxis::second, .axes = axes};
}

std::optional<Link> link_at(const Graph& graph, const std::vector<Layer>& layers, ValueId value) {
    if (value == graph.output || value == graph.input) return std::nullopt;
    Link link{.value = value, .channels = 0, .source = {}, .sinks = {}};
    std::optional<ChannelAxis> axis;
    for (const Use& use : uses_of(graph, value)) {
        const auto sink = sink_at(layers, use);
        if (!sink) return std::nullopt;
        const auto wanted = input_axis_of(graph, *sink);
        if (!wanted || (axis && *axis != *wanted)) return std::nullopt;
        axis = wanted;
        link.sinks.push_back(*sink);
    }
    const auto source = walk_to_source(graph, layers, value, *axis);
    if (!source) return std::nullopt;
    link.source = source->source;
    link.channels = source->channels;
    for (Sink& sink : link.sinks) {
        const std::int64_t inputs = inputs_of(graph, sink);
        sink.columns = inputs / link.channels;
        const bool fits = inputs == sink.columns * link.channels &&
                          (sink.columns == 1 || source->flattened == Flattened::yes);
        if (!fits) return std::nullopt;
    }
    return link;
}

/// Makes each bound of a clip one number a channel, and scales it.
void scale_clip(Graph& graph, NodeId node, int axes_behind, std::span<const float> factors) {
    Attributes& attributes = graph.nodes[index(node)].attributes;
    graph.nodes[index(node)].inputs.resize(3, no_value);
    for (const int slot : {1, 2}) {
        float& bound = slot == 1 ? attributes.low : attributes.high;
        if (graph.nodes[index(node)].inputs[index(slot)] == no_value) {
            if (std::isinf(bound) || bound == 0) continue;  // s times it is it
            Tensor bounds;
            bounds.shape.assign(index(axes_behind) + 1, 1);
            bounds.shape.front() = static_cast<std::int64_t>(factors.size());
            bounds.reals.assign(factors.size(), bound);
            bound = slot == 1 ? -std::numeric_limits<float>::infinity()
                              : std::numeric_limits<float>::infinity();
            const std::string name = graph.nodes[index(node)].name + (slot == 1 ? "_low" : "_high");
            const ValueId made = graph.add_value(name, std::move(bounds));
            graph.nodes[index(node)].inputs[index(slot)] = made;
        }
        std::vector<float>& bounds = own_constant(graph, {.node = node, .slot = slot}).reals;
        for (std::size_t channel = 0; channel < factors.size(); ++channel)
            bounds[channel] *= factors[channel];
    }
    // Without bounds it is as it was.
    auto& inputs = graph.nodes[index(node)].inputs;
    while (inputs.size() > 1 && inputs.back() == no_value) inputs.pop_back();
}

}  // namespace

std::vector<Link> links_of(const Graph& graph) {
    const std::vector<Layer> layers = layers_of(graph);
    std::vector<Link> links;
    std::vector<ValueId> seen;
    for (const Layer& layer : layers) {
        if (!layer.has_weight()) continue;
        if (std::find(seen.begin(), seen.end(), layer.input) != seen.end()) continue;
        seen.push_back(layer.input);
        if (auto link = link_at(graph, layers, layer.input)) links.push_back(std::move(*link));
    }
    return links;
}

std::vector<double> source_range(const Graph& graph, const Link& link) {
    const Factor& weight = link.source.factors.front();
    const Tensor& tensor = *constant_at(graph, weight.constant);
    const std::size_t behind = index(elements_behind(tensor, weight.axis));
    std::vector<double> range(index(link.channels), 0);
    for (std::size_t at = 0; at < tensor.reals.size(); ++at) {
        double& greatest = range[at / behind % range.size()];
        greatest = std::max(greatest, std::fabs(double{tensor.reals[at]}));
    }
    return range;
}

std::vector<double> sink_range(const Graph& graph, const Link& link) {
    std::vector<double> range(index(link.channels), 0);
    for (const Sink& sink : link.sinks) {
        const Use use{.node = sink.layer.node, .slot = sink.layer.weight_slot};
        const std::vector<float>& weight = constant_at(graph, use)->reals;
        const auto channel = channel_of(graph, sink);
        for (std::size_t at = 0; at < weight.size(); ++at) {
            double& greatest = range[channel(at)];
            greatest = std::max(greatest, std::fabs(double{weight[at]}));
        }
    }
    return range;
}

std::vector<float> balance(std::span<const double> source, std::span<const double> sink,
                           double alpha) {
    check(source.size() == sink.size(), "source and sink have the same channels");
    std::vector<float> factors(source.size(), 1);
    for (std::size_t at = 0; at < factors.size(); ++at) {
        const auto factor =
            static_cast<float>(std::pow(sink[at], 1 - alpha) / std::pow(source[at], alpha));
        if (source[at] > 0 && sink[at] > 0 && std::isnormal(factor) && std::isnormal(1 / factor))
            factors[at] = factor;
    }
    return factors;
}

void scale(Graph& graph, const Link& link, std::span<const float> factors) {
    check(factors.size() == index(link.channels), "there is a factor for every channel");
    for (const Factor& factor : link.source.factors) {
        Tensor& tensor = own_constant(graph, factor.constant);
        const std::size_t behind = index(elements_behind(tensor, factor.axis));
        for (std::size_t at = 0; at < tensor.reals.size(); ++at)
            tensor.reals[at] *= factors[at / behind % factors.size()];
    }
    for (const NodeId clip : link.source.clips)
        scale_clip(graph, clip, link.source.axes_behind, factors);
    for (const Sink& sink : link.sinks) {
        const auto channel = channel_of(graph, sink);
        const Use use{.node = sink.layer.node, .slot = sink.layer.weight_slot};
        std::vector<float>& weight = own_constant(graph, use).reals;
        for (std::size_t at = 0; at < weight.size(); ++at) weight[at] /= factors[channel(at)];
    }
}

}  // namespace bitshed::quant
