// Runs a graph in LibTorch.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <optional>
#include <vector>

#include "quant/graph.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// Who looks on while a network runs. A tensor that is kept stays as it is; one that is not may be
/// overwritten later.
struct Watch {
    /// Before a conv, gemm or matmul is computed, for each of its inputs that is no constant.
    std::function<void(Use, const at::Tensor&)> layer_input;
    /// After one is computed.
    std::function<void(NodeId, const at::Tensor&)> layer_output;
    /// The run ends after this node, whose first output is what it returns.
    std::optional<NodeId> last;
};

/// A graph made ready to run: constants as tensors (weights of convolutions laid out channels
/// last), and when each value is read last. The graph must outlive it and not change meanwhile.
///
/// The same graph, images and number of threads give the same bits.
class Executor {
  public:
    explicit Executor(const Graph& graph);

    /// The logits of a batch of images, N C H W in float32. Every value is freed after its last
    /// use. Error (files): the network's shapes do not fit each other or the images; the node is
    /// named.
    [[nodiscard]] Result<at::Tensor> run(const at::Tensor& images, const Watch& watch = {}) const;

  private:
    [[nodiscard]] std::vector<at::Tensor> inputs_of(NodeId node, std::vector<at::Tensor>& values,
                                                    const Watch& watch) const;

    const Graph& graph_;
    std::vector<at::Tensor> constants_;  ///< a value each; undefined where it is computed
    std::vector<NodeId> last_use_;       ///< a value each; the node that reads it last
};

/// A constant as a tensor that shares the constant's memory.
at::Tensor to_tensor(const Tensor& constant);
/// A copy of a tensor as a constant.
Tensor to_constant(const at::Tensor& tensor);

/// Makes a constant of every value that does not depend on the images: weights that are transposed
/// or cast in the model become plain constants. Error as in run().
Outcome fold_constants(Graph& graph);

}  // namespace bitshed::quant
