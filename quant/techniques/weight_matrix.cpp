#include "quant/techniques/weight_matrix.hpp"

#include <algorithm>
#include <string>

#include "quant/batches.hpp"
#include "quant/executor.hpp"
#include "quant/kernels.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// Numbers that the columns of a few images may be at once.
constexpr std::int64_t most_numbers = std::int64_t{1} << 23;

const Node& node_of(const Graph& graph, const Layer& layer) {
    return graph.nodes[index(layer.node)];
}

std::int64_t groups_of(const Graph& graph, const Layer& layer) {
    return layer.kind == LayerKind::conv ? node_of(graph, layer).attributes.groups : 1;
}

/// Sums of x x^T and how many columns there were.
struct Sums {
    at::Tensor products;
    std::int64_t columns = 0;

    void add(const at::Tensor& rows) {
        const at::Tensor sum = at::bmm(rows.transpose(1, 2), rows).to(at::kDouble);
        products = products.defined() ? products.add_(sum) : sum;
        columns += rows.size(1);
    }
};

/// Adds what a layer reads in one batch. Throws KernelError or c10::Error where it does not fit the
/// weight: so does running the layer.
void add_input(const Node& node, const at::Tensor& weight, const at::Tensor& input, Sums& sums) {
    if (node.op != Op::conv) {
        const at::Tensor rows = node.attributes.transpose_a ? input.t() : input;
        sums.add(rows.reshape({1, -1, rows.size(-1)}));
        return;
    }
    const auto kernel = weight.sizes().slice(2);
    std::int64_t window = 1;
    for (const std::int64_t extent : kernel) window *= extent;
    const std::int64_t images = input.size(0);
    const std::int64_t of_image = std::max<std::int64_t>(1, input.numel() / images * window);
    const std::int64_t step = std::clamp<std::int64_t>(most_numbers / of_image, 1, images);
    for (std::int64_t first = 0; first < images; first += step)
        sums.add(windows_of(node.attributes, input.narrow(0, first, std::min(step, images - first)),
                            kernel));
}

}  // namespace

at::Tensor windows_of(const Attributes& attributes, at::Tensor input, at::IntArrayRef kernel) {
    const std::size_t axes = kernel.size();
    const Pads pads = pads_of(attributes, input.sizes(), kernel);
    input = pad_last_axes(input, pads, 0);
    const auto strides = or_ones(attributes.strides, axes);
    const auto dilations = or_ones(attributes.dilations, axes);
    // N C H W becomes N C outputs' H W, window's H W.
    for (std::size_t axis = 0; axis < axes; ++axis) {
        const std::int64_t reach = (kernel[axis] - 1) * dilations[axis] + 1;
        input = input.unfold(static_cast<std::int64_t>(axis) + 2, reach, strides[axis])
                    .slice(-1, 0, reach, dilations[axis]);
    }
    const std::int64_t groups = attributes.groups;
    const std::int64_t channels = input.size(1) / groups;
    input = input.unflatten(1, {groups, channels});
    // groups, N, outputs' H W, channels, window's H W
    std::vector<std::int64_t> order = {1, 0};
    const auto outputs = static_cast<std::int64_t>(axes);
    for (std::int64_t axis = 0; axis < outputs; ++axis) order.push_back(3 + axis);
    order.push_back(2);
    for (std::int64_t axis = 0; axis < outputs; ++axis) order.push_back(3 + outputs + axis);
    std::int64_t size = channels;
    for (const std::int64_t extent : kernel) size *= extent;
    return input.permute(order).reshape({groups, -1, size});
}

at::Tensor weight_matrix(const Graph& graph, const Layer& layer) {
    check(layer.has_weight(), "a product has no weight");
    at::Tensor weight = to_tensor(*graph.constant(layer.weight));
    if (layer.output_axis != 0) weight = weight.t();
    const std::int64_t groups = groups_of(graph, layer);
    return weight.reshape({groups, weight.size(0) / groups, -1})
        .clone(at::MemoryFormat::Contiguous);
}

void set_weight_matrix(Graph& graph, const Layer& layer, const at::Tensor& matrix) {
    Tensor& constant = *graph.values[index(layer.weight)].constant;
    const at::Tensor weight = to_tensor(constant);
    (layer.output_axis != 0 ? weight.t() : weight)
        .copy_(matrix.reshape(layer.output_axis != 0 ? weight.t().sizes() : weight.sizes()));
}

Result<at::Tensor> gram_matrix(const Graph& graph, const Layer& layer, const ImageSet& images) {
    const Node& node = node_of(graph, layer);
    const at::Tensor weight = to_tensor(*graph.constant(layer.weight));
    Sums sums;
    // What does not fit is told by the layer, which is run behind it, with its name.
    bool fits = true;
    Watch watch;
    watch.last = layer.node;
    watch.layer_input = [&](Use use, const at::Tensor& input) {
        if (use != Use{.node = layer.node, .slot = layer.input_slot}) return;
        try {
            add_input(node, weight, input, sums);
        } catch (const std::exception&) {
            fits = false;
        }
    };
    const Executor executor(graph);
    const auto ran = for_each_batch(graph, images, [&](const Batch& batch) -> Outcome {
        const auto output = executor.run(batch.images, watch);
        return output ? success() : Outcome(output.error());
    });
    if (!ran) return ran.error();
    check(fits && sums.columns > 0, "a layer that runs has columns");
    return sums.products / static_cast<double>(sums.columns);
}

at::Tensor output_errors(const at::Tensor& weight, const at::Tensor& changed,
                         const at::Tensor& gram) {
    const at::Tensor difference = weight.to(at::kDouble) - changed.to(at::kDouble);
    return (at::bmm(difference, gram) * difference).sum(2);
}

}  // namespace bitshed::quant
