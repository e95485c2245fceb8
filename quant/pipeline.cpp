#include "quant/pipeline.hpp"

#include "quant/calibration.hpp"
#include "quant/techniques/bias.hpp"
#include "quant/techniques/equalize.hpp"
#include "quant/techniques/fold.hpp"
#include "quant/techniques/round_weights.hpp"
#include "quant/techniques/smooth.hpp"

namespace bitshed::quant {

namespace {

void tell(const QuantizeRequest& request, const std::string& step) {
    if (request.progress) request.progress(step, 0, 0);
}

/// The techniques that leave what the network computes as it is.
Outcome prepare(Graph& graph, const Recipe& recipe, const QuantizeRequest& request,
                const ImageSet& calibration) {
    if (recipe.has(Technique::fold)) fold_batch_norms(graph);
    if (recipe.has(Technique::equalize)) equalize(graph);
    if (!recipe.has(Technique::smooth)) return success();
    tell(request, "smoothing activations");
    const auto smoothed = smooth(graph, calibration);
    return smoothed ? success() : Outcome(smoothed.error());
}

/// Weights to their formats: to nearest, or by what the layers read.
Outcome quantize_to_formats(Quantized& quantized, const Recipe& recipe,
                            const QuantizeRequest& request, const ImageSet& calibration) {
    const bool compensate = recipe.has(Technique::gptq);
    const bool learn = recipe.has(Technique::round);
    if (!compensate && !learn) {
        tell(request, "quantizing weights");
        return quantize_weights(quantized.graph, quantized.plans, request.weight_rule);
    }
    const auto technique = compensate && learn ? WeightTechnique::both
                           : compensate        ? WeightTechnique::gptq
                                               : WeightTechnique::learned_rounding;
    const auto rounded =
        round_weights(quantized.graph, quantized.plans, request.weight_rule, calibration, technique,
                      [&request](std::size_t at, std::size_t of) {
                          if (request.progress) request.progress("quantizing weights", at, of);
                      });
    return rounded ? success() : Outcome(rounded.error());
}

}  // namespace

Result<Quantized> quantize_network(const Graph& reference, const Recipe& recipe,
                                   const QuantizeRequest& request, const ImageSet& calibration) {
    Graph prepared = reference;
    if (const auto done = prepare(prepared, recipe, request, calibration); !done)
        return done.error();

    Quantized quantized{
        .graph = prepared, .plans = plan_layers(prepared, request.formats), .activations = {}};
    const auto weighed = quantize_to_formats(quantized, recipe, request, calibration);
    if (!weighed) return weighed.error();
    tell(request, "calibrating");
    quantized.activations = activations_of(quantized.graph, quantized.plans);
    const auto calibrated =
        calibrate(quantized.graph, calibration, request.activation_rule, quantized.activations);
    if (!calibrated) return calibrated.error();
    if (recipe.has(Technique::bias)) {
        tell(request, "correcting biases");
        const auto corrected = correct_bias(quantized.graph, prepared, quantized.plans,
                                            quantized.activations, calibration);
        if (!corrected) return corrected.error();
    }
    insert_quantizers(quantized.graph, quantized.plans, quantized.activations);
    return quantized;
}

}  // namespace bitshed::quant
