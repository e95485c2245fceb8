#include "quant/onnx_node.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <map>
#include <set>

#include "quant/onnx_tensor.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

using onnx::AttributeProto;

const std::map<std::string_view, Op>& operators() {
    static const std::map<std::string_view, Op> by_name = [] {
        std::map<std::string_view, Op> made;
        for (int op = 0; op <= static_cast<int>(last_onnx_op); ++op)
            made.emplace(name(static_cast<Op>(op)), static_cast<Op>(op));
        return made;
    }();
    return by_name;
}

/// The attributes of one node: each is asked for once, and what nobody asked for is a complaint,
/// since it would change what the node computes.
class Given {
  public:
    explicit Given(const onnx::NodeProto& proto) : proto_(proto) {}

    std::int64_t number(const char* name, std::int64_t otherwise) {
        const auto* found = find(name, AttributeProto::INT);
        return found != nullptr ? found->i() : otherwise;
    }
    bool flag(const char* name, bool otherwise = false) {
        return number(name, otherwise ? 1 : 0) != 0;
    }
    float real(const char* name, float otherwise) {
        const auto* found = find(name, AttributeProto::FLOAT);
        return found != nullptr ? found->f() : otherwise;
    }
    std::string text(const char* name, const char* otherwise) {
        const auto* found = find(name, AttributeProto::STRING);
        return found != nullptr ? found->s() : otherwise;
    }
    std::optional<std::vector<std::int64_t>> numbers(const char* name) {
        const auto* found = find(name, AttributeProto::INTS);
        if (found == nullptr) return std::nullopt;
        return std::vector<std::int64_t>(found->ints().begin(), found->ints().end());
    }
    std::optional<std::vector<float>> reals(const char* name) {
        const auto* found = find(name, AttributeProto::FLOATS);
        if (found == nullptr) return std::nullopt;
        return std::vector<float>(found->floats().begin(), found->floats().end());
    }
    const onnx::TensorProto* tensor(const char* name) {
        const auto* found = find(name, AttributeProto::TENSOR);
        return found != nullptr ? &found->t() : nullptr;
    }
    bool has(const char* name) const {
        for (const auto& attribute : proto_.attribute())
            if (attribute.name() == name) return true;
        return false;
    }
    /// An attribute that changes nothing here.
    void ignore(const char* name) { asked_.insert(name); }
    void refuse(std::string problem) { problems_.push_back(std::move(problem)); }

    /// All that is wrong with the attributes; nothing where they are understood.
    std::optional<Error> complaints() {
        for (const auto& attribute : proto_.attribute())
            if (!asked_.contains(attribute.name()))
                refuse(fmt::format("attribute {} is not supported", printable(attribute.name())));
        if (problems_.empty()) return std::nullopt;
        std::vector<Complaint> all;
        for (const std::string& problem : problems_)
            all.push_back({words_for(proto_) + ": " + problem, ""});
        return Error(ErrorKind::request, all);
    }

  private:
    const AttributeProto* find(const char* name, AttributeProto::AttributeType type) {
        asked_.insert(name);
        for (const auto& attribute : proto_.attribute()) {
            if (attribute.name() != name) continue;
            if (attribute.type() == type) return &attribute;
            refuse(fmt::format("attribute {} has another type than ONNX says", name));
        }
        return nullptr;
    }

    const onnx::NodeProto& proto_;
    std::set<std::string> asked_;
    std::vector<std::string> problems_;
};

Tensor integers(std::vector<std::int64_t> elements) {
    Tensor tensor;
    tensor.element = Element::integer;
    tensor.shape = {static_cast<std::int64_t>(elements.size())};
    tensor.integers = std::move(elements);
    return tensor;
}

Tensor reals(std::vector<float> elements) {
    Tensor tensor;
    tensor.shape = {static_cast<std::int64_t>(elements.size())};
    tensor.reals = std::move(elements);
    return tensor;
}

Tensor scalar(Tensor tensor) {
    tensor.shape.clear();
    return tensor;
}

void read_window(Given& given, Attributes& attributes) {
    attributes.kernel = given.numbers("kernel_shape").value_or(std::vector<std::int64_t>{});
    attributes.strides = given.numbers("strides").value_or(std::vector<std::int64_t>{});
    attributes.dilations = given.numbers("dilations").value_or(std::vector<std::int64_t>{});
    attributes.pads = given.numbers("pads").value_or(std::vector<std::int64_t>{});
    const std::string padding = given.text("auto_pad", "NOTSET");
    if (padding == "SAME_UPPER")
        attributes.padding = Padding::same_upper;
    else if (padding == "SAME_LOWER")
        attributes.padding = Padding::same_lower;
    else if (padding == "VALID")
        attributes.pads.clear();
    else if (padding != "NOTSET")
        given.refuse(fmt::format("auto_pad {} is unknown", printable(padding)));
}

/// An attribute of old opsets that is an input of later ones.
void make_input(Given& given, const char* name, int slot, TranslatedNode& made) {
    if (auto elements = given.numbers(name))
        made.made_inputs.emplace_back(slot, integers(std::move(*elements)));
}

void read_cast(Given& given, Attributes& attributes) {
    const auto type = static_cast<int>(given.number("to", 0));
    const auto element = element_of(type);
    given.ignore("saturate");
    // Casting to a narrower type rounds or wraps: only the types that a Tensor has are exact.
    if (type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::DOUBLE ||
        type == onnx::TensorProto::INT64 || type == onnx::TensorProto::INT32 ||
        type == onnx::TensorProto::BOOL)
        attributes.element = *element;
    else
        given.refuse(fmt::format("it casts to ONNX data type {}", type));
}

/// Reads Constant's one attribute into Attributes::fill.
Outcome read_constant(Given& given, const std::string& what, const std::filesystem::path& folder,
                      Attributes& attributes) {
    if (const auto* value = given.tensor("value")) {
        auto tensor = read_tensor(*value, what, folder);
        if (!tensor) return tensor.error();
        attributes.fill = std::move(tensor).value();
    } else if (given.has("value_float")) {
        attributes.fill = scalar(reals({given.real("value_float", 0)}));
    } else if (given.has("value_int")) {
        attributes.fill = scalar(integers({given.number("value_int", 0)}));
    } else if (auto floats = given.reals("value_floats")) {
        attributes.fill = reals(std::move(*floats));
    } else if (auto ints = given.numbers("value_ints")) {
        attributes.fill = integers(std::move(*ints));
    } else {
        given.refuse("its value is no tensor, number or list of numbers");
    }
    return success();
}

void read_layer_attributes(Given& given, TranslatedNode& made, std::int64_t opset) {
    Attributes& attributes = made.node.attributes;
    switch (made.node.op) {
        case Op::conv:
            read_window(given, attributes);
            attributes.groups = given.number("group", 1);
            break;
        case Op::average_pool:
        case Op::max_pool:
            read_window(given, attributes);
            attributes.ceil_mode = given.flag("ceil_mode");
            attributes.count_include_pad = given.flag("count_include_pad");
            if (given.number("storage_order", 0) != 0) given.refuse("storage_order is not 0");
            break;
        case Op::gemm:
            attributes.alpha = given.real("alpha", 1);
            attributes.beta = given.real("beta", 1);
            attributes.transpose_a = given.flag("transA");
            attributes.transpose_b = given.flag("transB");
            break;
        case Op::batch_norm:
            attributes.epsilon = given.real("epsilon", 1e-5F);
            given.ignore("momentum");
            if (given.flag("training_mode")) given.refuse("it is in training mode");
            if (opset < 9 && given.number("spatial", 1) != 1) given.refuse("spatial is not 1");
            break;
        case Op::layer_norm:
            attributes.epsilon = given.real("epsilon", 1e-5F);
            attributes.axis = given.number("axis", -1);
            given.ignore("stash_type");
            break;
        default:
            break;
    }
}

void read_elementwise_attributes(Given& given, TranslatedNode& made, std::int64_t opset) {
    Attributes& attributes = made.node.attributes;
    switch (made.node.op) {
        case Op::leaky_relu:
            attributes.alpha = given.real("alpha", 0.01F);
            break;
        case Op::hard_sigmoid:
            attributes.alpha = given.real("alpha", 0.2F);
            attributes.beta = given.real("beta", 0.5F);
            break;
        case Op::clip:
            if (opset < 11) {
                attributes.low = given.real("min", attributes.low);
                attributes.high = given.real("max", attributes.high);
            }
            break;
        case Op::gelu: {
            const std::string form = given.text("approximate", "none");
            if (form == "tanh")
                attributes.gelu = GeluForm::tanh;
            else if (form != "none")
                given.refuse("approximate is neither none nor tanh");
            break;
        }
        case Op::cast:
            read_cast(given, attributes);
            break;
        default:
            break;
    }
}

void read_axis_attributes(Given& given, TranslatedNode& made, std::int64_t opset) {
    Attributes& attributes = made.node.attributes;
    switch (made.node.op) {
        case Op::reduce_mean:
        case Op::reduce_max:
        case Op::reduce_sum:
            attributes.keep_dims = given.flag("keepdims", true);
            attributes.noop_without_axes = given.flag("noop_with_empty_axes");
            if (opset < (made.node.op == Op::reduce_sum ? 13 : 18))
                make_input(given, "axes", 1, made);
            break;
        case Op::softmax:
        case Op::log_softmax:
            attributes.axis = given.number("axis", opset < 13 ? 1 : -1);
            attributes.flattened = opset < 13;
            break;
        case Op::arg_max:
            attributes.axis = given.number("axis", 0);
            attributes.keep_dims = given.flag("keepdims", true);
            if (given.flag("select_last_index")) given.refuse("select_last_index is not 0");
            break;
        case Op::flatten:
            attributes.axis = given.number("axis", 1);
            break;
        case Op::gather:
            attributes.axis = given.number("axis", 0);
            break;
        case Op::concat:
            attributes.axis = given.number("axis", 0);
            break;
        default:
            break;
    }
}

void read_shape_attributes(Given& given, TranslatedNode& made, std::int64_t opset) {
    Attributes& attributes = made.node.attributes;
    switch (made.node.op) {
        case Op::reshape:
            attributes.allow_zero = given.flag("allowzero");
            break;
        case Op::transpose:
            attributes.permutation = given.numbers("perm").value_or(std::vector<std::int64_t>{});
            break;
        case Op::squeeze:
        case Op::unsqueeze:
            if (opset < 13) make_input(given, "axes", 1, made);
            break;
        case Op::split:
            attributes.axis = given.number("axis", 0);
            given.ignore("num_outputs");  // as many as the node has
            if (opset < 13) make_input(given, "split", 1, made);
            break;
        case Op::slice:
            if (opset < 10) {
                make_input(given, "starts", 1, made);
                make_input(given, "ends", 2, made);
                make_input(given, "axes", 3, made);
            }
            break;
        case Op::pad: {
            const std::string mode = given.text("mode", "constant");
            if (mode == "reflect")
                attributes.pad_mode = PadMode::reflect;
            else if (mode == "edge")
                attributes.pad_mode = PadMode::edge;
            else if (mode != "constant")
                given.refuse("mode " + printable(mode) + " is unknown");
            if (opset < 11) {
                make_input(given, "pads", 1, made);
                made.made_inputs.emplace_back(2, scalar(reals({given.real("value", 0)})));
            }
            break;
        }
        case Op::shape:
            attributes.start = given.number("start", 0);
            if (given.has("end")) attributes.end = given.number("end", 0);
            break;
        default:
            break;
    }
}

}  // namespace

std::string words_for(const onnx::NodeProto& proto) {
    const std::string& called = !proto.name().empty()     ? proto.name()
                                : proto.output_size() > 0 ? proto.output(0)
                                                          : proto.op_type();
    const std::string type = printable(proto.op_type());
    return fmt::format("node {} ({})", printable(called, 200), type.substr(1, type.size() - 2));
}

Result<TranslatedNode> translate_node(const onnx::NodeProto& proto, std::int64_t opset,
                                      const std::filesystem::path& folder) {
    TranslatedNode made;
    Given given(proto);
    made.node.name = proto.name();
    const bool standard = proto.domain().empty() || proto.domain() == "ai.onnx";
    const auto op = operators().find(proto.op_type());
    if (standard && proto.op_type() == "Identity") {
        made.translation = Translation::alias;
    } else if (standard && proto.op_type() == "Dropout") {
        // In evaluation it does nothing, whatever its ratio.
        for (const char* name : {"ratio", "seed"}) given.ignore(name);
        made.translation = Translation::alias;
    } else if (standard && proto.op_type() == "Constant") {
        made.translation = Translation::constant;
        const auto read = read_constant(given, words_for(proto), folder, made.node.attributes);
        if (!read) return read.error();
    } else if (!standard || op == operators().end()) {
        return Error(
            ErrorKind::request,
            fmt::format("{}: {} is not supported", words_for(proto),
                        standard ? "the operator" : "the domain " + printable(proto.domain())));
    } else {
        made.node.op = op->second;
        read_layer_attributes(given, made, opset);
        read_elementwise_attributes(given, made, opset);
        read_axis_attributes(given, made, opset);
        read_shape_attributes(given, made, opset);
        if (made.node.op == Op::constant_of_shape) {
            if (const auto* value = given.tensor("value")) {
                auto fill = read_tensor(*value, words_for(proto), folder);
                if (!fill) return fill.error();
                if (element_count(fill.value().shape) != 1)
                    given.refuse("its value is not one element");
                made.node.attributes.fill = std::move(fill).value();
            }
        }
    }
    if (const auto wrong = given.complaints()) return *wrong;
    return made;
}

}  // namespace bitshed::quant
