#include "quant/techniques/round_weights.hpp"

#include <cmath>
#include <optional>
#include <span>

#include "quant/techniques/gptq.hpp"
#include "quant/techniques/learned_rounding.hpp"
#include "quant/techniques/weight_matrix.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// The Gram matrices of one value's layers, kept from layer to layer: attention's queries, keys and
/// values read the same.
class Inputs {
  public:
    explicit Inputs(const ImageSet& images) : images_(images) {}

    Result<at::Tensor> gram_of(const Graph& graph, const Layer& layer) {
        const Node& node = graph.nodes[index(layer.node)];
        const bool of_whole_rows = layer.kind != LayerKind::conv && !node.attributes.transpose_a;
        if (of_whole_rows && known_.defined() && value_ == layer.input) return known_;
        const auto gram = gram_matrix(graph, layer, images_);
        if (!gram) return gram.error();
        known_ = of_whole_rows ? gram.value() : at::Tensor();
        value_ = layer.input;
        return gram.value();
    }

  private:
    const ImageSet& images_;
    at::Tensor known_;
    ValueId value_ = no_value;
};

double total(const at::Tensor& errors) {
    return errors.sum().item<double>();
}

bool all_finite(const at::Tensor& tensor) {
    return at::isfinite(tensor).all().item<bool>();
}

/// Quantizes a matrix in place.
Result<RoundedLayer> round_matrix(at::Tensor& weight, const at::Tensor& gram,
                                  const Quantizer& quantizer, const LayerPlan& plan,
                                  WeightTechnique technique) {
    const std::span<const float> scales = plan.weight_scales;
    RoundedLayer layer;
    layer.node = plan.layer.node;
    layer.channels = static_cast<std::int64_t>(scales.size());
    at::Tensor nearest = weight.clone();
    const std::span<float> numbers{nearest.data_ptr<float>(),
                                   static_cast<std::size_t>(nearest.numel())};
    const Slices rows{.outer = 1, .count = scales.size(), .inner = numbers.size() / scales.size()};
    if (const auto done = quantizer.quantize(numbers, rows, scales, numbers); !done)
        return done.error();
    layer.nearest_error = total(output_errors(weight, nearest, gram));

    at::Tensor start = weight;
    at::Tensor quantized;
    if (technique != WeightTechnique::learned_rounding) {
        auto made = gptq(weight, gram, quantizer, scales);
        if (!made) return made.error();
        start = made.value().compensated;
        quantized = made.value().quantized;
    }
    if (technique != WeightTechnique::gptq) {
        const auto learned = learn_rounding(weight, start, gram, quantizer, scales);
        if (!learned) return learned.error();
        quantized = learned.value().quantized;
        layer.learned = learned.value().learned;
        layer.undecided = learned.value().undecided;
    }
    layer.error = total(output_errors(weight, quantized, gram));
    weight = quantized;
    return layer;
}

}  // namespace

Result<std::vector<RoundedLayer>> round_weights(
    Graph& graph, std::vector<LayerPlan>& plans, const ScaleRule& rule, const ImageSet& images,
    WeightTechnique technique, const std::function<void(std::size_t, std::size_t)>& progress) {
    std::vector<RoundedLayer> rounded;
    Inputs inputs(images);
    for (std::size_t at = 0; at < plans.size(); ++at) {
        if (progress) progress(at, plans.size());
        LayerPlan& plan = plans[at];
        if (!plan.weight) continue;
        // Before it is quantized.
        at::Tensor weight;
        if (plan.layer.has_weight()) weight = weight_matrix(graph, plan.layer);
        std::optional<at::Tensor> gram;
        if (weight.defined() && all_finite(weight)) {
            const auto found = inputs.gram_of(graph, plan.layer);
            if (!found) return found.error();
            if (all_finite(found.value())) gram = found.value();
        }
        if (const auto done = quantize_weight(graph, plan, rule); !done) return done.error();
        if (!gram) continue;
        const auto quantizer = Quantizer::make(*plan.weight);
        check(quantizer.ok(), "a format that was accepted can be quantized to");
        const auto layer = round_matrix(weight, *gram, quantizer.value(), plan, technique);
        if (!layer) return layer.error();
        set_weight_matrix(graph, plan.layer, weight);
        rounded.push_back(layer.value());
    }
    if (progress) progress(plans.size(), plans.size());
    return rounded;
}

}  // namespace bitshed::quant
