#include "quant/executor.hpp"

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <algorithm>

#include "quant/kernels.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

bool is_layer(Op op) {
    return op == Op::conv || op == Op::gemm || op == Op::matmul;
}

/// LibTorch's words up to its stack trace, as one line.
std::string first_line(const std::string& words) {
    return words.substr(0, words.find('\n'));
}

/// compute(), its exceptions turned into words that name the node.
Result<std::vector<at::Tensor>> compute_node(const Node& node, std::vector<at::Tensor> inputs) {
    std::string problem;
    try {
        return compute(node, std::move(inputs));
    } catch (const c10::Error& wrong) {
        problem = first_line(wrong.what_without_backtrace());
    } catch (const KernelError& wrong) {
        problem = wrong.what();
    } catch (const std::runtime_error& wrong) {  // oneDNN's
        problem = first_line(wrong.what());
    }
    return Error(ErrorKind::files, fmt::format("the network cannot run: node {} ({}): {}",
                                               printable(node.name, 200), name(node.op), problem));
}

}  // namespace

at::Tensor to_tensor(const Tensor& constant) {
    if (constant.element == Element::real)
        return at::from_blob(const_cast<float*>(constant.reals.data()), constant.shape, at::kFloat);
    const at::Tensor integers = at::from_blob(const_cast<std::int64_t*>(constant.integers.data()),
                                              constant.shape, at::kLong);
    return constant.element == Element::boolean ? integers.to(at::kBool) : integers;
}

Tensor to_constant(const at::Tensor& tensor) {
    Tensor constant;
    constant.shape = tensor.sizes().vec();
    const auto count = index(static_cast<int>(tensor.numel()));
    if (at::isFloatingType(tensor.scalar_type())) {
        const at::Tensor dense = tensor.to(at::kFloat).contiguous();
        constant.reals.assign(dense.data_ptr<float>(), dense.data_ptr<float>() + count);
        return constant;
    }
    constant.element = tensor.scalar_type() == at::kBool ? Element::boolean : Element::integer;
    const at::Tensor dense = tensor.to(at::kLong).contiguous();
    constant.integers.assign(dense.data_ptr<std::int64_t>(),
                             dense.data_ptr<std::int64_t>() + count);
    return constant;
}

Executor::Executor(const Graph& graph)
    : graph_(graph), constants_(graph.values.size()), last_use_(graph.values.size(), -1) {
    for (std::size_t value = 0; value < graph.values.size(); ++value)
        if (graph.values[value].constant)
            constants_[value] = to_tensor(*graph.values[value].constant);
    for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
        for (const ValueId input : graph.nodes[node].inputs)
            if (input != no_value) last_use_[index(input)] = static_cast<NodeId>(node);
        if (graph.nodes[node].op != Op::conv) continue;
        // A weight is read by convolutions alone, or laid out as well as any other for the rest.
        const ValueId weight = graph.nodes[node].inputs[1];
        if (constants_[index(weight)].defined() && constants_[index(weight)].dim() == 4)
            constants_[index(weight)] = channels_last(constants_[index(weight)]);
    }
}

std::vector<at::Tensor> Executor::inputs_of(NodeId node, std::vector<at::Tensor>& values,
                                            const Watch& watch) const {
    const Node& told = graph_.nodes[index(node)];
    std::vector<at::Tensor> inputs;
    for (std::size_t slot = 0; slot < told.inputs.size(); ++slot) {
        const ValueId value = told.inputs[slot];
        if (value == no_value) {
            inputs.emplace_back();
        } else if (constants_[index(value)].defined()) {
            inputs.push_back(constants_[index(value)]);
        } else {
            inputs.push_back(values[index(value)]);
            if (watch.layer_input && is_layer(told.op))
                watch.layer_input({.node = node, .slot = static_cast<int>(slot)}, inputs.back());
        }
    }
    for (const ValueId value : told.inputs)
        if (value != no_value && last_use_[index(value)] == node && value != graph_.output)
            values[index(value)].reset();
    return inputs;
}

Result<at::Tensor> Executor::run(const at::Tensor& images, const Watch& watch) const {
    const c10::InferenceMode no_gradients;
    std::vector<at::Tensor> values(graph_.values.size());
    values[index(graph_.input)] = images;
    for (std::size_t at = 0; at < graph_.nodes.size(); ++at) {
        const auto node = static_cast<NodeId>(at);
        const Node& told = graph_.nodes[at];
        auto outputs = compute_node(told, inputs_of(node, values, watch));
        if (!outputs) return outputs.error();
        if (watch.layer_output && is_layer(told.op))
            watch.layer_output(node, outputs.value().front());
        if (watch.last == node) return outputs.value().front();
        std::vector<at::Tensor> made = std::move(outputs).value();
        for (std::size_t slot = 0; slot < told.outputs.size(); ++slot) {
            const ValueId value = told.outputs[slot];
            // What nobody reads is not kept.
            if (value != no_value && (last_use_[index(value)] >= 0 || value == graph_.output))
                values[index(value)] = std::move(made[slot]);
        }
    }
    return values[index(graph_.output)];
}

Outcome fold_constants(Graph& graph) {
    const c10::InferenceMode no_gradients;
    std::vector<Node> kept;
    for (Node& node : graph.nodes) {
        const bool constant =
            std::all_of(node.inputs.begin(), node.inputs.end(), [&graph](ValueId input) {
                return input == no_value || graph.constant(input) != nullptr;
            });
        if (!constant || node.op == Op::fake_quantize) {
            kept.push_back(std::move(node));
            continue;
        }
        std::vector<at::Tensor> inputs;
        for (const ValueId input : node.inputs)
            inputs.push_back(input == no_value ? at::Tensor() : to_tensor(*graph.constant(input)));
        const auto outputs = compute_node(node, inputs);
        if (!outputs) return outputs.error();
        for (std::size_t slot = 0; slot < node.outputs.size(); ++slot)
            if (node.outputs[slot] != no_value)
                graph.values[index(node.outputs[slot])].constant =
                    to_constant(outputs.value()[slot]);
    }
    graph.nodes = std::move(kept);
    drop_unread(graph);
    return success();
}

}  // namespace bitshed::quant
