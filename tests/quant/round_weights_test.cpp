// GPTQ and learned rounding on networks: what a layer's matrix and the Gram matrix of its inputs
// are, in which order layers are rounded, and what is gained on the shipped networks.
#include "quant/techniques/round_weights.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <limits>
#include <numeric>

#include "format/parse.hpp"
#include "network.hpp"
#include "quant/engine.hpp"
#include "quant/onnx_import.hpp"
#include "quant/techniques/gptq.hpp"
#include "quant/techniques/weight_matrix.hpp"
#include "runs.hpp"

using namespace bitshed;
using namespace bitshed::quant;
using network::Builder;
using network::random_images;
using runs::outputs_of;

namespace {

constexpr ScaleRule least_squares{.statistic = Statistic::mse};

MaybeFormat format_of(std::string_view name) {
    return format::parse(name, format::Use::operand).value();
}

/// Every layer's weights in one format.
std::vector<LayerPlan> plans_of(const Graph& graph, std::string_view name) {
    return plan_layers(graph, {.weight = format_of(name),
                               .activation = {},
                               .end_weight = format_of(name),
                               .end_activation = {}});
}

std::vector<std::vector<float>> constants_of(const Graph& graph) {
    std::vector<std::vector<float>> constants;
    for (const Value& value : graph.values)
        if (value.constant) constants.push_back(value.constant->reals);
    return constants;
}

const std::vector<float>& weight_of(const Graph& graph, const LayerPlan& plan) {
    return graph.constant(graph.nodes.at(static_cast<std::size_t>(plan.layer.node)).inputs.at(1))
        ->reals;
}

/// The network's output for all images (one batch), one row for each of its channels.
at::Tensor channels_of(const Graph& graph, const ImageSet& images, std::int64_t axis) {
    at::Tensor output;
    const Executor executor(graph);
    const auto ran = for_each_batch(graph, images, [&](const Batch& batch) -> Outcome {
        REQUIRE(batch.count == images.count);
        const auto made = executor.run(batch.images);
        if (!made) return made.error();
        output = made.value().transpose(axis, 0).contiguous().clone();
        return success();
    });
    REQUIRE(ran);
    return output.reshape({output.size(0), -1}).to(at::kDouble);
}

/// The only layer of a network with nothing behind it: what output_errors says of a change of its
/// weight is what running the network with the changed weight gives.
void check_matrix(const Graph& graph, const ImageSet& images, std::int64_t channel_axis) {
    const auto layers = layers_of(graph);
    REQUIRE(layers.size() == 1);
    const at::Tensor weight = weight_matrix(graph, layers[0]);
    const auto gram = gram_matrix(graph, layers[0], images);
    INFO((gram ? std::string() : problems_of(gram.error())));
    REQUIRE(gram);
    at::Tensor changed = weight.clone();
    for (std::int64_t at = 0; at < changed.numel(); ++at)
        changed.view(-1)[at] += 0.01F * static_cast<float>(at % 7 - 2);
    Graph other = graph;
    set_weight_matrix(other, layers[0], changed);
    CHECK(weight_matrix(other, layers[0]).equal(changed));
    const at::Tensor expected =
        (channels_of(graph, images, channel_axis) - channels_of(other, images, channel_axis))
            .square()
            .mean(1);
    const at::Tensor told = output_errors(weight, changed, gram.value()).view(-1);
    CHECK(expected.min().item<double>() > 0);
    CHECK(told.allclose(expected, 1e-3, 1e-7));
}

/// GPTQ to int3, layer after layer, each on the network as the layers before it have left it.
Graph by_hand(const Graph& reference, const ImageSet& images) {
    Graph graph = reference;
    const auto quantizer = Quantizer::make(*format_of("int3")).value();
    for (const Layer& layer : layers_of(reference)) {
        const auto& reals = graph.constant(layer.weight)->reals;
        const auto scales =
            find_scales(quantizer, least_squares, reals, weight_slices(graph, layer)).value();
        const auto made = gptq(weight_matrix(graph, layer),
                               gram_matrix(graph, layer, images).value(), quantizer, scales);
        set_weight_matrix(graph, layer, made.value().quantized);
    }
    return graph;
}

/// The images calibrated on, and some to judge on.
ImageSet pairs(Split split, std::size_t count) {
    return fashion_mnist_pairs(split, draw(count, pair_count(split), 3)).value();
}

bool have_pairs() {
    const std::size_t first = 0;
    return fashion_mnist_pairs(Split::training, {&first, 1}).ok();
}

Graph shipped(const std::string& name) {
    auto graph =
        import_onnx(std::filesystem::path(BITSHED_NETWORKS_DIR) / (name + ".onnx")).value();
    REQUIRE(fold_constants(graph));
    return graph;
}

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

TEST_CASE("weight matrix: convolutions, with the Gram matrix of their windows") {
    const ImageSet images = random_images(5, 4, 9);
    SECTION("of all channels") {
        Builder net({4, 9, 9});
        check_matrix(net.end(net.conv(net.graph.input, 6, 4, 3)), images, 1);
    }
    SECTION("of groups, with strides, dilations and other pads at every side") {
        Builder net({4, 9, 9});
        const ValueId y = net.conv(net.graph.input, 6, 4, 3, 2);
        net.last().attributes.strides = {2, 1};
        net.last().attributes.dilations = {1, 2};
        net.last().attributes.pads = {0, 1, 2, 3};
        check_matrix(net.end(y), images, 1);
    }
    SECTION("of single channels, padded as the strides ask") {
        Builder net({4, 9, 9});
        const ValueId y = net.conv(net.graph.input, 8, 4, 4, 4);
        net.last().attributes.strides = {2, 2};
        net.last().attributes.padding = Padding::same_upper;
        check_matrix(net.end(y), images, 1);
    }
    SECTION("of a window that is not square") {
        Builder net({4, 9, 9});
        net.end(net.node(Op::conv, {net.graph.input, net.numbers({3, 4, 2, 5})}));
        check_matrix(net.graph, images, 1);
    }
    SECTION("of one spatial axis") {
        Builder net({4, 9, 9});
        const ValueId line = net.node(Op::reshape, {net.graph.input, net.integers({0, 4, 81})});
        const ValueId y = net.node(Op::conv, {line, net.numbers({4, 2, 5})});
        net.last().attributes.groups = 2;
        net.last().attributes.strides = {3};
        check_matrix(net.end(y), images, 1);
    }
}

TEST_CASE("weight matrix: products of matrices, either way round") {
    const ImageSet images = random_images(30, 3, 4);
    for (const bool transposed : {false, true}) {
        Builder net({3, 4, 4});
        const ValueId row = net.node(Op::flatten, {net.graph.input});
        net.last().attributes.axis = 1;
        const ValueId y = net.node(
            Op::gemm, {row, net.numbers(transposed ? network::Shape{5, 48} : network::Shape{48, 5}),
                       net.numbers({5})});
        net.last().attributes.transpose_b = transposed;
        check_matrix(net.end(y), images, 1);
    }
    Builder net({3, 4, 4});
    const ValueId tokens = net.tokens_of(net.graph.input, 3);
    check_matrix(net.end(net.node(Op::matmul, {tokens, net.numbers({3, 7})})), images, 2);
}

TEST_CASE("rounding weights: in running order, on what the layers before make of it") {
    const ImageSet images = random_images(20, 2, 6);
    Builder net({2, 6, 6});
    const ValueId hidden = net.node(Op::relu, {net.conv(net.graph.input, 5, 2, 3)});
    net.end(net.conv(hidden, 4, 5, 3));
    const Graph& reference = net.graph;

    Graph rounded = reference;
    auto plans = plans_of(rounded, "int3");
    std::size_t told = 0;
    const auto layers = round_weights(rounded, plans, least_squares, images, WeightTechnique::gptq,
                                      [&](std::size_t at, std::size_t of) {
                                          CHECK(at == told++);
                                          CHECK(of == 2);
                                      });
    REQUIRE(layers);
    REQUIRE(layers.value().size() == 2);
    CHECK(told == 3);

    CHECK(constants_of(rounded) == constants_of(by_hand(reference, images)));

    // What is told of a layer: the first one's input is the images.
    const Layer first = layers_of(reference)[0];
    const at::Tensor weight = weight_matrix(reference, first);
    const at::Tensor gram = gram_matrix(reference, first, images).value();
    Graph nearest = reference;
    auto nearest_plans = plans_of(nearest, "int3");
    REQUIRE(quantize_weights(nearest, nearest_plans, least_squares));
    const auto error_in = [&](const Graph& graph) {
        return output_errors(weight, weight_matrix(graph, first), gram).sum().item<double>();
    };
    CHECK(layers.value()[0].node == first.node);
    CHECK(layers.value()[0].channels == 5);
    CHECK(layers.value()[0].error == Approx(error_in(rounded)));
    CHECK(layers.value()[0].nearest_error == Approx(error_in(nearest)));

    // The second layer's input is another than in the float network.
    const Layer second = layers_of(reference)[1];
    CHECK_FALSE(gram_matrix(rounded, second, images)
                    .value()
                    .allclose(gram_matrix(reference, second, images).value(), 1e-3));
}

TEST_CASE("rounding weights: layers share what they read, and nothing else") {
    const ImageSet images = random_images(20, 6, 4);
    Builder net({6, 4, 4});
    const ValueId tokens = net.tokens_of(net.graph.input, 6);
    const ValueId queries = net.linear(tokens, 6, 6);
    const ValueId keys = net.linear(tokens, 6, 6);
    const ValueId hidden = net.node(Op::relu, {net.node(Op::mul, {queries, keys})});
    const ValueId deeper = net.node(Op::relu, {net.linear(hidden, 6, 6)});
    net.end(net.node(Op::add, {net.linear(deeper, 6, 6), net.linear(tokens, 6, 6)}));
    Graph rounded = net.graph;
    auto plans = plans_of(rounded, "int3");
    const auto layers = round_weights(rounded, plans, least_squares, images, WeightTechnique::gptq);
    REQUIRE(layers);
    REQUIRE(layers.value().size() == 5);
    CHECK(constants_of(rounded) == constants_of(by_hand(net.graph, images)));
}

TEST_CASE("rounding weights: the same again, and for each technique another") {
    const ImageSet images = random_images(20, 2, 6);
    Builder net({2, 6, 6});
    const ValueId hidden = net.node(Op::relu, {net.conv(net.graph.input, 5, 2, 3)});
    const ValueId tokens = net.tokens_of(net.conv(hidden, 6, 5, 3), 6);
    // Readers of one value share its Gram matrix.
    const ValueId keys = net.linear(tokens, 6, 8);
    net.end(net.node(Op::add, {keys, net.linear(tokens, 6, 8)}));
    Graph nearest = net.graph;
    auto nearest_plans = plans_of(nearest, "e2m1");
    REQUIRE(quantize_weights(nearest, nearest_plans, least_squares));
    std::vector<std::vector<std::vector<float>>> found = {constants_of(nearest)};
    for (const auto technique :
         {WeightTechnique::gptq, WeightTechnique::learned_rounding, WeightTechnique::both}) {
        std::vector<std::vector<float>> first;
        for (int time = 0; time < 2; ++time) {
            Graph graph = net.graph;
            auto plans = plans_of(graph, "e2m1");
            const auto layers = round_weights(graph, plans, least_squares, images, technique);
            REQUIRE(layers);
            REQUIRE(layers.value().size() == 4);
            for (const RoundedLayer& layer : layers.value()) {
                CHECK(layer.error > 0);
                CHECK(layer.learned <= layer.channels);
                if (technique == WeightTechnique::gptq) CHECK(layer.learned == 0);
                if (technique == WeightTechnique::learned_rounding)
                    CHECK(layer.error <= layer.nearest_error);
            }
            for (std::size_t at = 0; at < plans.size(); ++at)
                CHECK(plans[at].weight_scales == nearest_plans[at].weight_scales);
            if (time == 0) first = constants_of(graph);
            if (time == 1) CHECK(first == constants_of(graph));
        }
        for (const auto& other : found) CHECK(first != other);
        found.push_back(first);
    }
}

TEST_CASE("rounding weights: a weight that layers share becomes one for each") {
    const ImageSet images = random_images(20, 3, 5);
    Builder net({3, 5, 5});
    const ValueId weight = net.numbers({3, 3, 1, 1});
    const ValueId hidden = net.node(Op::relu, {net.node(Op::conv, {net.graph.input, weight})});
    net.end(net.node(Op::conv, {hidden, weight}));
    Graph graph = net.graph;
    auto plans = plans_of(graph, "int2");
    REQUIRE(round_weights(graph, plans, least_squares, images, WeightTechnique::gptq));
    CHECK(plans[0].layer.weight != plans[1].layer.weight);
    CHECK(plans[0].weight_scales == plans[1].weight_scales);
    for (const LayerPlan& plan : plans) CHECK(weight_of(graph, plan) != weight_of(net.graph, plan));
}

TEST_CASE("rounding weights: nearest where there is nothing to go by, and words for a NaN") {
    const float infinity = std::numeric_limits<float>::infinity();
    const ImageSet images = random_images(20, 3, 5);
    const auto same_as_nearest = [&](const Graph& reference, std::string_view format,
                                     std::size_t applied) {
        for (const auto technique :
             {WeightTechnique::gptq, WeightTechnique::learned_rounding, WeightTechnique::both}) {
            Graph graph = reference;
            auto plans = plans_of(graph, format);
            const auto layers = round_weights(graph, plans, least_squares, images, technique);
            REQUIRE(layers);
            CHECK(layers.value().size() == applied);
            Graph nearest = reference;
            auto nearest_plans = plans_of(nearest, format);
            REQUIRE(quantize_weights(nearest, nearest_plans, least_squares));
            CHECK(constants_of(graph) == constants_of(nearest));
            REQUIRE(plans.size() == nearest_plans.size());
            for (std::size_t at = 0; at < plans.size(); ++at)
                CHECK(plans[at].weight_scales == nearest_plans[at].weight_scales);
        }
    };
    SECTION("inputs that are 0") {
        Builder net({3, 5, 5});
        const ValueId zero = net.node(Op::mul, {net.graph.input, net.constant({1}, {0})});
        same_as_nearest(net.end(net.conv(zero, 4, 3, 3)), "e2m1", 1);
    }
    SECTION("inputs that are infinite") {
        Builder net({3, 5, 5});
        const ValueId beyond = net.node(Op::add, {net.graph.input, net.constant({1}, {infinity})});
        same_as_nearest(net.end(net.conv(beyond, 4, 3, 3)), "e2m1", 0);
    }
    SECTION("weights that are infinite") {
        Builder net({3, 5, 5});
        net.end(net.node(Op::conv,
                         {net.graph.input, net.constant({1, 3, 1, 1}, {1.1F, infinity, -0.3F})}));
        same_as_nearest(net.graph, "e5m2ieee", 0);
    }
    SECTION("a product with a stack of constant matrices") {
        Builder net({3, 5, 5});
        net.end(net.node(Op::matmul, {net.graph.input, net.numbers({3, 5, 4})}));
        same_as_nearest(net.graph, "int4", 0);
    }
    SECTION("a weight that is a NaN") {
        Builder net({3, 5, 5});
        net.end(net.node(
            Op::conv,
            {net.graph.input,
             net.constant({1, 3, 1, 1}, {1, std::numeric_limits<float>::quiet_NaN(), 2})}));
        auto plans = plans_of(net.graph, "int4");
        const auto refused =
            round_weights(net.graph, plans, least_squares, images, WeightTechnique::gptq);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == ErrorKind::request);
    }
}

TEST_CASE("rounding weights: GPTQ and learned rounding help the shipped networks") {
    if (!have_pairs()) {
        WARN("skipped: Fashion-MNIST is not installed");
        return;
    }
    const ImageSet calibration = pairs(Split::training, 128);
    const ImageSet judged = pairs(Split::test, 250);
    double gain = 0;
    int runs = 0;
    for (const std::string name : {"resnet_0", "mobilenet_0", "vit_0"}) {
        const Graph reference = shipped(name);
        const auto logits = outputs_of(reference, judged);
        for (const std::string format : {"int3", "e2m1"}) {
            const FormatChoice choice{.weight = format_of(format),
                                      .activation = {},
                                      .end_weight = format_of("int8"),
                                      .end_activation = {}};
            Graph nearest = reference;
            auto nearest_plans = plan_layers(nearest, choice);
            REQUIRE(quantize_weights(nearest, nearest_plans, least_squares));
            const double before = runs::sqnr_db(logits, outputs_of(nearest, judged));
            for (const auto technique : {WeightTechnique::gptq, WeightTechnique::learned_rounding,
                                         WeightTechnique::both}) {
                Graph graph = reference;
                auto plans = plan_layers(graph, choice);
                const auto layers =
                    round_weights(graph, plans, least_squares, calibration, technique);
                REQUIRE(layers);
                double ratios = 0;
                for (const RoundedLayer& layer : layers.value())
                    ratios += std::log(layer.error / layer.nearest_error);
                const double ratio = std::exp(ratios / static_cast<double>(layers.value().size()));
                const double after = runs::sqnr_db(logits, outputs_of(graph, judged));
                INFO(name << " " << format << " technique " << static_cast<int>(technique)
                          << ": SQNR " << before << " dB, then " << after
                          << "; a layer's error times " << ratio);
                CHECK(ratio < 0.75);
                CHECK(after > before + 0.3);
                gain += after - before;
                ++runs;
            }
        }
    }
    CHECK(runs == 18);
    CHECK(gain / runs > 4);  // dB
}

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
