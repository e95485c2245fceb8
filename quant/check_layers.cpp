#include "quant/check_layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "quant/batches.hpp"
#include "quant/engine.hpp"
#include "quant/exact_sums.hpp"
#include "quant/executor.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

/// The plans of the layers that are looked at, by their nodes.
Result<std::map<NodeId, const LayerPlan*>> chosen(const Quantized& quantized,
                                                  const BitTrueRequest& request) {
    std::map<NodeId, const LayerPlan*> plans;
    std::string names;
    for (const LayerPlan& plan : quantized.plans) {
        if (!has_codes(quantized.graph, plan)) continue;
        const std::string& name = quantized.graph.nodes[index(plan.layer.node)].name;
        names += (names.empty() ? "" : ", ") + printable(name, 200);
        if (!request.layer || name == *request.layer) plans.emplace(plan.layer.node, &plan);
    }
    if (names.empty())
        return Error(ErrorKind::request,
                     "no layer has codes: each has an operand that stays float32",
                     "--weight and --activation other than float");
    if (!plans.empty()) return plans;
    return Error(
        ErrorKind::request,
        fmt::format("--layer {}: no layer of that name has codes", printable(*request.layer, 200)),
        names);
}

class Check {
  public:
    Check(const Quantized& quantized, std::map<NodeId, const LayerPlan*> plans,
          const BitTrueRequest& request, std::uint64_t seed)
        : graph_(quantized.graph), plans_(std::move(plans)), request_(request), seed_(seed) {}

    Outcome run(const Executor& executor, const at::Tensor& images) {
        std::vector<at::Tensor> inputs;
        Watch watch;
        watch.layer_input = [&](Use use, const at::Tensor& input) {
            if (!plans_.contains(use.node)) return;
            inputs.resize(std::max(inputs.size(), index(use.slot) + 1));
            inputs[index(use.slot)] = input;
        };
        watch.layer_output = [&](NodeId node, const at::Tensor& output) {
            const auto plan = plans_.find(node);
            if (plan == plans_.end()) return;
            inputs.resize(std::max(inputs.size(), graph_.nodes[index(node)].inputs.size()));
            look(*plan->second, inputs, output);
            inputs.clear();
        };
        const auto ran = executor.run(images, watch);
        if (!ran) return ran.error();
        if (!request_.operands) return success();
        return write_file(*request_.operands, operands_);
    }

    [[nodiscard]] std::vector<BitTrueLayer> layers() const { return layers_; }

  private:
    void look(const LayerPlan& plan, const std::vector<at::Tensor>& inputs,
              const at::Tensor& output) {
        const LayerCodes codes = codes_of(graph_, plan, inputs, output);
        std::vector<std::size_t> sums = draw(request_.sums, sum_count(codes), seed_);
        std::sort(sums.begin(), sums.end());
        BitTrueLayer layer = compare_sums(codes, sums);
        const Node& node = graph_.nodes[index(plan.layer.node)];
        layer.name = node.name;
        layer.op = name(node.op);
        layer.weight = format::name(codes.weight);
        layer.activation = format::name(codes.activation);
        if (request_.operands)
            operands_ = operand_text(
                codes, sums,
                fmt::format("layer {}: {} weights, {} activations, {} sums of {} products",
                            printable(layer.name, 200), layer.weight, layer.activation, sums.size(),
                            codes.terms()));
        layers_.push_back(std::move(layer));
    }

    const Graph& graph_;
    std::map<NodeId, const LayerPlan*> plans_;
    const BitTrueRequest& request_;
    std::uint64_t seed_;
    std::vector<BitTrueLayer> layers_;
    std::string operands_;
};

}  // namespace

Outcome check_request(const Quantized& quantized, const BitTrueRequest& request) {
    const auto plans = chosen(quantized, request);
    return plans ? success() : Outcome(plans.error());
}

Result<std::vector<BitTrueLayer>> check_layers(const Quantized& quantized, const ImageSet& images,
                                               const BitTrueRequest& request, std::uint64_t seed) {
    auto plans = chosen(quantized, request);
    if (!plans) return plans.error();
    Check check(quantized, std::move(plans).value(), request, seed);
    const Executor executor(quantized.graph);
    const auto ran = for_each_batch(quantized.graph, images, [&](const Batch& batch) {
        // More than one batch only where the network has a fixed one.
        return batch.first == 0 ? check.run(executor, batch.images) : success();
    });
    if (!ran) return ran.error();
    return check.layers();
}

}  // namespace bitshed::quant
