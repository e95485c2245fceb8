// A network as data: nodes in the order in which they run, the values between them, and the
// constants. It knows neither ONNX (onnx_import.hpp fills it) nor LibTorch (executor.hpp runs it),
// so that techniques can look at it and edit it alone.
//
// Source of what each operator means: the ONNX operator specification, opset 7 to 20. The importer
// makes the opsets alike: what was an attribute in an old opset and is an input in a new one is an
// input here (a constant one), but for clip, whose constant bounds are attributes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/format.hpp"

namespace bitshed::quant {

/// What a node computes. Named after the ONNX operators.
enum class Op {
    // with weights
    conv,
    gemm,
    matmul,
    batch_norm,
    layer_norm,
    // elementwise, one input
    relu,
    leaky_relu,
    clip,
    sigmoid,
    hard_sigmoid,
    hard_swish,
    tanh,
    erf,
    gelu,
    sqrt,
    exp,
    log,
    negate,
    absolute,
    reciprocal,
    floor,
    logical_not,
    cast,
    // elementwise, more inputs, broadcast
    add,
    sub,
    mul,
    div,
    pow,
    min,
    max,
    equal,
    less,
    greater,
    logical_and,
    logical_or,
    where,
    // over windows and axes
    average_pool,
    max_pool,
    global_average_pool,
    global_max_pool,
    reduce_mean,
    reduce_sum,
    reduce_max,
    softmax,
    log_softmax,
    arg_max,
    // shapes
    reshape,
    flatten,
    transpose,
    squeeze,
    unsqueeze,
    gather,
    concat,
    slice,
    split,
    expand,
    tile,
    pad,
    shape,
    constant_of_shape,
    range,
    /// No operator of ONNX: what Attributes::quantization says, applied to every element.
    fake_quantize,
};
/// The operators up to here come from ONNX.
inline constexpr Op last_onnx_op = Op::range;

/// The name of the ONNX operator: "Conv", "BatchNormalization".
std::string_view name(Op op);

/// How many inputs an operator must have; more are optional.
int least_inputs(Op op);

/// The elements of a constant, and what `cast` makes.
enum class Element {
    real,     ///< float32; also what float64, float16 and bfloat16 become
    integer,  ///< int64; also what the other integers become
    boolean,
};

/// A constant. Exactly one of `reals` and `integers` holds as many elements as the shape has, the
/// last axis fastest; booleans are integers 0 and 1.
struct Tensor {
    Element element = Element::real;
    std::vector<std::int64_t> shape;  ///< empty: a scalar
    std::vector<float> reals;
    std::vector<std::int64_t> integers;

    friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// The product of the extents; 1 for a scalar.
std::int64_t element_count(const std::vector<std::int64_t>& shape);

/// Indices into Graph::values and Graph::nodes.
using ValueId = int;
using NodeId = int;
/// An id, a slot or an axis as an index: they are signed, since some of them may be absent.
constexpr std::size_t index(std::int64_t id) {
    return static_cast<std::size_t>(id);
}
/// In the place of an optional input or output that a node leaves out.
inline constexpr ValueId no_value = -1;

/// What flows between nodes: computed by a node, an input of the network, or a constant.
struct Value {
    std::string name;                ///< unique; "" never
    std::optional<Tensor> constant;  ///< an initializer, or what was folded into one
};

/// How a window's edges are padded.
enum class Padding {
    given,       ///< Attributes::pads
    same_upper,  ///< the output's extent is ceil(input / stride); an odd pad more at the end
    same_lower,  ///< the same, an odd pad more at the beginning
};

/// Quantized and scaled back: value -> decode(encode(value / scale)) * scale, one scale for all.
struct Quantization {
    format::Format format;
    float scale = 1;  ///< above 0

    friend bool operator==(const Quantization&, const Quantization&) = default;
};

enum class GeluForm { erf, tanh };
enum class PadMode { constant, reflect, edge };

/// What a node says beside its inputs; each field is read by the operators it names, and is filled
/// in by the importer with ONNX's default where a model leaves it out.
struct Attributes {
    // conv, average_pool, max_pool: one number a spatial axis; pads: all beginnings, then all ends
    std::vector<std::int64_t> kernel;
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;
    std::vector<std::int64_t> pads;
    Padding padding = Padding::given;
    std::int64_t groups = 1;         ///< conv
    bool ceil_mode = false;          ///< pools: the output's extent is rounded up
    bool count_include_pad = false;  ///< average_pool: pads count in the divisor

    float alpha = 1;           ///< gemm; leaky_relu, hard_sigmoid: slope
    float beta = 1;            ///< gemm; hard_sigmoid: offset
    bool transpose_a = false;  ///< gemm
    bool transpose_b = false;  ///< gemm

    float epsilon = 1e-5F;                                ///< batch_norm, layer_norm
    float low = -std::numeric_limits<float>::infinity();  ///< clip, where the bound is constant
    float high = std::numeric_limits<float>::infinity();  ///< clip, where the bound is constant
    GeluForm gelu = GeluForm::erf;

    /// softmax, log_softmax, layer_norm (its first normalized axis), gather, concat, split,
    /// flatten, arg_max. Negative: counted from the end.
    std::int64_t axis = 0;
    /// softmax, log_softmax of opsets below 13: all axes from `axis` on are one.
    bool flattened = false;
    bool keep_dims = true;  ///< reduce_*, arg_max
    /// reduce_*: no axes are given: leave the input as it is, instead of reducing over all.
    bool noop_without_axes = false;

    std::vector<std::int64_t> permutation;     ///< transpose; never empty but for a reversal
    bool allow_zero = false;                   ///< reshape: a 0 is an extent, not "as in the input"
    PadMode pad_mode = PadMode::constant;      ///< pad
    std::int64_t start = 0;                    ///< shape: the first axis that is told
    std::optional<std::int64_t> end;           ///< shape: the axis before which it ends
    Element element = Element::real;           ///< cast: to what
    std::optional<Tensor> fill;                ///< constant_of_shape: one element; none: 0.0
    std::optional<Quantization> quantization;  ///< fake_quantize
};

/// One operator. Inputs and outputs stand in ONNX's order; see docs/quantization.md for the list.
struct Node {
    Op op = Op::relu;
    std::string name;  ///< the model's own, else made from the first output's
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;
    Attributes attributes;
};

/// A network with one input of images and one output of logits.
struct Graph {
    std::vector<Value> values;
    std::vector<Node> nodes;  ///< every node stands after those whose values it reads
    ValueId input = no_value;
    ValueId output = no_value;
    /// The input's extents, N C H W; 0 where the model leaves one open.
    std::vector<std::int64_t> input_shape;

    /// The constant of a value; nothing where it is computed, the network's input, or no_value.
    [[nodiscard]] const Tensor* constant(ValueId value) const;
    /// A new value with a unique name made from `name`.
    ValueId add_value(const std::string& name, std::optional<Tensor> constant = std::nullopt);
};

/// Input `slot` of node `node`.
struct Use {
    NodeId node = 0;
    int slot = 0;

    friend bool operator==(const Use&, const Use&) = default;
};

/// The node that computes a value; nothing for constants and the network's input.
std::optional<NodeId> producer_of(const Graph& graph, ValueId value);

/// Every place that reads a value, in running order. The network's output is not among them.
std::vector<Use> uses_of(const Graph& graph, ValueId value);

/// A constant that node `use.node` may edit alone: where others read it too, the node gets a copy
/// of its own. The input must be a constant.
Tensor& own_constant(Graph& graph, Use use);

/// Drops nodes whose values nobody reads, and constants that nobody reads. Ids of nodes change,
/// ids of values do not.
void drop_unread(Graph& graph);

}  // namespace bitshed::quant
