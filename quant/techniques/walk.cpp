#include "quant/techniques/walk.hpp"

#include <algorithm>

namespace bitshed::quant {

namespace {

class Walk {
  public:
    Walk(const Graph& graph, const std::vector<Layer>& layers, ChannelAxis axis)
        : graph_(graph), layers_(layers), axis_(axis) {}

    std::optional<Walked> from(ValueId value) {
        bool first = true;
        while (value != no_value && value != graph_.input && value != graph_.output) {
            if (!first && uses_of(graph_, value).size() != 1) return std::nullopt;
            first = false;
            const auto producer = producer_of(graph_, value);
            if (!producer || graph_.nodes[index(*producer)].outputs.front() != value)
                return std::nullopt;
            switch (step(*producer)) {
                case Step::stop:
                    return std::nullopt;
                case Step::on:
                    value = graph_.nodes[index(*producer)].inputs[index(next_slot_)];
                    break;
                case Step::there:
                    return finish(*producer);
            }
        }
        return std::nullopt;
    }

  private:
    enum class Step {
        on,     ///< the node commutes with the scaling: on to its input
        there,  ///< the node is the source
        stop,   ///< it can be no part of a link
    };

    const Tensor* constant(Use use) const {
        const auto& inputs = graph_.nodes[index(use.node)].inputs;
        return index(use.slot) < inputs.size() ? graph_.constant(inputs[index(use.slot)]) : nullptr;
    }

    /// Whether a node leaves an input out.
    bool leaves_out(Use use) const {
        const auto& inputs = graph_.nodes[index(use.node)].inputs;
        return index(use.slot) >= inputs.size() || inputs[index(use.slot)] == no_value;
    }

    Step step(NodeId node) {
        const Attributes& attributes = graph_.nodes[index(node)].attributes;
        next_slot_ = 0;
        switch (graph_.nodes[index(node)].op) {
            case Op::relu:
            case Op::leaky_relu:
                return Step::on;
            case Op::clip:
                return clip(node);
            case Op::average_pool:
            case Op::max_pool:
                return picture(static_cast<int>(attributes.kernel.size()) + 2);
            case Op::global_average_pool:
            case Op::global_max_pool:
                return picture(std::nullopt);
            case Op::pad:
                return pad(node);
            case Op::flatten:
                return flatten(attributes);
            case Op::add:
            case Op::sub:
                return sum(node);
            case Op::mul:
            case Op::div:
                return product(node);
            case Op::batch_norm:
                return norm(node, axis_.place == ChannelAxis::second);
            case Op::layer_norm:
                return norm(node, axis_.behind() == 0);
            case Op::conv:
            case Op::gemm:
            case Op::matmul:
                return layer(node);
            default:
                return Step::stop;
        }
    }

    /// The value is a picture with its channels on axis 1, of so many axes where that is known.
    Step picture(std::optional<int> axes) {
        if (axis_.place != ChannelAxis::second) return Step::stop;
        if (axes && axis_.axes && *axes != *axis_.axes) return Step::stop;
        if (axes) axis_.axes = axes;
        return Step::on;
    }

    Step clip(NodeId node) {
        // A bound that is computed stays as it is, and so does what it bounds. One that is a
        // number a channel was made by an earlier scaling.
        for (const int slot : {1, 2}) {
            if (leaves_out({.node = node, .slot = slot})) continue;
            const Tensor* bound = constant({.node = node, .slot = slot});
            if (bound == nullptr || bound->shape.empty() || bound->shape.front() == 1)
                return Step::stop;
            lengths_.push_back(bound->shape.front());
        }
        clips_.push_back(node);
        return Step::on;
    }

    Step pad(NodeId node) {
        const Tensor* pads = constant({.node = node, .slot = 1});
        const Tensor* value = constant({.node = node, .slot = 2});
        if (pads == nullptr || pads->integers.size() < 6 || !leaves_out({.node = node, .slot = 3}))
            return Step::stop;
        const bool zero = leaves_out({.node = node, .slot = 2}) ||
                          (value != nullptr && value->reals.size() == 1 && value->reals[0] == 0);
        const auto axes = static_cast<int>(pads->integers.size() / 2);
        const bool channels_alone = pads->integers[1] == 0 && pads->integers[index(axes) + 1] == 0;
        if (!zero || !channels_alone) return Step::stop;
        return picture(axes);
    }

    Step flatten(const Attributes& attributes) {
        // What was noted behind it counts columns, not channels.
        const bool noted = !clips_.empty() || !constants_.empty();
        if (attributes.axis != 1 || axis_.axes != 2 || noted) return Step::stop;
        axis_ = {.place = ChannelAxis::second, .axes = std::nullopt};
        flattened_ = Flattened::yes;
        return Step::on;
    }

    /// Which input of a node of two is a constant of reals; nothing where none is.
    std::optional<Use> constant_of_two(NodeId node) const {
        for (const int slot : {0, 1}) {
            const Tensor* held = constant({.node = node, .slot = slot});
            if (held != nullptr && held->element == Element::real)
                return Use{.node = node, .slot = slot};
        }
        return std::nullopt;
    }

    Step sum(NodeId node) {
        const auto use = constant_of_two(node);
        if (!use) return Step::stop;
        constants_.push_back(*use);
        next_slot_ = 1 - use->slot;
        return Step::on;
    }

    Step product(NodeId node) {
        const auto use = constant_of_two(node);
        if (!use) return Step::stop;
        next_slot_ = 1 - use->slot;
        const bool quotient = graph_.nodes[index(node)].op == Op::div;
        if (quotient && use->slot == 0) return Step::stop;
        if (constant(*use)->reals.size() == 1) return Step::on;
        if (quotient) return Step::stop;
        constants_.push_back(*use);
        return Step::there;
    }

    Step norm(NodeId node, bool channels_fit) {
        const Tensor* gain = constant({.node = node, .slot = 1});
        if (!channels_fit || gain == nullptr || gain->shape.empty()) return Step::stop;
        constants_.push_back({.node = node, .slot = 1});
        if (leaves_out({.node = node, .slot = 2})) return Step::there;
        if (constant({.node = node, .slot = 2}) == nullptr) return Step::stop;
        constants_.push_back({.node = node, .slot = 2});
        return Step::there;
    }

    Step layer(NodeId node) {
        const auto found =
            std::find_if(layers_.begin(), layers_.end(),
                         [node](const Layer& candidate) { return candidate.node == node; });
        if (found == layers_.end() || !found->has_weight()) return Step::stop;
        if (found->kind == LayerKind::conv) {
            const auto axes = static_cast<int>(graph_.constant(found->weight)->shape.size());
            if (picture(axes) == Step::stop) return Step::stop;
        } else if (axis_.place == ChannelAxis::second && axis_.axes.value_or(2) != 2) {
            return Step::stop;
        } else {
            axis_ = {.place = ChannelAxis::last, .axes = std::nullopt};
        }
        layer_ = *found;
        if (found->kind == LayerKind::matmul || leaves_out({.node = node, .slot = 2}))
            return Step::there;
        if (found->bias == no_value) return Step::stop;  // computed
        constants_.push_back({.node = node, .slot = 2});
        return Step::there;
    }

    /// The axis of a constant that the channels meet; nothing where it has no number for each.
    std::optional<int> axis_of(const Tensor& tensor, int behind, std::int64_t channels) const {
        const int axis = static_cast<int>(tensor.shape.size()) - 1 - behind;
        if (axis < 0 || tensor.shape[index(axis)] != channels) return std::nullopt;
        return axis;
    }

    std::optional<Walked> finish(NodeId node) const {
        Walked walked{.source = {.node = node, .factors = {}, .clips = clips_, .axes_behind = 0},
                      .channels = 0,
                      .flattened = flattened_};
        const bool is_batch_norm = graph_.nodes[index(node)].op == Op::batch_norm;
        const auto behind = axis_.behind();
        // A batch norm's own constants have one axis, whatever its input has.
        const bool needs_place = !clips_.empty() || !(is_batch_norm && constants_.size() <= 2);
        if (!behind && needs_place) return std::nullopt;
        walked.source.axes_behind = behind.value_or(0);
        if (layer_) {
            const Tensor& weight = *graph_.constant(layer_->weight);
            walked.channels = weight.shape[index(layer_->output_axis)];
            walked.source.factors.push_back(
                {.constant = {.node = node, .slot = layer_->weight_slot},
                 .axis = layer_->output_axis});
        } else {
            const Tensor& gain = *constant(constants_.back());
            const auto place = static_cast<std::int64_t>(gain.shape.size()) - 1 -
                               (is_batch_norm ? 0 : behind.value_or(0));
            if (place < 0) return std::nullopt;
            walked.channels = gain.shape[index(place)];
        }
        for (const std::int64_t length : lengths_)
            if (length != walked.channels) return std::nullopt;
        for (const Use& use : constants_) {
            const bool own = use.node == node && (is_batch_norm || layer_);
            const auto axis = axis_of(*constant(use), own ? 0 : *behind, walked.channels);
            if (!axis) return std::nullopt;
            walked.source.factors.push_back({.constant = use, .axis = *axis});
        }
        return walked;
    }

    const Graph& graph_;
    const std::vector<Layer>& layers_;
    ChannelAxis axis_;
    Flattened flattened_ = Flattened::no;
    std::optional<Layer> layer_;
    std::vector<Use> constants_;
    std::vector<NodeId> clips_;
    std::vector<std::int64_t> lengths_;  ///< of bounds that are a number a channel
    int next_slot_ = 0;
};

}  // namespace

std::optional<Walked> walk_to_source(const Graph& graph, const std::vector<Layer>& layers,
                                     ValueId value, ChannelAxis axis) {
    return Walk(graph, layers, axis).from(value);
}

}  // namespace bitshed::quant
