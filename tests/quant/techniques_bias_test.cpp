// Bias correction: that means meet, for every kind of layer, and that it helps a trained network.
#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "network.hpp"
#include "quant/calibration.hpp"
#include "quant/onnx_import.hpp"
#include "quant/pipeline.hpp"
#include "quant/techniques/bias.hpp"
#include "runs.hpp"

using namespace bitshed;
using namespace bitshed::quant;
using network::Builder;
using network::random_images;
using runs::outputs_of;

namespace {

/// A network quantized to int3, with its biases corrected on images or not; ready to run.
struct Quantization3 {
    Graph graph;
    int corrected = 0;
};

Quantization3 quantize_to_int3(const Graph& reference, const ImageSet& images, bool correct) {
    const auto int3 = format::signed_integer(3);
    Quantization3 made{.graph = reference};
    auto plans = plan_layers(made.graph, {int3, int3, int3, int3});
    REQUIRE(quantize_weights(made.graph, plans, {.statistic = Statistic::mse}).ok());
    auto activations = activations_of(made.graph, plans);
    REQUIRE(calibrate(made.graph, images, {.statistic = Statistic::mse}, activations).ok());
    if (correct) {
        const auto done = correct_bias(made.graph, reference, plans, activations, images);
        REQUIRE(done.ok());
        made.corrected = done.value();
    }
    insert_quantizers(made.graph, plans, activations);
    return made;
}

/// The mean difference of each of `channels` outputs from the float network's, beside the outputs'
/// mean magnitude; the greatest of them.
double mean_shift(const Graph& reference, const Graph& graph, const ImageSet& images,
                  std::size_t channels, std::size_t pixels) {
    const auto expected = outputs_of(reference, images);
    const auto got = outputs_of(graph, images);
    std::vector<double> sums(channels, 0);
    double magnitude = 0;
    for (std::size_t at = 0; at < expected.size(); ++at) {
        sums[at / pixels % channels] += double{expected[at]} - double{got[at]};
        magnitude += std::fabs(double{expected[at]});
    }
    double most = 0;
    for (const double sum : sums) most = std::max(most, std::fabs(sum));
    return most * static_cast<double>(channels) / magnitude;
}

/// A network of one layer: whether its means meet after the correction, and did not before.
void check_means(const Graph& graph, std::size_t channels, std::size_t pixels) {
    const auto images = random_images(40, 3, 4);
    const auto before = quantize_to_int3(graph, images, false);
    const auto after = quantize_to_int3(graph, images, true);
    CHECK(after.corrected == 1);
    CHECK(mean_shift(graph, before.graph, images, channels, pixels) > 1e-2);
    CHECK(mean_shift(graph, after.graph, images, channels, pixels) < 1e-4);
}

}  // namespace

TEST_CASE("bias correction: a convolution's means meet, and it gets a bias where it has none") {
    Builder without({3, 4, 4});
    without.end(without.conv(without.graph.input, 5, 3, 3));
    check_means(without.graph, 5, 16);
    Builder with({3, 4, 4});
    with.end(with.conv(with.graph.input, 6, 3, 3, 3, with.numbers({6})));
    check_means(with.graph, 6, 16);
}

TEST_CASE("bias correction: a gemm's means meet, whatever its factors") {
    for (const bool has_bias : {false, true}) {
        Builder net({3, 4, 4});
        const ValueId row = net.node(Op::flatten, {net.graph.input});
        net.last().attributes.axis = 1;
        const ValueId weight = net.numbers({48, 7});
        net.end(has_bias ? net.node(Op::gemm, {row, weight, net.numbers({1, 7})})
                         : net.node(Op::gemm, {row, weight}));
        net.last().attributes.alpha = 0.5F;
        net.last().attributes.beta = 4;
        check_means(net.graph, 7, 1);
    }
}

TEST_CASE("bias correction: a matmul's bias is the constant behind it; without that it stays") {
    Builder net({3, 4, 4});
    net.end(net.linear(net.tokens_of(net.graph.input, 3), 3, 8));
    check_means(net.graph, 8, 1);
    Builder bare({3, 4, 4});
    bare.end(bare.node(Op::matmul, {bare.tokens_of(bare.graph.input, 3), bare.numbers({3, 8})}));
    const auto images = random_images(40, 3, 4);
    const auto corrected = quantize_to_int3(bare.graph, images, true);
    CHECK(corrected.corrected == 0);
    CHECK(outputs_of(corrected.graph, images) ==
          outputs_of(quantize_to_int3(bare.graph, images, false).graph, images));
}

TEST_CASE("bias correction: every layer reads what the float network gives it") {
    // The second layer's own rounding is nothing (its weight is an int3, its input not rounded), so
    // that its bias must stay, whatever the first layer did to its input.
    Builder net({3, 4, 4});
    const ValueId x = net.conv(net.graph.input, 2, 3, 1, 1, net.numbers({2}));
    net.end(net.node(Op::conv, {x, net.constant({1, 2, 1, 1}, {3, -1}), net.constant({1}, {5})}));
    const auto images = random_images(40, 3, 4);
    const auto int3 = format::signed_integer(3);
    Graph graph = net.graph;
    auto plans = plan_layers(graph, {int3, {}, int3, {}});
    REQUIRE(quantize_weights(graph, plans, {.statistic = Statistic::absmax}).ok());
    const auto activations = activations_of(graph, plans);
    REQUIRE(correct_bias(graph, net.graph, plans, activations, images).value() == 2);
    CHECK(graph.constant(graph.nodes[1].inputs[2])->reals[0] == Approx(5).margin(1e-6));
    CHECK(graph.constant(graph.nodes[0].inputs[2])->reals !=
          net.graph.constant(net.graph.nodes[0].inputs[2])->reals);
}

TEST_CASE("bias correction: a bias that two layers read is corrected for each") {
    Builder net({3, 4, 4});
    const ValueId bias = net.numbers({3});
    const ValueId x = net.conv(net.graph.input, 3, 3, 1, 1, bias);
    net.end(net.conv(x, 3, 3, 1, 1, bias));
    const auto made = quantize_to_int3(net.graph, random_images(40, 3, 4), true);
    std::vector<ValueId> biases;
    for (const Node& node : made.graph.nodes)
        if (node.op == Op::conv) biases.push_back(node.inputs[2]);
    REQUIRE(biases.size() == 2);
    CHECK(biases[0] != biases[1]);
    CHECK(made.graph.constant(biases[0])->reals != made.graph.constant(biases[1])->reals);
}

TEST_CASE("bias correction: images that fill a fixed batch up do not count") {
    Builder net({3, 4, 4});
    net.end(net.conv(net.graph.input, 5, 3, 3, 1, net.numbers({5})));
    const auto images = random_images(10, 3, 4);
    const auto int3 = format::signed_integer(3);
    const auto bias_with_batch = [&](std::int64_t batch) {
        Graph reference = net.graph;
        reference.input_shape.front() = batch;
        Graph graph = reference;
        auto plans = plan_layers(graph, {int3, {}, int3, {}});
        REQUIRE(quantize_weights(graph, plans, {.statistic = Statistic::mse}).ok());
        REQUIRE(correct_bias(graph, reference, plans, activations_of(graph, plans), images).ok());
        return graph.constant(graph.nodes.back().inputs[2])->reals;
    };
    const auto free = bias_with_batch(0);
    REQUIRE(free.size() == 5);
    CHECK(free != net.graph.constant(net.graph.nodes.back().inputs[2])->reals);
    for (const std::int64_t batch : {4, 16}) {
        const auto filled = bias_with_batch(batch);
        for (std::size_t at = 0; at < free.size(); ++at)
            CHECK(filled[at] == Approx(free[at]).margin(1e-5));
    }
}

TEST_CASE("bias correction: the logits of a MobileNet at int4 and int8 move toward float32's") {
    std::vector<std::size_t> which(256);
    for (std::size_t at = 0; at < which.size(); ++at) which[at] = at;
    const auto calibration = fashion_mnist_pairs(Split::training, which);
    const auto judged = fashion_mnist_pairs(Split::test, which);
    REQUIRE(calibration.ok());
    REQUIRE(judged.ok());
    auto imported = import_onnx(std::filesystem::path(BITSHED_NETWORKS_DIR) / "mobilenet_0.onnx");
    REQUIRE(imported.ok());
    Graph reference = std::move(imported).value();
    REQUIRE(fold_constants(reference).ok());
    QuantizeRequest request;
    const auto int4 = format::signed_integer(4);
    const auto int8 = format::signed_integer(8);
    request.formats = {int4, int8, int8, int8};
    const auto quantized = [&](std::string_view recipe) {
        auto made = quantize_network(reference, parse_recipe(recipe).value().front(), request,
                                     calibration.value());
        REQUIRE(made.ok());
        return std::move(made).value().graph;
    };
    const Graph before = quantized("none");
    const Graph after = quantized("bias");
    const auto shift = [&](const Graph& graph) {
        return mean_shift(reference, graph, judged.value(), 100, 1);
    };
    const auto sqnr = [&](const Graph& graph) {
        return runs::sqnr_db(outputs_of(reference, judged.value()),
                             outputs_of(graph, judged.value()));
    };
    CHECK(shift(after) < 0.8 * shift(before));
    CHECK(sqnr(after) > sqnr(before) + 1);
}

TEST_CASE("recipes: each technique changes the quantized network, alone and beside the others") {
    Builder net({3, 6, 6});
    ValueId x = net.relu6(net.batch_norm(net.conv(net.graph.input, 8, 3, 3), 8));
    x = net.relu6(net.batch_norm(net.conv(x, 8, 8, 3, 8), 8));
    x = net.node(Op::gemm, {net.rows_of(x), net.numbers({8, 5}), net.numbers({5})});
    net.end(net.node(Op::gemm, {x, net.numbers({5, 4}), net.numbers({4})}));
    const auto images = random_images(40, 3, 6);
    const auto int4 = format::signed_integer(4);
    QuantizeRequest request;
    request.formats = {int4, int4, int4, int4};
    const auto outputs = [&](const std::string& recipe) {
        const auto made =
            quantize_network(net.graph, parse_recipe(recipe).value().front(), request, images);
        REQUIRE(made.ok());
        return outputs_of(made.value().graph, images);
    };
    const auto none = outputs("none");
    const auto paper = outputs("paper");
    CHECK(none == outputs("none"));
    // Folding alone moves roundings of float32 only; it counts as what equalizing stands on.
    const std::vector<std::string> techniques = {"equalize", "smooth", "gptq", "round", "bias"};
    for (const std::string& technique : techniques) {
        CAPTURE(technique);
        CHECK(outputs(technique) != none);
        std::string others = "fold";
        for (const std::string& other : techniques)
            if (other != technique) others += "+" + other;
        CHECK(outputs(others) != paper);
    }
}
