#include "quant/onnx_import.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>

#include "quant/onnx_node.hpp"
#include "quant/onnx_tensor.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t least_opset = 7;

/// Builds the graph node by node; complaints are gathered, so that all of them can be told.
class Import {
  public:
    Import(const onnx::ModelProto& model, const fs::path& path)
        : proto_(model.graph()), path_(path), folder_(path.parent_path()) {
        for (const auto& set : model.opset_import())
            if (set.domain().empty() || set.domain() == "ai.onnx") opset_ = set.version();
    }

    Result<Graph> run() {
        if (opset_ < least_opset)
            complain(ErrorKind::request, fmt::format("{}: its opset is {}", words(), opset_),
                     fmt::format("{} or later", least_opset));
        read_initializers();
        read_input();
        for (const auto& node : proto_.node()) read_node(node);
        read_output();
        if (!complaints_.empty()) return Error(kind_, complaints_);
        drop_unread(graph_);
        return std::move(graph_);
    }

  private:
    [[nodiscard]] std::string words() const { return printable(path_.string(), 200); }

    void complain(ErrorKind kind, std::string problem, std::string allowed = {}) {
        // A damaged file outweighs a request that cannot be met.
        if (complaints_.empty() || kind == ErrorKind::files) kind_ = kind;
        complaints_.push_back({std::move(problem), std::move(allowed)});
    }
    void complain(const Error& error) {
        for (const auto& complaint : error.complaints)
            complain(error.kind, complaint.problem, complaint.allowed);
    }

    ValueId define(const std::string& name, std::optional<Tensor> constant = std::nullopt) {
        const auto id = static_cast<ValueId>(graph_.values.size());
        if (!known_.emplace(name, id).second)
            complain(ErrorKind::files,
                     fmt::format("{}: the value {} is computed twice", words(), printable(name)));
        graph_.values.push_back({.name = name, .constant = std::move(constant)});
        return id;
    }

    void read_initializers() {
        if (proto_.sparse_initializer_size() > 0)
            complain(ErrorKind::request, words() + ": it has sparse initializers", "dense ones");
        for (const auto& initializer : proto_.initializer()) {
            auto tensor = read_tensor(
                initializer,
                fmt::format("{}: initializer {}", words(), printable(initializer.name())), folder_);
            if (!tensor) complain(tensor.error());
            define(initializer.name(),
                   tensor ? std::optional(std::move(tensor).value()) : std::optional(Tensor{}));
        }
    }

    void read_input() {
        std::vector<const onnx::ValueInfoProto*> inputs;
        // Before IR version 4 initializers were inputs too.
        for (const auto& input : proto_.input())
            if (!known_.contains(input.name())) inputs.push_back(&input);
        if (inputs.size() != 1) {
            complain(ErrorKind::request,
                     fmt::format("{}: it has {} inputs", words(), inputs.size()),
                     "one, the images");
            for (const auto* input : inputs) define(input->name());
            return;
        }
        graph_.input = define(inputs.front()->name());
        const auto& type = inputs.front()->type().tensor_type();
        if (type.elem_type() != onnx::TensorProto::FLOAT)
            complain(ErrorKind::request,
                     fmt::format("{}: its input has elements of ONNX data type {}", words(),
                                 type.elem_type()),
                     "float32");
        for (const auto& extent : type.shape().dim())
            graph_.input_shape.push_back(extent.dim_value() > 0 ? extent.dim_value() : 0);
    }

    void read_output() {
        if (proto_.output_size() != 1) {
            complain(ErrorKind::request,
                     fmt::format("{}: it has {} outputs", words(), proto_.output_size()),
                     "one, the logits");
            return;
        }
        const auto found = known_.find(proto_.output(0).name());
        if (found == known_.end() || graph_.constant(found->second) != nullptr ||
            found->second == graph_.input)
            complain(ErrorKind::files, fmt::format("{}: no node computes its output {}", words(),
                                                   printable(proto_.output(0).name())));
        else
            graph_.output = found->second;
    }

    /// The value of a name that a node reads; complains where nothing before it defines it.
    ValueId value_of(const std::string& name, const onnx::NodeProto& reader) {
        if (name.empty()) return no_value;
        const auto found = known_.find(name);
        if (found != known_.end()) return found->second;
        complain(ErrorKind::files, fmt::format("{}: it reads {}, which nothing before it defines",
                                               words_for(reader), printable(name)));
        return define(name);
    }

    void read_node(const onnx::NodeProto& proto) {
        auto translated = translate_node(proto, opset_, folder_);
        if (!translated) complain(translated.error());
        TranslatedNode made = translated ? std::move(translated).value() : TranslatedNode{};
        for (const auto& input : proto.input()) made.node.inputs.push_back(value_of(input, proto));
        if (proto.output_size() == 0)
            return complain(ErrorKind::files, words_for(proto) + ": it has no output");
        if (made.translation != Translation::node) return read_folded(proto, std::move(made));
        for (auto& [slot, constant] : made.made_inputs) {
            while (static_cast<int>(made.node.inputs.size()) <= slot)
                made.node.inputs.push_back(no_value);
            made.node.inputs[index(slot)] =
                graph_.add_value(proto.output(0) + "_attribute", std::move(constant));
        }
        check_inputs(proto, made.node);
        for (const auto& output : proto.output())
            made.node.outputs.push_back(output.empty() ? no_value : define(output));
        while (made.node.outputs.size() > 1 && made.node.outputs.back() == no_value)
            made.node.outputs.pop_back();
        if (made.node.name.empty()) made.node.name = proto.output(0);
        if (made.node.op == Op::clip) fold_bounds(made.node);
        graph_.nodes.push_back(std::move(made.node));
    }

    void check_inputs(const onnx::NodeProto& proto, const Node& node) {
        const auto least = static_cast<std::size_t>(least_inputs(node.op));
        const bool all =
            node.inputs.size() >= least &&
            std::find(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(least),
                      no_value) == node.inputs.begin() + static_cast<std::ptrdiff_t>(least);
        if (!all)
            complain(ErrorKind::files,
                     fmt::format("{}: it lacks one of the {} inputs that the operator needs",
                                 words_for(proto), least));
    }

    /// A node that leaves nothing but a name for its output.
    void read_folded(const onnx::NodeProto& proto, TranslatedNode made) {
        if (made.translation == Translation::constant) {
            define(proto.output(0), std::move(made.node.attributes.fill));
        } else if (made.node.inputs.empty()) {
            complain(ErrorKind::files, words_for(proto) + ": it has no input");
        } else {
            known_[proto.output(0)] = made.node.inputs.front();
        }
    }

    /// Bounds that are constants become attributes, where techniques look for a ReLU6.
    void fold_bounds(Node& node) {
        node.inputs.resize(3, no_value);
        const auto fold = [&](std::size_t slot, float& bound) {
            const Tensor* constant = graph_.constant(node.inputs[slot]);
            if (constant == nullptr || constant->reals.size() != 1) return;
            bound = constant->reals.front();
            node.inputs[slot] = no_value;
        };
        fold(1, node.attributes.low);
        fold(2, node.attributes.high);
        while (node.inputs.back() == no_value) node.inputs.pop_back();
    }

    const onnx::GraphProto& proto_;
    const fs::path& path_;
    fs::path folder_;
    std::int64_t opset_ = 0;
    Graph graph_;
    std::map<std::string, ValueId> known_;
    ErrorKind kind_ = ErrorKind::request;
    std::vector<Complaint> complaints_;
};

}  // namespace

Result<Graph> import_onnx(const fs::path& path) {
    const auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    onnx::ModelProto model;
    google::protobuf::io::ArrayInputStream stream(bytes.value().data(),
                                                  static_cast<int>(bytes.value().size()));
    google::protobuf::io::CodedInputStream coded(&stream);
    constexpr std::size_t most_bytes = std::numeric_limits<int>::max();
    if (bytes.value().size() > most_bytes || !model.ParseFromCodedStream(&coded) ||
        !coded.ConsumedEntireMessage() || !model.has_graph() || model.graph().node_size() == 0)
        return Error(ErrorKind::files,
                     fmt::format("{} is no ONNX file", printable(path.string(), 200)),
                     "what torch.onnx.export writes");
    return Import(model, path).run();
}

}  // namespace bitshed::quant
