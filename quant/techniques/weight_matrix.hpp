// A layer with weights as products of matrices: what GPTQ and learned rounding look at. In each
// group of channels (one, but for convolutions) an output is weight * column, where a column is the
// part of the layer's input that one output is computed from.
#pragma once

#include <ATen/ATen.h>

#include "quant/images.hpp"
#include "quant/layers.hpp"
#include "support/result.hpp"

namespace bitshed::quant {

/// A copy of a layer's weight, groups x rows x columns in float32: row r of group g is output
/// channel g * rows + r, a column what stands at the same place in all of them.
at::Tensor weight_matrix(const Graph& graph, const Layer& layer);
/// Puts such a matrix in the weight's place. The weight is the layer's alone (own_constant).
void set_weight_matrix(Graph& graph, const Layer& layer, const at::Tensor& matrix);

/// The columns of a convolution's input (N C H W, of any kind of number; around it are zeros) as
/// rows, groups x columns' number x column's size: N, then the outputs' H and W, and in a column
/// the channels of the group, then the window's H and W. `kernel` is the window. Throws
/// KernelError.
at::Tensor windows_of(const Attributes& attributes, at::Tensor input, at::IntArrayRef kernel);

/// The mean of x x^T over all columns x of the layer's input, groups x columns x columns in double:
/// the network runs over all images up to the layer. Error: as Executor::run.
///
/// Sums of a batch are float32's, their sum is double's.
Result<at::Tensor> gram_matrix(const Graph& graph, const Layer& layer, const ImageSet& images);

/// What a change of the weights does to the outputs: the mean over the columns x of
/// (weight x - changed x)^2, groups x rows in double, from the Gram matrix of the columns.
at::Tensor output_errors(const at::Tensor& weight, const at::Tensor& changed,
                         const at::Tensor& gram);

}  // namespace bitshed::quant
