// The nodes of an ONNX file become nodes of a graph, alike for all opsets.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "quant/graph.hpp"
#include "support/result.hpp"

namespace onnx {
class NodeProto;
}

namespace bitshed::quant {

/// What a node of a file is here.
enum class Translation {
    node,      ///< a node of the graph
    alias,     ///< its first output is its first input: Identity, Dropout
    constant,  ///< its output is Attributes::fill: Constant
};

struct TranslatedNode {
    Translation translation = Translation::node;
    /// Without inputs and outputs: who translates knows no values.
    Node node;
    /// Inputs that were attributes in this opset: (slot, constant). Slots between are left out.
    std::vector<std::pair<int, Tensor>> made_inputs;
};

/// How a node is called in messages: "node 'conv1' (Conv)".
std::string words_for(const onnx::NodeProto& proto);

/// Translates a node of the given opset. `folder` is where external data lies. Error (request):
/// an operator or an attribute that bitshed does not run. Error (files): a damaged constant.
Result<TranslatedNode> translate_node(const onnx::NodeProto& proto, std::int64_t opset,
                                      const std::filesystem::path& folder);

}  // namespace bitshed::quant
