// GPTQ and learned rounding on layers: each weight by the scale of its own channel.
#include "quant/techniques/round_weights.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "format/parse.hpp"
#include "network.hpp"
#include "quant/techniques/weight_matrix.hpp"

using namespace bitshed;
using namespace bitshed::quant;

namespace {

/// A product of tokens with a matrix whose output channels, its columns, have very different
/// ranges.
Graph of_uneven_channels(network::Builder& net) {
    const ValueId tokens = net.tokens_of(net.graph.input, 4);
    std::vector<float> weight;
    for (int row = 0; row < 4; ++row)
        for (const float range : {1.0F, 10.0F, 100.0F})
            weight.push_back(range * (0.3F + 0.17F * static_cast<float>(row)));
    return net.end(net.node(Op::matmul, {tokens, net.constant({4, 3}, std::move(weight))}));
}

}  // namespace

TEST_CASE("weight matrix: a weight stored the other way round lies in the matrix's own order") {
    network::Builder net({4, 6, 6});
    const Graph graph = of_uneven_channels(net);
    const auto layers = layers_of(graph);
    REQUIRE(layers.size() == 1);
    const at::Tensor matrix = weight_matrix(graph, layers[0]);
    CHECK(matrix.is_contiguous());
    const float* const numbers = matrix.data_ptr<float>();
    for (int channel = 0; channel < 3; ++channel)
        for (int column = 0; column < 4; ++column)
            CHECK(numbers[4 * channel + column] ==
                  Approx(std::pow(10, channel) * (0.3 + 0.17 * column)));
}

TEST_CASE("rounding weights: of a product, each by the scale of its own channel") {
    const auto int4 = format::parse("int4", format::Use::operand).value();
    for (const auto technique :
         {WeightTechnique::gptq, WeightTechnique::learned_rounding, WeightTechnique::both}) {
        network::Builder net({4, 6, 6});
        Graph graph = of_uneven_channels(net);
        const std::vector<float> before = graph.constant(layers_of(graph)[0].weight)->reals;
        auto plans = plan_layers(
            graph, {.weight = int4, .activation = {}, .end_weight = int4, .end_activation = {}});
        const auto rounded = round_weights(graph, plans, {.statistic = Statistic::absmax},
                                           network::random_images(8, 4, 6), technique);
        REQUIRE(rounded.ok());
        REQUIRE(rounded.value().size() == 1);
        const RoundedLayer& layer = rounded.value()[0];
        INFO(static_cast<int>(technique));
        CHECK(layer.error <= layer.nearest_error);
        // Rounding to nearest is off by half a step of each channel at the most.
        const std::vector<float>& scales = plans[0].weight_scales;
        REQUIRE(scales.size() == 3);
        double worst = 0;
        for (const float scale : scales) worst += 4 * 0.25 * double{scale} * double{scale};
        CHECK(layer.nearest_error < 20 * worst);
        const std::vector<float>& after = graph.constant(plans[0].layer.weight)->reals;
        REQUIRE(after.size() == before.size());
        for (std::size_t at = 0; at < after.size(); ++at)
            CHECK(std::fabs(after[at] - before[at]) <= 2.001F * scales[at % 3]);
    }
}
