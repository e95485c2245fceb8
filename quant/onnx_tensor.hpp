// The tensors of an ONNX file become constants.
#pragma once

#include <filesystem>
#include <string>

#include "quant/graph.hpp"
#include "support/result.hpp"

namespace onnx {
class TensorProto;
}

namespace bitshed::quant {

/// A TensorProto as a constant. `what` names it in words ("initializer 'w'"); `folder` is where
/// external data lies. Error (files): its data are missing, of the wrong size or outside `folder`.
/// Error (request): an element type of no use here (strings, complex numbers, 4-bit numbers).
Result<Tensor> read_tensor(const onnx::TensorProto& proto, const std::string& what,
                           const std::filesystem::path& folder);

/// What a TensorProto's data_type is here; nothing where bitshed has no use for it.
std::optional<Element> element_of(int data_type);

}  // namespace bitshed::quant
