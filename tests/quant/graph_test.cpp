#include "quant/graph.hpp"

#include <catch2/catch.hpp>

#include "format/parse.hpp"
#include "quant/plan.hpp"

using namespace bitshed;
using namespace bitshed::quant;

namespace {

Tensor reals(std::vector<std::int64_t> shape, float value) {
    Tensor tensor;
    tensor.shape = std::move(shape);
    tensor.reals.assign(static_cast<std::size_t>(element_count(tensor.shape)), value);
    return tensor;
}

ValueId add_node(Graph& graph, Op op, std::vector<ValueId> inputs) {
    Node node;
    node.op = op;
    node.inputs = std::move(inputs);
    node.outputs = {graph.add_value("v")};
    graph.nodes.push_back(node);
    return node.outputs.front();
}

/// conv(x, w) -> relu -> two gemms of one weight, added, and multiplied by their transpose.
struct Sample {
    Graph graph;
    ValueId input, conv_weight, hidden, weight, left, right;
    Sample() {
        input = graph.input = graph.add_value("x");
        conv_weight = graph.add_value("w", reals({4, 2, 3, 3}, 1.5F));
        hidden = add_node(graph, Op::relu, {add_node(graph, Op::conv, {input, conv_weight})});
        weight = graph.add_value("g", reals({7, 4}, 1));
        left = add_node(graph, Op::gemm, {hidden, weight, graph.add_value("b", reals({4}, 0))});
        graph.nodes.back().attributes.transpose_b = false;
        right = add_node(graph, Op::gemm, {hidden, weight});
        const ValueId sum = add_node(graph, Op::add, {left, right});
        graph.output = add_node(graph, Op::matmul, {sum, right});
    }
};

format::Format format_of(const char* name) {
    return format::parse(name, format::Use::operand).value();
}

FormatChoice choice(const char* weight, const char* activation, const char* ends) {
    return {format_of(weight), format_of(activation), format_of(ends), format_of(ends)};
}

}  // namespace

TEST_CASE("layers: kinds, weights and axes of what multiplies") {
    const Sample sample;
    const auto layers = layers_of(sample.graph);
    REQUIRE(layers.size() == 4);
    CHECK(layers[0].kind == LayerKind::conv);
    CHECK(layers[0].weight == sample.conv_weight);
    CHECK(output_channels(sample.graph, layers[0]) == 4);
    CHECK(terms_of(sample.graph, layers[0]) == 18);
    CHECK(layers[1].kind == LayerKind::gemm);
    CHECK(layers[1].output_axis == 1);
    CHECK(layers[1].bias != no_value);
    CHECK(layers[2].bias == no_value);
    CHECK(output_channels(sample.graph, layers[1]) == 4);
    CHECK(terms_of(sample.graph, layers[1]) == 7);
    CHECK(layers[3].kind == LayerKind::product);
    CHECK_FALSE(layers[3].has_weight());
}

TEST_CASE("layers: a matmul's bias is the add of a number a channel that alone reads it") {
    Graph graph;
    graph.input = graph.add_value("x");
    const ValueId product =
        add_node(graph, Op::matmul, {graph.input, graph.add_value("w", reals({5, 3}, 1))});
    graph.output = add_node(graph, Op::add, {graph.add_value("b", reals({3}, 1)), product});
    CHECK(following_bias(graph, layers_of(graph)[0]) == Use{.node = 1, .slot = 0});
    graph.output = add_node(graph, Op::add, {product, graph.output});
    CHECK_FALSE(following_bias(graph, layers_of(graph)[0]).has_value());
}

TEST_CASE("graph: producers and uses; a shared constant is copied before it is edited") {
    Sample sample;
    Graph& graph = sample.graph;
    CHECK(producer_of(graph, sample.hidden) == 1);
    CHECK_FALSE(producer_of(graph, sample.input).has_value());
    CHECK(uses_of(graph, sample.hidden) == std::vector<Use>{{2, 0}, {3, 0}});
    own_constant(graph, {.node = 3, .slot = 1}).reals[0] = 9;
    CHECK(graph.constant(sample.weight)->reals[0] == 1);
    CHECK(graph.nodes[3].inputs[1] != sample.weight);
    // Now it has readers of its own each: edited in place.
    own_constant(graph, {.node = 2, .slot = 1}).reals[0] = 8;
    CHECK(graph.constant(sample.weight)->reals[0] == 8);
}

TEST_CASE("graph: what nobody reads is dropped") {
    Sample sample;
    const std::size_t nodes = sample.graph.nodes.size();
    add_node(sample.graph, Op::relu, {add_node(sample.graph, Op::relu, {sample.left})});
    const ValueId lonely = sample.graph.add_value("lonely", reals({2}, 1));
    drop_unread(sample.graph);
    CHECK(sample.graph.nodes.size() == nodes);
    CHECK(sample.graph.constant(lonely) == nullptr);
    CHECK(sample.graph.constant(sample.weight) != nullptr);
}

TEST_CASE("plan: the ends are the first and the last layer with weights") {
    const Sample sample;
    const auto plans = plan_layers(sample.graph, choice("e2m1", "e3m2", "int8"));
    REQUIRE(plans.size() == 4);
    const auto int8 = format_of("int8");
    CHECK((plans[0].weight == int8 && plans[0].activation == int8));
    CHECK((plans[1].weight == format_of("e2m1") && plans[1].activation == format_of("e3m2")));
    CHECK((plans[2].weight == int8 && plans[2].activation == int8));
    CHECK(plans[3].activation == format_of("e3m2"));
}

TEST_CASE("plan: weights become values of their format, a scale an output channel") {
    Sample sample;
    own_constant(sample.graph, {.node = 0, .slot = 1}).reals[18] = 3;  // the second channel's first
    auto plans = plan_layers(sample.graph, choice("int4", "int4", "int4"));
    REQUIRE(quantize_weights(sample.graph, plans, {.statistic = Statistic::absmax}).ok());
    REQUIRE(plans[0].weight_scales.size() == 4);
    CHECK(plans[0].weight_scales[0] == 1.5F / 7);
    CHECK(plans[0].weight_scales[1] == 3.0F / 7);
    const Tensor* weight = sample.graph.constant(plans[0].layer.weight);
    CHECK(weight->reals[18] == 7 * (3.0F / 7));
    CHECK(weight->reals[19] == 4 * (3.0F / 7));  // 3.5 steps: to even
    // The weight that two layers share was quantized once for each.
    CHECK(plans[1].layer.weight != plans[2].layer.weight);
    CHECK(plans[3].weight_scales.empty());
}

TEST_CASE("plan: an activation is quantized once for each format that it is read in") {
    Sample sample;
    auto plans = plan_layers(sample.graph, choice("e2m1", "e3m2", "int8"));
    auto activations = activations_of(sample.graph, plans);
    // x; hidden in e3m2 and in int8, since the second gemm is an end; both operands of the product.
    REQUIRE(activations.size() == 5);
    CHECK(activations[1].value == sample.hidden);
    CHECK(activations[2].value == sample.hidden);
    CHECK(activations[4].value == sample.right);
    for (auto& activation : activations) activation.scale = 0.5F;
    insert_quantizers(sample.graph, plans, activations);
    CHECK(sample.graph.nodes.size() == 11);
    // Every node still stands behind those whose values it reads.
    std::vector<bool> there(sample.graph.values.size(), false);
    for (std::size_t value = 0; value < there.size(); ++value)
        there[value] = sample.graph.values[value].constant.has_value();
    there[static_cast<std::size_t>(sample.input)] = true;
    for (const Node& node : sample.graph.nodes) {
        for (const ValueId input : node.inputs) CHECK(there[static_cast<std::size_t>(input)]);
        for (const ValueId output : node.outputs) there[static_cast<std::size_t>(output)] = true;
    }
    for (const LayerPlan& plan : plans) {
        const Node& node = sample.graph.nodes[static_cast<std::size_t>(plan.layer.node)];
        const auto quantizer = producer_of(sample.graph, node.inputs[0]);
        REQUIRE(quantizer.has_value());
        const Node& before = sample.graph.nodes[static_cast<std::size_t>(*quantizer)];
        REQUIRE(before.op == Op::fake_quantize);
        CHECK(before.attributes.quantization ==
              Quantization{.format = *plan.activation, .scale = 0.5F});
    }
    // Who is no layer still reads what was not quantized.
    CHECK(uses_of(sample.graph, sample.left).size() == 1);
}
