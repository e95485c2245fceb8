// Folding, equalizing and smoothing: what they do to weights, and that a network in float computes
// what it computed.
#include <ATen/ATen.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "network.hpp"
#include "quant/layers.hpp"
#include "quant/onnx_import.hpp"
#include "quant/quantizer.hpp"
#include "quant/scale.hpp"
#include "quant/techniques/channels.hpp"
#include "quant/techniques/equalize.hpp"
#include "quant/techniques/fold.hpp"
#include "quant/techniques/smooth.hpp"
#include "runs.hpp"

using namespace bitshed;
using namespace bitshed::quant;
using network::Builder;
using network::random_images;
using runs::difference;
using runs::outputs_of;

namespace {

constexpr double unchanged = 1e-4;

int count(const Graph& graph, Op op) {
    return static_cast<int>(std::count_if(graph.nodes.begin(), graph.nodes.end(),
                                          [op](const Node& node) { return node.op == op; }));
}

const std::vector<float>& input(const Graph& graph, std::size_t node, std::size_t slot) {
    return graph.constant(graph.nodes.at(node).inputs.at(slot))->reals;
}

double greatest(const std::vector<float>& numbers) {
    double most = 0;
    for (const float x : numbers) most = std::max(most, std::fabs(double{x}));
    return most;
}

/// Of a network before and after an edit, over random images.
template <class Edit>
double change(const Graph& graph, const ImageSet& images, Edit edit) {
    Graph edited = graph;
    edit(edited);
    return difference(outputs_of(graph, images), outputs_of(edited, images));
}

}  // namespace

TEST_CASE("folding: weight and bias get gain and shift of the norm") {
    Builder net({1, 1, 1});
    const ValueId y = net.node(Op::conv, {net.graph.input, net.constant({2, 1, 1, 1}, {2, -4}),
                                          net.constant({2}, {1, 0})});
    net.end(net.node(Op::batch_norm, {y, net.constant({2}, {3, 0.5F}), net.constant({2}, {7, -1}),
                                      net.constant({2}, {5, 2}), net.constant({2}, {4, 16})}));
    net.last().attributes.epsilon = 0;
    CHECK(fold_batch_norms(net.graph) == 1);
    REQUIRE(net.graph.nodes.size() == 1);
    CHECK(input(net.graph, 0, 1) == std::vector<float>{3, -0.5F});
    CHECK(input(net.graph, 0, 2) == std::vector<float>{1, -1.25F});  // (1-5)*1.5+7, (0-2)/8-1
    CHECK(net.graph.output == net.graph.nodes.front().outputs.front());
}

TEST_CASE("folding: convolutions of all kinds and gemms, with and without a bias") {
    Builder net({3, 6, 6});
    ValueId x = net.batch_norm(net.conv(net.graph.input, 8, 3, 3), 8);
    x = net.node(Op::relu, {x});
    x = net.batch_norm(net.conv(x, 8, 8, 3, 8, net.numbers({8})), 8);
    x = net.batch_norm(net.conv(x, 6, 8, 3, 2, net.numbers({6})), 6);
    x = net.rows_of(x);
    for (const bool transposed : {false, true}) {
        x = net.node(Op::gemm, {x, net.numbers({6, 6}), net.numbers({6})});
        net.last().attributes.transpose_b = transposed;
        net.last().attributes.alpha = 0.5F;
        net.last().attributes.beta = 3;
        x = net.batch_norm(x, 6);
    }
    x = net.node(Op::gemm, {x, net.numbers({6, 6}), net.numbers({1})});  // one number for all
    x = net.batch_norm(x, 6);
    net.end(x);
    CHECK(change(net.graph, random_images(20, 3, 6),
                 [](Graph& graph) { CHECK(fold_batch_norms(graph) == 6); }) < unchanged);
    fold_batch_norms(net.graph);
    CHECK(count(net.graph, Op::batch_norm) == 0);
}

TEST_CASE("folding: a norm behind anything else, or not alone, stays") {
    Builder net({3, 6, 6});
    ValueId x = net.batch_norm(net.graph.input, 3);
    x = net.node(Op::relu, {net.conv(x, 3, 3, 3)});
    x = net.batch_norm(x, 3);
    const ValueId read_twice = net.conv(x, 3, 3, 3);
    x = net.node(Op::add, {net.batch_norm(read_twice, 3), read_twice});
    // A bias that is one number a row is no bias of a channel.
    x = net.node(Op::gemm, {net.rows_of(x), net.numbers({3, 3}), net.numbers({20, 1})});
    x = net.batch_norm(x, 3);
    net.end(x);
    CHECK(change(net.graph, random_images(20, 3, 6),
                 [](Graph& graph) { CHECK(fold_batch_norms(graph) == 0); }) == 0);
    CHECK(count(net.graph, Op::batch_norm) == 4);
}

TEST_CASE("folding: a weight that another layer reads too is edited for one alone") {
    Builder net({3, 6, 6});
    const ValueId weight = net.numbers({3, 3, 1, 1});
    const ValueId x = net.batch_norm(net.node(Op::conv, {net.graph.input, weight}), 3);
    net.end(net.node(Op::conv, {x, weight}));
    CHECK(change(net.graph, random_images(20, 3, 6),
                 [](Graph& graph) { CHECK(fold_batch_norms(graph) == 1); }) < unchanged);
}

TEST_CASE("balance: the formula, and 1 for channels that are zero") {
    CHECK(balance(std::vector<double>{4, 0, 2, 1}, std::vector<double>{9, 3, 0, 1e-90}, 0.5) ==
          std::vector<float>{1.5F, 1, 1, 1});
    CHECK(balance(std::vector<double>{16}, std::vector<double>{81}, 0.25) ==
          std::vector<float>{13.5F});
}

TEST_CASE("equalization: source and sink get the range that is the mean of theirs") {
    Builder net({2, 4, 4});
    const ValueId x =
        net.node(Op::conv, {net.graph.input, net.constant({2, 2, 1, 1}, {8, 1, -0.5F, 0.25F}),
                            net.constant({2}, {3, 4})});
    net.end(net.node(Op::conv,
                     {net.node(Op::relu, {x}), net.constant({2, 2, 1, 1}, {0.5F, 2, -0.25F, 1})}));
    CHECK(equalize(net.graph, 0.5, 1) == 1);
    // R_source 8, 0.5; R_sink 0.5, 2; s = 1/4, 2.
    CHECK(input(net.graph, 0, 1) == std::vector<float>{2, 0.25F, -1, 0.5F});
    CHECK(input(net.graph, 0, 2) == std::vector<float>{0.75F, 8});
    CHECK(input(net.graph, 2, 1) == std::vector<float>{2, 1, -1, 0.5F});
}

TEST_CASE("equalization: 20 rounds along relu6 and a depthwise layer change nothing in float") {
    Builder net({3, 6, 6});
    ValueId x = net.batch_norm(net.conv(net.graph.input, 8, 3, 3), 8);
    x = net.relu6(x);
    x = net.relu6(net.batch_norm(net.conv(x, 8, 8, 3, 8), 8));
    x = net.batch_norm(net.conv(x, 4, 8, 1), 4);
    x = net.conv(x, 8, 4, 3, 2, net.numbers({8}));
    net.end(x);
    const auto images = random_images(20, 3, 6);
    fold_batch_norms(net.graph);
    Graph equalized = net.graph;
    CHECK(equalize(equalized) == 3);
    CHECK(difference(outputs_of(net.graph, images), outputs_of(equalized, images)) < unchanged);
    // The test means something: without their clips the network would be another.
    Graph unbounded = net.graph;
    for (Node& node : unbounded.nodes)
        if (node.op == Op::clip) node.attributes.high = 1e30F;
    CHECK(difference(outputs_of(net.graph, images), outputs_of(unbounded, images)) > 0.01);
    // And so does the technique: a channel's ranges have met.
    for (const Link& link : links_of(equalized)) {
        const auto source = source_range(equalized, link);
        const auto sink = sink_range(equalized, link);
        for (std::size_t at = 0; at < source.size(); ++at)
            CHECK(source[at] == Approx(sink[at]).epsilon(0.1));
    }
    CHECK(greatest(input(equalized, 0, 1)) != greatest(input(net.graph, 0, 1)));
}

TEST_CASE("equalization: through pools, padding, flattening, leaky and constant sums") {
    Builder net({3, 8, 8});
    ValueId x = net.conv(net.graph.input, 4, 3, 3, 1, net.numbers({4}));
    x = net.node(Op::leaky_relu, {x});
    net.last().attributes.alpha = 0.1F;
    x = net.node(Op::pad, {x, net.integers({0, 0, 1, 0, 0, 0, 0, 2}), net.constant({}, {0})});
    x = net.node(Op::max_pool, {x});
    net.last().attributes.kernel = net.last().attributes.strides = {2, 2};
    x = net.node(Op::mul, {x, net.constant({}, {0.7F})});
    x = net.node(Op::sub, {net.numbers({4, 1, 1}), x});
    x = net.conv(x, 6, 4, 3);
    x = net.node(Op::average_pool, {x});
    net.last().attributes.kernel = net.last().attributes.strides = {2, 2};
    x = net.node(Op::flatten, {x});
    net.last().attributes.axis = 1;
    x = net.node(Op::gemm, {x, net.numbers({24, 10}), net.numbers({10})});
    x = net.node(Op::relu, {x});
    x = net.node(Op::gemm, {x, net.numbers({5, 10}), net.numbers({5})});
    net.last().attributes.transpose_b = true;
    net.end(x);
    // Rows of 9 x 10 become 4 x 5, and 2 x 2: four columns of the gemm for each channel.
    CHECK(change(net.graph, random_images(20, 3, 8),
                 [](Graph& graph) { CHECK(equalize(graph) == 3); }) < unchanged);
}

TEST_CASE("equalization: what is read twice, bent or padded with other than zero is left alone") {
    const auto images = random_images(20, 3, 6);
    const auto leaves = [&](auto between) {
        Builder net({3, 6, 6});
        const ValueId x = net.conv(net.graph.input, 4, 3, 3);
        net.end(net.conv(between(net, x), 4, 4, 3));
        CHECK(change(net.graph, images, [](Graph& graph) { CHECK(equalize(graph) == 0); }) == 0);
    };
    leaves([](Builder& net, ValueId x) { return net.node(Op::sigmoid, {x}); });
    leaves([](Builder& net, ValueId x) { return net.node(Op::add, {x, net.node(Op::relu, {x})}); });
    leaves([](Builder& net, ValueId x) {
        return net.node(Op::add, {x, net.conv(net.graph.input, 4, 3, 1)});
    });
    leaves([](Builder& net, ValueId x) {
        return net.node(Op::pad,
                        {x, net.integers({0, 0, 1, 0, 0, 0, 0, 0}), net.constant({}, {0.5F})});
    });
    leaves([](Builder& net, ValueId x) { return net.node(Op::add, {x, net.constant({}, {1})}); });
    leaves([](Builder& net, ValueId x) {  // a source, but none with a weight
        return net.node(Op::mul, {x, net.numbers({4, 1, 1})});
    });
    leaves([](Builder& net, ValueId x) {  // channels that change places
        const ValueId turned = net.node(Op::transpose, {x});
        net.last().attributes.permutation = {0, 1, 3, 2};
        return turned;
    });
    Builder tap({3, 6, 6});
    const ValueId x = tap.node(Op::relu, {tap.conv(tap.graph.input, 4, 3, 3)});
    tap.conv(x, 4, 4, 3);
    tap.end(x);  // the network's output is read by the caller too
    CHECK(equalize(tap.graph) == 0);
}

TEST_CASE("equalization: a dead channel keeps its weights, and everything stays finite") {
    Builder net({1, 4, 4});
    const ValueId x = net.node(
        Op::conv, {net.graph.input, net.constant({2, 1, 1, 1}, {0, 3}), net.constant({2}, {1, 0})});
    net.end(net.node(Op::conv, {x, net.constant({1, 2, 1, 1}, {5, 1})}));
    CHECK(change(net.graph, random_images(9, 1, 4),
                 [](Graph& graph) { CHECK(equalize(graph) == 1); }) < unchanged);
    equalize(net.graph);
    CHECK(input(net.graph, 0, 1)[0] == 0);
    CHECK(input(net.graph, 0, 2)[0] == 1);
    CHECK(input(net.graph, 1, 1)[0] == 5);
}

TEST_CASE("equalization: constants that others read too are edited for one alone") {
    Builder net({3, 6, 6});
    const ValueId weight = net.numbers({3, 3, 1, 1});
    const ValueId bias = net.numbers({3});
    ValueId x = net.node(Op::relu, {net.node(Op::conv, {net.graph.input, weight, bias})});
    x = net.node(Op::relu, {net.node(Op::conv, {x, weight, bias})});
    net.end(net.node(Op::conv, {x, weight, bias}));
    CHECK(change(net.graph, random_images(20, 3, 6),
                 [](Graph& graph) { CHECK(equalize(graph) == 2); }) < unchanged);
}

TEST_CASE("smoothing: activation and weight get the range that is the mean of theirs") {
    Builder net({2, 1, 4});
    const ValueId tokens = net.tokens_of(net.graph.input, 2);
    const ValueId normed =
        net.node(Op::mul, {tokens, net.constant({2}, {10, 0.5F})});  // a norm's gain
    net.end(net.node(Op::matmul, {normed, net.constant({2, 2}, {0.1F, -0.4F, 2, 1})}));
    ImageSet images = random_images(1, 2, 1);
    images.width = 4;
    images.pixels = std::vector<float>{1, -2, 0.5F, 0, 3, 4, -1, 1};
    CHECK(smooth(net.graph, images).value() == 1);
    // X 20, 2; W 0.4, 2; s = sqrt(0.02), 1.
    const auto& gain = input(net.graph, 2, 1);
    CHECK(gain[0] == Approx(10 * std::sqrt(0.02)));
    CHECK(gain[1] == Approx(0.5));
    const auto& weight = input(net.graph, 3, 1);
    CHECK(weight[0] == Approx(0.1 / std::sqrt(0.02)));
    CHECK(weight[1] == Approx(-0.4 / std::sqrt(0.02)));
    CHECK(weight[2] == Approx(2));
    CHECK(weight[3] == Approx(1));
}

namespace {

/// A transformer's block on 4 x 4 pictures of 6 channels: its norm in one node or in its parts.
Graph block(Op norm) {
    Builder net({6, 4, 4});
    const ValueId x = net.tokens_of(net.graph.input, 6);
    ValueId y = no_value;
    if (norm == Op::layer_norm) {
        y = net.layer_norm(x, 6);
    } else {
        const ValueId mean = net.node(Op::reduce_mean, {x, net.integers({-1})});
        y = net.node(Op::mul, {net.node(Op::sub, {x, mean}), net.spread(6, 0.1F, 10)});
        y = net.node(Op::add, {y, net.numbers({6})});
    }
    const ValueId query = net.linear(y, 6, 6);
    const ValueId key = net.linear(y, 6, 6);
    const ValueId turned = net.node(Op::transpose, {key});
    net.last().attributes.permutation = {0, 2, 1};
    const ValueId weights = net.node(Op::softmax, {net.node(Op::matmul, {query, turned})});
    net.last().attributes.axis = -1;
    const ValueId mixed = net.node(Op::matmul, {weights, net.linear(y, 6, 6)});
    const ValueId sum = net.node(Op::add, {x, net.linear(mixed, 6, 6)});
    const ValueId wide = net.node(Op::gelu, {net.linear(net.layer_norm(sum, 6), 6, 12)});
    net.end(net.node(Op::add, {sum, net.linear(wide, 12, 6)}));
    return net.graph;
}

}  // namespace

TEST_CASE("smoothing: norms before linear layers, in one node and in parts; nothing in float") {
    const auto images = random_images(20, 6, 4);
    for (const Op norm : {Op::layer_norm, Op::mul}) {
        const Graph before = block(norm);
        // Both norms. Not what GELU bends, nor the product of attention.
        CHECK(change(before, images,
                     [&](Graph& graph) { CHECK(smooth(graph, images).value() == 2); }) < unchanged);
        Graph graph = before;
        REQUIRE(smooth(graph, images).ok());
        for (const Link& link : links_of(graph)) CHECK(link.channels == 6);
        REQUIRE(links_of(graph).size() == 2);
        CHECK(links_of(graph).front().sinks.size() == 3);
    }
}

TEST_CASE("smoothing: a norm that the residual sum reads too, or without a gain, is left alone") {
    const auto images = random_images(20, 6, 4);
    Builder net({6, 4, 4});
    const ValueId y = net.layer_norm(net.tokens_of(net.graph.input, 6), 6);
    const ValueId sum = net.node(Op::add, {y, net.linear(y, 6, 6)});
    const ValueId scaled = net.node(Op::mul, {sum, net.constant({}, {2})});
    net.end(net.linear(scaled, 6, 6));
    CHECK(change(net.graph, images,
                 [&](Graph& graph) { CHECK(smooth(graph, images).value() == 0); }) == 0);
    // The channels of a batch norm on tokens are not those that a matmul sums over.
    Builder turned({6, 4, 4});
    const ValueId z = turned.batch_norm(turned.tokens_of(turned.graph.input, 6), 16);
    turned.end(turned.linear(z, 6, 6));
    CHECK(change(turned.graph, images,
                 [&](Graph& graph) { CHECK(smooth(graph, images).value() == 0); }) == 0);
}

TEST_CASE("smoothing: a channel far above the others no longer takes the others' steps") {
    const auto images = random_images(50, 6, 4);
    Builder net({6, 4, 4});
    const ValueId tokens = net.tokens_of(net.graph.input, 6);
    const ValueId y = net.node(
        Op::layer_norm, {tokens, net.constant({6}, {60, 1, 1, 1, 1, 1}), net.numbers({6}, 0.1F)});
    net.last().attributes.axis = -1;
    const ValueId weight = net.numbers({6, 6}, 0.3F);
    net.end(net.node(Op::matmul, {y, weight}));
    for (std::size_t at = 0; at < 6; ++at)
        net.graph.values[static_cast<std::size_t>(weight)].constant->reals[at] *= 0.02F;
    Graph smoothed = net.graph;
    REQUIRE(smooth(smoothed, images).value() == 1);
    const auto expected = outputs_of(net.graph, images);
    // Activations in int4 by their greatest number, weights in float.
    const auto with_int4 = [&](Graph graph) {
        const auto int4 = format::signed_integer(4);
        float most = 0;
        Watch watch;
        watch.layer_input = [&](Use, const at::Tensor& seen) {
            most = std::max(most, seen.abs().max().item<float>());
        };
        const Executor executor(graph);
        REQUIRE(for_each_batch(graph, images, [&](const Batch& batch) -> Outcome {
                    REQUIRE(executor.run(batch.images, watch).ok());
                    return success();
                }).ok());
        Node node;
        node.op = Op::fake_quantize;
        node.name = "quantized";
        node.inputs = {graph.nodes.back().inputs.front()};
        node.outputs = {graph.add_value("quantized")};
        node.attributes.quantization = {.format = int4, .scale = most / 7};
        graph.nodes.back().inputs.front() = node.outputs.front();
        graph.nodes.insert(graph.nodes.end() - 1, node);
        return runs::sqnr_db(expected, outputs_of(graph, images));
    };
    const double before = with_int4(net.graph);
    const double after = with_int4(smoothed);
    INFO("SQNR " << before << " dB before, " << after << " dB after");
    CHECK(after > before + 3);
}

namespace {

std::vector<std::filesystem::path> shipped() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(BITSHED_NETWORKS_DIR))
        if (entry.path().extension() == ".onnx") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

Graph read(const std::filesystem::path& file) {
    auto graph = import_onnx(file);
    REQUIRE(graph.ok());
    Graph read = std::move(graph).value();
    REQUIRE(fold_constants(read).ok());
    return read;
}

ImageSet pairs(Split split, std::size_t first, std::size_t count) {
    std::vector<std::size_t> which(count);
    for (std::size_t at = 0; at < count; ++at) which[at] = first + at;
    auto set = fashion_mnist_pairs(split, which);
    REQUIRE(set.ok());
    return std::move(set).value();
}

}  // namespace

TEST_CASE("techniques in float: the shipped networks compute what they computed") {
    const auto images = pairs(Split::test, 0, 100);
    int networks = 0;
    for (const auto& file : shipped()) {
        CAPTURE(file.filename().string());
        const Graph before = read(file);
        Graph graph = before;
        const auto expected = outputs_of(before, images);
        const bool transformer = file.filename().string().starts_with("vit");
        CHECK(fold_batch_norms(graph) == count(before, Op::batch_norm));
        CHECK(count(graph, Op::batch_norm) == 0);
        CHECK(difference(expected, outputs_of(graph, images)) < unchanged);
        CHECK((equalize(graph) > 0) != transformer);
        CHECK(difference(expected, outputs_of(graph, images)) < unchanged);
        CHECK(smooth(graph, images).value() > 0);
        CHECK(difference(expected, outputs_of(graph, images)) < unchanged);
        ++networks;
    }
    CHECK(networks >= 9);
}

TEST_CASE("equalization: with one scale a tensor at 4 bits a MobileNet says more often the same") {
    const auto images = pairs(Split::test, 0, 500);
    const Graph before = read(std::filesystem::path(BITSHED_NETWORKS_DIR) / "mobilenet_0.onnx");
    const auto expected = outputs_of(before, images);
    Graph folded = before;
    fold_batch_norms(folded);
    Graph equalized = folded;
    equalize(equalized);
    const auto agreement = [&](Graph graph) {
        const auto quantizer = Quantizer::make(format::signed_integer(4)).value();
        for (const Layer& layer : layers_of(graph)) {
            auto& weight =
                own_constant(graph, {.node = layer.node, .slot = layer.weight_slot}).reals;
            const auto scale = find_scale(quantizer, {.statistic = Statistic::absmax}, weight);
            REQUIRE(quantizer.quantize(weight, scale.value(), weight).ok());
        }
        const auto got = outputs_of(graph, images);
        const std::size_t classes = got.size() / images.count;
        std::size_t agreed = 0;
        const auto greatest_at = [classes](const std::vector<float>& logits, std::size_t image) {
            const auto first = logits.begin() + static_cast<std::ptrdiff_t>(image * classes);
            return std::max_element(first, first + static_cast<std::ptrdiff_t>(classes)) - first;
        };
        for (std::size_t image = 0; image < images.count; ++image)
            agreed += greatest_at(expected, image) == greatest_at(got, image) ? 1 : 0;
        return 100.0 * static_cast<double>(agreed) / static_cast<double>(images.count);
    };
    const double without = agreement(folded);
    const double with = agreement(equalized);
    INFO("agreement " << without << " % without, " << with << " % with");
    CHECK(with > without + 5);
}
