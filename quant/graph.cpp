#include "quant/graph.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "support/check.hpp"

namespace bitshed::quant {

std::string_view name(Op op) {
    switch (op) {
        case Op::conv:
            return "Conv";
        case Op::gemm:
            return "Gemm";
        case Op::matmul:
            return "MatMul";
        case Op::batch_norm:
            return "BatchNormalization";
        case Op::layer_norm:
            return "LayerNormalization";
        case Op::relu:
            return "Relu";
        case Op::leaky_relu:
            return "LeakyRelu";
        case Op::clip:
            return "Clip";
        case Op::sigmoid:
            return "Sigmoid";
        case Op::hard_sigmoid:
            return "HardSigmoid";
        case Op::hard_swish:
            return "HardSwish";
        case Op::tanh:
            return "Tanh";
        case Op::erf:
            return "Erf";
        case Op::gelu:
            return "Gelu";
        case Op::sqrt:
            return "Sqrt";
        case Op::exp:
            return "Exp";
        case Op::log:
            return "Log";
        case Op::negate:
            return "Neg";
        case Op::absolute:
            return "Abs";
        case Op::reciprocal:
            return "Reciprocal";
        case Op::floor:
            return "Floor";
        case Op::logical_not:
            return "Not";
        case Op::cast:
            return "Cast";
        case Op::add:
            return "Add";
        case Op::sub:
            return "Sub";
        case Op::mul:
            return "Mul";
        case Op::div:
            return "Div";
        case Op::pow:
            return "Pow";
        case Op::min:
            return "Min";
        case Op::max:
            return "Max";
        case Op::equal:
            return "Equal";
        case Op::less:
            return "Less";
        case Op::greater:
            return "Greater";
        case Op::logical_and:
            return "And";
        case Op::logical_or:
            return "Or";
        case Op::where:
            return "Where";
        case Op::average_pool:
            return "AveragePool";
        case Op::max_pool:
            return "MaxPool";
        case Op::global_average_pool:
            return "GlobalAveragePool";
        case Op::global_max_pool:
            return "GlobalMaxPool";
        case Op::reduce_mean:
            return "ReduceMean";
        case Op::reduce_sum:
            return "ReduceSum";
        case Op::reduce_max:
            return "ReduceMax";
        case Op::softmax:
            return "Softmax";
        case Op::log_softmax:
            return "LogSoftmax";
        case Op::arg_max:
            return "ArgMax";
        case Op::reshape:
            return "Reshape";
        case Op::flatten:
            return "Flatten";
        case Op::transpose:
            return "Transpose";
        case Op::squeeze:
            return "Squeeze";
        case Op::unsqueeze:
            return "Unsqueeze";
        case Op::gather:
            return "Gather";
        case Op::concat:
            return "Concat";
        case Op::slice:
            return "Slice";
        case Op::split:
            return "Split";
        case Op::expand:
            return "Expand";
        case Op::tile:
            return "Tile";
        case Op::pad:
            return "Pad";
        case Op::shape:
            return "Shape";
        case Op::constant_of_shape:
            return "ConstantOfShape";
        case Op::range:
            return "Range";
        case Op::fake_quantize:
            return "FakeQuantize";
    }
    check(false, "every operator has a name");
    return {};
}

int least_inputs(Op op) {
    switch (op) {
        case Op::concat:
        case Op::min:
        case Op::max:
            return 1;  // any number
        case Op::where:
        case Op::range:
            return 3;
        case Op::batch_norm:
            return 5;
        case Op::conv:
        case Op::gemm:
        case Op::matmul:
        case Op::layer_norm:
        case Op::add:
        case Op::sub:
        case Op::mul:
        case Op::div:
        case Op::pow:
        case Op::equal:
        case Op::less:
        case Op::greater:
        case Op::logical_and:
        case Op::logical_or:
        case Op::reshape:
        case Op::unsqueeze:
        case Op::gather:
        case Op::expand:
        case Op::tile:
        case Op::pad:
            return 2;
        case Op::slice:
            return 3;
        default:
            return 1;
    }
}

std::int64_t element_count(const std::vector<std::int64_t>& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

const Tensor* Graph::constant(ValueId value) const {
    if (value == no_value) return nullptr;
    const auto& held = values[index(value)].constant;
    return held ? &*held : nullptr;
}

ValueId Graph::add_value(const std::string& name, std::optional<Tensor> constant) {
    std::set<std::string_view> taken;
    for (const Value& value : values) taken.insert(value.name);
    std::string unique = name;
    for (int copy = 2; taken.contains(unique); ++copy) unique = name + "_" + std::to_string(copy);
    values.push_back({.name = unique, .constant = std::move(constant)});
    return static_cast<ValueId>(values.size()) - 1;
}

std::optional<NodeId> producer_of(const Graph& graph, ValueId value) {
    for (std::size_t node = 0; node < graph.nodes.size(); ++node)
        for (const ValueId output : graph.nodes[node].outputs)
            if (output == value && value != no_value) return static_cast<NodeId>(node);
    return std::nullopt;
}

std::vector<Use> uses_of(const Graph& graph, ValueId value) {
    std::vector<Use> uses;
    if (value == no_value) return uses;
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
        const auto& inputs = graph.nodes[node].inputs;
        for (std::size_t slot = 0; slot < inputs.size(); ++slot)
            if (inputs[slot] == value)
                uses.push_back({.node = static_cast<NodeId>(node), .slot = static_cast<int>(slot)});
    }
    return uses;
}

Tensor& own_constant(Graph& graph, Use use) {
    auto& input = graph.nodes.at(index(use.node)).inputs.at(index(use.slot));
    check(graph.constant(input) != nullptr, "the input that is edited is a constant");
    if (uses_of(graph, input).size() > 1) {
        // Copied first: add_value may move all values.
        Tensor copy = *graph.constant(input);
        input = graph.add_value(graph.values[index(input)].name, std::move(copy));
    }
    return *graph.values[index(input)].constant;
}

void drop_unread(Graph& graph) {
    std::vector<bool> read(graph.values.size(), false);
    const auto mark = [&read](ValueId value) {
        if (value != no_value) read[index(value)] = true;
    };
    mark(graph.output);
    std::vector<Node> kept;
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        const bool wanted = std::any_of(
            node->outputs.begin(), node->outputs.end(),
            [&read](ValueId output) { return output != no_value && read[index(output)]; });
        if (!wanted) continue;
        for (const ValueId input : node->inputs) mark(input);
        kept.push_back(std::move(*node));
    }
    std::reverse(kept.begin(), kept.end());
    graph.nodes = std::move(kept);
    for (std::size_t value = 0; value < graph.values.size(); ++value)
        if (!read[value]) graph.values[value].constant.reset();
}

}  // namespace bitshed::quant
