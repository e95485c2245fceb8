// ONNX files become graphs.
#pragma once

#include <filesystem>

#include "quant/graph.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// Reads a network with one input and one output that is computed: opset 7 or later, float32,
/// operators of graph.hpp. Constant, Identity and Dropout nodes are folded away, attributes that
/// became inputs are made inputs. Data outside the file (`external_data`) is read from the folder
/// the model lies in, nowhere else.
/// Error (files): missing, unreadable, not ONNX, inconsistent. Error (request): an operator, an
/// attribute or an element type that bitshed does not run; every such node is named.
Result<Graph> import_onnx(const std::filesystem::path& path);

}  // namespace bitshed::quant
