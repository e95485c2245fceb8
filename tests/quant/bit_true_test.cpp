// Bit true: codes, exact sums and what LibTorch gives, on small layers worked out by hand, on every
// kind of layer, and with seeded bugs, each of which must be found.
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <limits>
#include <numeric>

#include "format/decoded.hpp"
#include "format/parse.hpp"
#include "network.hpp"
#include "quant/batches.hpp"
#include "quant/check_layers.hpp"
#include "quant/exact_sums.hpp"
#include "quant/executor.hpp"
#include "support/files.hpp"

using namespace bitshed;
using namespace bitshed::quant;
using network::Builder;
using network::random_images;

namespace {

format::Format format_of(std::string_view name) {
    return format::parse(name, format::Use::operand).value();
}

/// A network quantized to two formats throughout, with scales that are given or found.
Quantized quantized(const Graph& graph, std::string_view weight, std::string_view activation,
                    const ScaleRule& rule = {.statistic = Statistic::mse},
                    float activation_scale = 0.02F) {
    const FormatChoice choice{.weight = format_of(weight),
                              .activation = format_of(activation),
                              .end_weight = format_of(weight),
                              .end_activation = format_of(activation)};
    Quantized made{.graph = graph, .plans = plan_layers(graph, choice), .activations = {}};
    REQUIRE(quantize_weights(made.graph, made.plans, rule));
    made.activations = activations_of(made.graph, made.plans);
    for (Activation& activation_of : made.activations) activation_of.scale = activation_scale;
    insert_quantizers(made.graph, made.plans, made.activations);
    return made;
}

/// The codes of the first layer in a run over some images.
LayerCodes codes_of_first(const Quantized& made, const ImageSet& images) {
    std::optional<LayerCodes> codes;
    std::vector<at::Tensor> inputs(3);
    const LayerPlan& plan = made.plans.front();
    Watch watch;
    watch.layer_input = [&](Use use, const at::Tensor& input) {
        if (use.node == plan.layer.node) inputs[static_cast<std::size_t>(use.slot)] = input;
    };
    watch.layer_output = [&](NodeId node, const at::Tensor& output) {
        if (node == plan.layer.node) codes = codes_of(made.graph, plan, inputs, output);
    };
    const Executor executor(made.graph);
    REQUIRE(for_each_batch(made.graph, images, [&](const Batch& batch) -> Outcome {
        const auto output = executor.run(batch.images, watch);
        return output ? success() : Outcome(output.error());
    }));
    REQUIRE(codes);
    // Copies that may be changed: the run made its tensors without that.
    for (at::Tensor* tensor : {&codes->weights, &codes->activations, &codes->weight_scales,
                               &codes->float32, &codes->float64, &codes->result})
        *tensor = tensor->clone();
    return *codes;
}

std::vector<std::size_t> all_sums(const LayerCodes& codes) {
    std::vector<std::size_t> sums(sum_count(codes));
    std::iota(sums.begin(), sums.end(), std::size_t{0});
    return sums;
}

BitTrueLayer compared(const LayerCodes& codes) {
    return compare_sums(codes, all_sums(codes));
}

std::vector<int> bytes(const at::Tensor& tensor) {
    const auto* const first = tensor.data_ptr<std::uint8_t>();
    return {first, first + tensor.numel()};
}

std::vector<float> floats(const at::Tensor& tensor) {
    const at::Tensor dense = tensor.to(at::kFloat).contiguous();
    return {dense.data_ptr<float>(), dense.data_ptr<float>() + dense.numel()};
}

ImageSet images_of(std::size_t channels, std::size_t height, std::size_t width,
                   std::vector<float> pixels) {
    ImageSet images;
    images.channels = channels;
    images.height = height;
    images.width = width;
    images.count = pixels.size() / images.image_size();
    images.pixels = std::move(pixels);
    images.mean.assign(channels, 0);
    images.deviation.assign(channels, 1);
    images.labels.assign(images.count, 0);
    return images;
}

/// One sum of given codes, as a layer of its own; scales 1, results as they should be.
LayerCodes one_sum(std::string_view weight, std::string_view activation,
                   const std::vector<int>& weights, const std::vector<int>& activations) {
    const auto size = static_cast<std::int64_t>(weights.size());
    LayerCodes codes;
    codes.weight = format_of(weight);
    codes.activation = format_of(activation);
    codes.weights = at::tensor(at::ArrayRef<int>(weights)).to(at::kByte).reshape({1, 1, size});
    codes.activations =
        at::tensor(at::ArrayRef<int>(activations)).to(at::kByte).reshape({1, 1, size});
    codes.weight_scales = at::ones({1, 1});
    double sum = 0;
    for (std::size_t at = 0; at < weights.size(); ++at) {
        const auto value = [](const format::Format& format, int code) {
            const auto decoded = format::decode(format, static_cast<std::uint32_t>(code));
            const double magnitude = std::ldexp(decoded.significand, decoded.exponent);
            return decoded.negative ? -magnitude : magnitude;
        };
        sum += value(codes.weight, weights[at]) * value(codes.activation, activations[at]);
    }
    codes.float64 = at::full({1, 1, 1}, sum, at::kDouble);
    codes.float32 = codes.float64.to(at::kFloat);
    codes.result = codes.float32.clone();
    return codes;
}

/// A convolution of 6 output channels with a bias, quantized and run on two images.
LayerCodes of_a_convolution(std::string_view weight = "e4m3",
                            std::string_view activation = "e4m3") {
    Builder net({4, 5, 5});
    const ValueId bias = net.numbers({6}, 3);
    net.end(net.conv(net.graph.input, 6, 4, 3, 1, bias));
    return codes_of_first(quantized(net.graph, weight, activation), random_images(2, 4, 5));
}

}  // namespace

TEST_CASE("bit true: a gemm by hand") {
    // Weights in e2m1 at scale 0.5, activations in int4 at scale 0.25: 0.5, 1, 1.5, 2, 3, 4, 6 are
    // codes 1 to 7 of e2m1, and their negatives 9 to 15.
    Builder net({1, 1, 3});
    const ValueId row = net.node(Op::flatten, {net.graph.input});
    net.last().attributes.axis = 1;
    const ValueId weight = net.constant({2, 3}, {0.25F, -0.5F, 3, 0, 1.5F, -2});
    const ValueId bias = net.constant({2}, {10, -1});
    net.end(net.node(Op::gemm, {row, weight, bias}));
    net.last().attributes.transpose_b = true;
    net.last().attributes.alpha = 2;
    net.last().attributes.beta = 0.5F;
    const Quantized made = quantized(net.graph, "e2m1", "int4",
                                     {.statistic = Statistic::fixed, .parameter = 0.5}, 0.25F);
    // The second image's numbers round to -8 (clamped), 2 (to even) and 7 (clamped) quarters.
    const LayerCodes codes =
        codes_of_first(made, images_of(1, 1, 3, {0.25F, 0.5F, -1, -9, 0.625F, 9}));
    CHECK(bytes(codes.weights) == std::vector<int>{1, 10, 7, 0, 5, 14});
    CHECK(bytes(codes.activations) == std::vector<int>{1, 2, 12, 8, 2, 7});
    // Weights 0.5 -1 6 and 0 3 -4; activations 1 2 -4 and -8 2 7.
    const std::vector<float> sums = {0.5F - 2 - 24, 6 + 16, -4 - 2 + 42, 6 - 28};
    CHECK(floats(codes.float32) == sums);
    CHECK(floats(codes.float64) == sums);
    std::vector<float> results;
    for (std::size_t at = 0; at < sums.size(); ++at)
        results.push_back(sums[at] * 0.125F * 2 + (at % 2 == 0 ? 5.0F : -0.5F));
    CHECK(floats(codes.result) == results);
    const BitTrueLayer layer = compared(codes);
    CHECK(layer.holds());
    CHECK(layer.sums == 4);
    CHECK(layer.terms == 3);
    CHECK(layer.float32.exact == 4);
    CHECK(layer.float64.equal == 4);
    CHECK(layer.greatest_relative == 0.0);  // scales are powers of two: nothing is rounded
    CHECK(operand_text(codes, std::vector<std::size_t>{0, 3}, "by hand") ==
          "# by hand\n1 1\na 2\n7 c\nclear  # -0x1.98p+4\n0 8\n5 2\ne 7\nclear  # -0x1.6p+4\n");
}

TEST_CASE("bit true: a convolution with padding by hand") {
    // One channel, a window of 1 x 2 with a column of zeros on either side.
    Builder net({1, 1, 2});
    const ValueId weight = net.constant({1, 1, 1, 2}, {2, -3});
    net.end(net.node(Op::conv, {net.graph.input, weight}));
    net.last().attributes.pads = {0, 1, 0, 1};
    const Quantized made =
        quantized(net.graph, "int4", "e2m1", {.statistic = Statistic::fixed, .parameter = 1}, 1);
    const LayerCodes codes = codes_of_first(made, images_of(1, 1, 2, {1.5F, -6}));
    CHECK(bytes(codes.weights) == std::vector<int>{2, 13});
    CHECK(bytes(codes.activations) == std::vector<int>{0, 3, 3, 15, 15, 0});
    CHECK(floats(codes.float32) == std::vector<float>{-4.5F, 3 + 18, -12});
    CHECK(compared(codes).holds());
    CHECK(compared(codes).float32.exact == 3);
}

TEST_CASE("bit true: every kind of layer in formats of every kind") {
    struct Kind {
        std::string name;
        Graph graph;
        std::vector<std::int64_t> terms;
        std::vector<std::size_t> sums;
    };
    std::vector<Kind> kinds;
    const auto add = [&kinds](std::string name, Builder& net, std::vector<std::int64_t> terms,
                              std::vector<std::size_t> sums) {
        kinds.push_back({std::move(name), net.graph, std::move(terms), std::move(sums)});
    };
    {
        Builder net({6, 5, 5});
        net.end(net.conv(net.graph.input, 9, 6, 3, 3, net.numbers({9})));
        add("groups", net, {18}, {2 * 25 * 9});
    }
    {
        Builder net({6, 5, 5});
        net.end(net.conv(net.graph.input, 6, 6, 3, 6));
        add("depthwise", net, {9}, {2 * 25 * 6});
    }
    {
        Builder net({6, 5, 5});
        net.end(net.conv(net.graph.input, 4, 6, 3));
        net.last().attributes.strides = {2, 1};
        net.last().attributes.dilations = {1, 2};
        net.last().attributes.pads = {0, 2, 1, 1};
        // Rows (5 + 1 - 3) / 2 + 1, columns 5 + 3 - 5 + 1.
        add("strides, dilations, uneven padding", net, {54}, {2 * 2 * 4 * 4});
    }
    {
        Builder net({6, 5, 5});
        const ValueId tokens = net.tokens_of(net.graph.input, 6);
        net.end(net.linear(tokens, 6, 8));
        add("matmul", net, {6}, {2 * 25 * 8});
    }
    {
        Builder net({6, 5, 5});
        const ValueId tokens = net.tokens_of(net.graph.input, 6);
        const ValueId turned = net.node(Op::transpose, {tokens});
        net.last().attributes.permutation = {0, 2, 1};
        net.end(net.node(Op::matmul, {tokens, turned}));
        add("product", net, {6}, {2 * 25 * 25});
    }
    {
        Builder net({6, 5, 4});
        net.end(net.node(Op::matmul, {net.graph.input, net.numbers({6, 4, 3})}));
        add("product with a stack of constants", net, {4}, {2 * 6 * 5 * 3});
    }
    {
        Builder net({6, 5, 4});
        net.end(net.node(Op::matmul, {net.numbers({1, 3, 5}), net.graph.input}));
        add("product with a constant on the left", net, {5}, {2 * 6 * 3 * 4});
    }
    {
        Builder net({6, 5, 5});
        net.end(net.node(Op::gemm,
                         {net.rows_of(net.graph.input), net.numbers({6, 7}), net.numbers({7})}));
        add("gemm", net, {6}, {2 * 7});
    }
    {
        Builder net({6, 5, 5});
        const ValueId hidden = net.node(Op::relu, {net.conv(net.graph.input, 8, 6, 1)});
        net.end(net.node(Op::gemm, {net.rows_of(hidden), net.numbers({8, 7})}));
        add("two layers", net, {6, 8}, {2 * 25 * 8, 2 * 7});
    }
    const std::vector<std::pair<std::string, std::string>> pairs = {
        {"e4m3", "e4m3"}, {"e2m1", "e2m1"},       {"int8", "int8"},      {"int4", "e4m3"},
        {"e3m2", "int5"}, {"e5m2ieee", "e4m3fn"}, {"e4m3fnuz", "e2m3b5"}};
    for (const Kind& kind : kinds)
        for (const auto& [weight, activation] : pairs) {
            INFO(kind.name << ", " << weight << "*" << activation);
            const ImageSet images = kind.graph.nodes.front().op == Op::matmul
                                        ? [] {
                                              ImageSet set = random_images(2, 6, 5);
                                              auto& pixels = std::get<1>(set.pixels);
                                              pixels.resize(2 * 6 * 5 * 4);
                                              set.width = 4;
                                              return set;
                                          }()
                                        : random_images(2, 6, 5);
            const Quantized made = quantized(kind.graph, weight, activation);
            const auto layers = check_layers(made, images, {.layer = {}, .sums = 100'000}, 0);
            REQUIRE(layers);
            REQUIRE(layers.value().size() == kind.terms.size());
            for (std::size_t at = 0; at < kind.terms.size(); ++at) {
                const BitTrueLayer& layer = layers.value()[at];
                CHECK(layer.holds());
                CHECK(layer.terms == kind.terms[at]);
                CHECK(layer.sums == kind.sums[at]);
                CHECK(layer.special == 0);
                CHECK(layer.float64.exact == layer.sums);
                CHECK(layer.float64.equal == layer.sums);
                CHECK(layer.float32.exact > layer.sums / 2);
                CHECK(layer.greatest_of_terms < 1e-5);
            }
        }
}

TEST_CASE("bit true: which sums a float holds") {
    // 127 * 127 = 16129 is odd: 1040 of them stay below 2^24, 1041 do not.
    const auto of_equal = [](int code, std::size_t count) {
        return compared(
            one_sum("int8", "int8", std::vector<int>(count, code), std::vector<int>(count, code)));
    };
    CHECK(of_equal(127, 1040).float32.exact == 1);
    CHECK(of_equal(127, 1041).float32.exact == 0);
    CHECK(of_equal(127, 1041).float64.exact == 1);
    // -128 * -128 = 2^14 divides itself.
    CHECK(of_equal(128, 5000).float32.exact == 1);
    // The magnitudes count, not the sum: 2^20 - 2^20 + 1 on a grid of 2^-4 takes 2^25 steps.
    const LayerCodes cancels = one_sum("e5m2", "e5m2", {0x64, 0xe4, 0x34}, {0x64, 0x64, 0x34});
    CHECK(floats(cancels.float64) == std::vector<float>{0.0625F});
    CHECK(compared(cancels).float32.exact == 0);
    CHECK(compared(cancels).float64.exact == 1);
    // Zeros, and products with zeros, are no steps.
    CHECK(compared(one_sum("e5m2", "e5m2", {0, 0x64, 0x80}, {1, 0x64, 0x7f})).float32.exact == 1);
    CHECK(compared(one_sum("int8", "int8", {0, 0}, {0, 5})).float32.exact == 1);
    // e5m2's ends: (1.75 * 2^16)^2 and 2^-32 are 67 bits apart.
    const LayerCodes far = one_sum("e5m2", "e5m2", {0x7f, 1}, {0x7f, 1});
    CHECK(compared(far).float64.exact == 0);
    CHECK(compared(far).float64.differing == 0);
    CHECK(compared(far).float64.equal == 0);  // the double lost the 2^-32, golden did not
}

TEST_CASE("bit true: sums with infinities and NaN are left out") {
    // 0x7c is e5m2ieee's infinity, 0x7e a NaN.
    for (const int code : {0x7c, 0x7e}) {
        const BitTrueLayer layer = compared(one_sum("e5m2ieee", "int8", {0x3c, code}, {1, 0}));
        CHECK(layer.special == 1);
        CHECK(layer.sums == 0);
        CHECK(layer.holds());
    }
}

TEST_CASE("bit true: a code that is off by one is found") {
    LayerCodes codes = of_a_convolution();
    const BitTrueLayer good = compared(codes);
    REQUIRE(good.holds());
    REQUIRE(good.float32.exact > 200);
    SECTION("a weight's") {
        codes.weights[0][2][7] += 1;
        // All sums of one output channel, but for those that read zeros there.
        const BitTrueLayer bad = compared(codes);
        CHECK(bad.float64.differing > 20);
        CHECK(bad.float64.differing <= 50);
        CHECK(bad.float32.differing > 20);
        CHECK_FALSE(bad.holds());
    }
    SECTION("an activation's") {
        codes.activations[0][13][4] += 1;
        CHECK(compared(codes).float64.differing == 6);  // each channel reads it there
    }
}

TEST_CASE(
    "bit true: operands that meet in another order are found, sums in another order are not") {
    LayerCodes codes = of_a_convolution();
    const at::Tensor weights = codes.weights;
    codes.weights = weights.flip({2}).contiguous();
    CHECK(compared(codes).float64.differing > 250);
    codes.activations = codes.activations.flip({2}).contiguous();
    CHECK(compared(codes).holds());
    // The window's places before its channels.
    codes = of_a_convolution();
    codes.weights = weights.reshape({1, 6, 4, 9}).transpose(2, 3).reshape({1, 6, 36}).contiguous();
    CHECK(compared(codes).float64.differing > 250);
}

TEST_CASE("bit true: a sum that is one step off is found") {
    LayerCodes codes = of_a_convolution("int8", "int8");
    REQUIRE(compared(codes).float32.exact == 300);
    float& number = codes.float32.data_ptr<float>()[77];
    number = std::nextafter(number, 1e30F);
    const BitTrueLayer bad = compared(codes);
    CHECK(bad.float32.differing == 1);
    CHECK(bad.float32.equal == 299);
    CHECK(bad.float64.differing == 0);
    CHECK_FALSE(bad.holds());
}

TEST_CASE("bit true: a wrong scale or bias is out of bound, though codes and sums are right") {
    LayerCodes codes = of_a_convolution();
    SECTION("two channels' scales swapped") {
        const auto before = codes.weight_scales.clone();
        codes.weight_scales[0][1] = before[0][4];
        codes.weight_scales[0][4] = before[0][1];
    }
    SECTION("the activations' scale, in its last bits") {
        codes.activation_scale *= 1 + 0x1p-17F;
    }
    SECTION("no bias") {
        codes.bias = at::Tensor();
    }
    SECTION("the bias of the next channel") {
        codes.bias = codes.bias.roll({1}, {2}).contiguous();
    }
    const BitTrueLayer bad = compared(codes);
    CHECK(bad.float32.differing == 0);
    CHECK(bad.float64.differing == 0);
    CHECK(bad.out_of_bound > 20);
    CHECK_FALSE(bad.holds());
}

TEST_CASE("bit true: numbers that are no values of the format are found") {
    Builder net({4, 5, 5});
    net.end(net.conv(net.graph.input, 6, 4, 3));
    Quantized made = quantized(net.graph, "e2m1", "e4m3");
    const ImageSet images = random_images(2, 4, 5);
    REQUIRE(codes_of_first(made, images).operands_differing == 0);
    made.graph.values[index(made.plans[0].layer.weight)].constant->reals[3] *= 1.001F;
    const LayerCodes codes = codes_of_first(made, images);
    CHECK(codes.operands_differing == 1);
    CHECK_FALSE(compared(codes).holds());
}

TEST_CASE("bit true: layers by name, a file of operands, and words for what is not there") {
    const ScratchFolder scratch("bit_true_test");
    Builder net({4, 5, 5});
    const ValueId hidden = net.node(Op::relu, {net.conv(net.graph.input, 6, 4, 3)});
    net.end(net.conv(hidden, 3, 6, 3));
    const Quantized made = quantized(net.graph, "int4", "e4m3");
    const ImageSet images = random_images(3, 4, 5);
    const std::string second = made.graph.nodes[index(made.plans[1].layer.node)].name;
    const auto file = scratch.path() / "operands.txt";
    const BitTrueRequest request{.layer = second, .sums = 7, .operands = file};
    const auto layers = check_layers(made, images, request, 5);
    REQUIRE(layers);
    REQUIRE(layers.value().size() == 1);
    CHECK(layers.value()[0].name == second);
    CHECK(layers.value()[0].sums == 7);
    const std::string text = read_file(file).value();
    CHECK(std::count(text.begin(), text.end(), '\n') == 1 + 7 * (54 + 1));
    REQUIRE(check_layers(made, images, request, 5));
    CHECK(read_file(file).value() == text);
    REQUIRE(check_layers(made, images, request, 6));
    CHECK(read_file(file).value() != text);

    const auto absent = check_request(made, {.layer = "conv7"});
    REQUIRE_FALSE(absent);
    CHECK(absent.error().kind == ErrorKind::request);
    CHECK(absent.error().complaints[0].allowed.find(second) != std::string::npos);
    const Quantized of_floats{.graph = net.graph,
                              .plans = plan_layers(net.graph, {.weight = format_of("int4"),
                                                               .end_weight = format_of("int4")}),
                              .activations = {}};
    CHECK_FALSE(check_request(of_floats, {}));
}
