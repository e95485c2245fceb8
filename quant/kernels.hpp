// What each operator computes, in LibTorch. executor.hpp runs a graph through these.
#pragma once

#include <ATen/ATen.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "quant/graph.hpp"

namespace bitshed::quant {

/// A network that asks for what an operator cannot do: shapes that do not fit, mostly.
class KernelError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A node's inputs, in its order; an input left out is an undefined tensor, inputs at the end may
/// be missing. One that nobody else holds is overwritten where that saves memory.
using Inputs = std::vector<at::Tensor>;

/// The input of a slot, or an undefined tensor.
at::Tensor input_or_none(const Inputs& inputs, std::size_t slot);
/// The integers of an input that is a list; empty where it is left out.
std::vector<std::int64_t> list_of(const Inputs& inputs, std::size_t slot);
/// An axis counted from the front. Throws KernelError where there is no such axis.
std::int64_t axis_of(std::int64_t axis, std::int64_t axes);
/// Whether a tensor and its memory belong to this reference alone, so that it may be overwritten.
bool is_sole_owner(const at::Tensor& tensor);

/// The outputs of a node. Throws KernelError or c10::Error where the inputs do not fit.
std::vector<at::Tensor> compute(const Node& node, Inputs inputs);

// The groups of graph.hpp's Op. Each gives an undefined tensor for an operator of another group.
at::Tensor compute_layer(const Node& node, Inputs& inputs);
at::Tensor compute_pool(const Node& node, Inputs& inputs);
at::Tensor compute_unary(const Node& node, Inputs& inputs);
at::Tensor compute_binary(const Node& node, Inputs& inputs);
at::Tensor compute_reduction(const Node& node, Inputs& inputs);
at::Tensor compute_shape(const Node& node, Inputs& inputs);
at::Tensor compute_selection(const Node& node, Inputs& inputs);
std::vector<at::Tensor> compute_split(const Node& node, Inputs& inputs);

/// Where a window lies on each spatial axis: pads as given, or as auto_pad asks.
struct Pads {
    std::vector<std::int64_t> begin;
    std::vector<std::int64_t> end;
};
/// `kernel` with one extent a spatial axis; empty strides, dilations and pads are filled in.
Pads pads_of(const Attributes& attributes, at::IntArrayRef input, at::IntArrayRef kernel);
/// A list of one number an axis: `given`, or `count` ones where it is empty.
std::vector<std::int64_t> or_ones(const std::vector<std::int64_t>& given, std::size_t count);
/// The input with `value` around its last axes.
at::Tensor pad_last_axes(const at::Tensor& input, const Pads& pads, double value);

/// A tensor of four axes laid out channels last, as LibTorch's convolutions want it.
at::Tensor channels_last(const at::Tensor& tensor);

}  // namespace bitshed::quant
