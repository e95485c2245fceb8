#include "emit/verilog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "rtl/carry_cell.hpp"
#include "rtl/findings.hpp"
#include "support/check.hpp"
#include "support/text.hpp"

namespace bitshed::emit {

namespace {

using rtl::Module;
using rtl::Node;
using rtl::NodeId;
using rtl::Op;

constexpr std::size_t line_length = 100;

/// How tightly an expression holds together, loosest first: what is looser than its surroundings
/// gets parentheses. Verilog-2005, table 5-4.
enum class Binding {
    conditional,
    bit_or,
    bit_xor,
    bit_and,
    equality,
    sum,
    product,
    unary,
    primary
};

struct Expression {
    std::string text;
    Binding binding = Binding::primary;
};

std::string range(unsigned width) {
    return width == 1 ? "" : fmt::format("[{}:0]", width - 1);
}

/// Decimal where a reader can take it in, else hex.
std::string literal(const Bits& value) {
    constexpr unsigned decimal_width = 10;
    const unsigned width = value.width();
    if (width <= decimal_width || value.is_zero())
        return fmt::format("{}'d{}", width, value.to_u64());
    return fmt::format("{}'h{}", width, value.hex());
}

class Printer {
  public:
    explicit Printer(const Module& module) : module_(module), live_(rtl::live_nodes(module)) {
        for (const Node& node : module.nodes) {
            if (node.name.empty() || node.op == Op::input) continue;
            range_column_ = std::max(range_column_, range(node.width).size());
            name_column_ = std::max(name_column_, node.name.size());
        }
    }

    std::string print(std::string_view banner) {
        if (!banner.empty())
            for (const auto& line : split(banner, '\n')) put(line.empty() ? "//" : "// " + line);
        put("");
        put("`default_nettype none");
        put("");
        print_ports();
        int stage = 0;
        for (std::size_t section = 0; section < module_.sections.size(); ++section) {
            const int here = module_.sections[section].stage;
            for (; stage < here; ++stage) print_pipeline_registers(stage + 1);
            print_section(section);
        }
        print_outputs();
        put("endmodule");
        put("");
        put("`default_nettype wire");
        return std::move(text_);
    }

  private:
    void put(std::string_view line) {
        text_ += line;
        text_ += '\n';
    }

    const Node& node(NodeId id) const { return module_.nodes[id]; }

    // ---- expressions ----

    std::string within(NodeId id, Binding surroundings) const {
        const Expression inner = expression(id);
        return inner.binding < surroundings ? "(" + inner.text + ")" : inner.text;
    }

    /// The name of a value that has one, else its expression.
    Expression expression(NodeId id) const {
        return node(id).name.empty() ? definition(id) : Expression{node(id).name, Binding::primary};
    }

    /// Operators group from the left; unlike ones are kept apart by parentheses, needed or not.
    Expression infix(const Node& given, const char* symbol, Binding binding) const {
        const Expression left = expression(given.operands[0]);
        const std::string first =
            left.binding == binding ? left.text : within(given.operands[0], Binding::unary);
        return {fmt::format("{} {} {}", first, symbol, within(given.operands[1], Binding::unary)),
                binding};
    }

    Expression concatenation(const Node& given) const {
        const auto& parts = given.operands;
        if (parts.size() == 1) return expression(parts[0]);
        std::string list;
        for (std::size_t i = 0; i < parts.size();) {
            std::size_t copies = 1;
            while (i + copies < parts.size() && parts[i + copies] == parts[i]) ++copies;
            const std::string part = expression(parts[i]).text;
            if (!list.empty()) list += ", ";
            if (copies == parts.size()) return {fmt::format("{{{}{{{}}}}}", copies, part)};
            list += copies == 1 ? part : fmt::format("{{{}{{{}}}}}", copies, part);
            i += copies;
        }
        return {"{" + list + "}"};
    }

    Expression definition(NodeId id) const {
        const Node& given = node(id);
        switch (given.op) {
            case Op::constant:
                return {literal(*given.constant)};
            case Op::bit_not:
                return {"~" + within(given.operands[0], Binding::unary), Binding::unary};
            case Op::bit_and:
                return infix(given, "&", Binding::bit_and);
            case Op::bit_or:
                return infix(given, "|", Binding::bit_or);
            case Op::bit_xor:
                return infix(given, "^", Binding::bit_xor);
            case Op::equal:
                return infix(given, "==", Binding::equality);
            case Op::add: {
                Expression sum = infix(given, "+", Binding::sum);
                if (given.operands.size() == 3) {
                    const NodeId carry = given.operands[2];
                    sum.text += given.width == 1 ? " + " + within(carry, Binding::unary)
                                                 : fmt::format(" + {{{}'d0, {}}}", given.width - 1,
                                                               expression(carry).text);
                }
                return sum;
            }
            case Op::multiply: {
                // Each operand is brought to the width of the product, as Verilog would do
                // silently.
                const auto padded = [&](NodeId operand) {
                    return fmt::format("{{{}'d0, {}}}", given.width - node(operand).width,
                                       expression(operand).text);
                };
                return {
                    fmt::format("{} * {}", padded(given.operands[0]), padded(given.operands[1])),
                    Binding::product};
            }
            case Op::mux:
                return {fmt::format("{} ? {} : {}", within(given.operands[0], Binding::bit_or),
                                    within(given.operands[1], Binding::bit_or),
                                    within(given.operands[2], Binding::bit_or)),
                        Binding::conditional};
            case Op::concat:
                return concatenation(given);
            case Op::slice: {
                const Node& whole = node(given.operands[0]);
                const std::string index =
                    given.width == 1 ? fmt::format("{}", given.low)
                                     : fmt::format("{}:{}", given.low + given.width - 1, given.low);
                return {fmt::format("{}[{}]", whole.name, index)};
            }
            case Op::reduce_or:
                return {"|" + within(given.operands[0], Binding::primary), Binding::unary};
            case Op::reduce_and:
                return {"&" + within(given.operands[0], Binding::primary), Binding::unary};
            case Op::lookup:
                return {fmt::format("{}[{}]", node(given.operands[0]).name,
                                    expression(given.operands[1]).text)};
            case Op::input:
            case Op::reg:
                break;
        }
        check(false, "inputs and registers are read by name");
        return {};
    }

    // ---- lines ----

    void print_ports() {
        put(fmt::format("module {} (", module_.name));
        std::size_t range_column = 0, name_column = 0;
        for (const auto& port : module_.ports) {
            range_column = std::max(range_column, range(port.width).size());
            name_column = std::max(name_column, port.name.size() + 1);
        }
        for (std::size_t i = 0; i < module_.ports.size(); ++i) {
            const auto& port = module_.ports[i];
            const char* direction =
                port.direction == rtl::Direction::input ? "input  wire" : "output wire";
            const std::string name = port.name + (i + 1 < module_.ports.size() ? "," : "");
            put(fmt::format("  {} {:<{}} {:<{}}  // {}", direction, range(port.width), range_column,
                            name, name_column, port.why));
        }
        put(");");
    }

    void print_title(std::string_view title, const std::vector<std::string>& notes) {
        put("");
        std::string rule = fmt::format("  // ---- {} ", title);
        put(rule + std::string(rule.size() < 80 ? 80 - rule.size() : 4, '-'));
        for (const auto& note : notes) put(note.empty() ? "  //" : "  // " + note);
    }

    void declare(std::string_view keyword, const Node& given, const std::string& value) {
        std::string line = fmt::format("  {} {:<{}} {:<{}}", keyword, range(given.width),
                                       range_column_, given.name, value.empty() ? 0 : name_column_);
        line += value.empty() ? ";" : " = " + value + ";";
        if (!given.why.empty()) {
            if (line.size() + given.why.size() + 5 > line_length)
                put("  // " + given.why + ":");
            else
                line += "  // " + given.why;
        }
        put(line);
    }

    void print_wire(NodeId id) {
        if (node(id).adder == rtl::Adder::plus)
            declare("wire", node(id), definition(id).text);
        else
            print_cells(id);
    }

    /// A sum by carry cells of ECP5, two places each, where a tool synthesizes; one more place
    /// where their number is odd. To a simulator it is the sum that the nodes say.
    void print_cells(NodeId id) {
        const Node& sum = node(id);
        const rtl::CarryCell cell = *rtl::fit_carry_cell(module_, id);
        const unsigned cells = (sum.width + 1) / 2;
        const std::string& name = sum.name;
        const std::string places = fmt::format("[{}:0]", 2 * cells - 1);
        const std::string index = name + "_cell";
        declare("wire", sum, "");
        put("`ifdef SYNTHESIS");
        std::string connections;
        for (std::size_t pin = 0; pin < cell.inputs.size(); ++pin) {
            const char letter = "abcd"[pin];
            std::string value = fmt::format("{{{}{{1'd1}}}}", 2 * cells);
            if (const auto input = cell.inputs[pin]) {
                const std::string text = expression(*input).text;
                const unsigned missing = 2 * cells - node(*input).width;
                value = node(*input).width != sum.width
                            ? fmt::format("{{{}{{{}}}}}", 2 * cells, text)
                        : missing > 0 ? fmt::format("{{{}'d0, {}}}", missing, text)
                                      : text;
            }
            put(fmt::format("  wire {} {}_{} = {};", places, index, letter, value));
        }
        put(fmt::format("  wire {} {}_s;", places, index));
        put(fmt::format("  wire [{}:0] {}_carry;", cells, index));
        put(fmt::format("  assign {}_carry[0] = {};", index,
                        sum.operands.size() == 3 ? expression(sum.operands[2]).text : "1'd0"));
        put(fmt::format("  genvar {};", index));
        put("  generate");
        put(fmt::format("    for ({0} = 0; {0} < {1}; {0} = {0} + 1) begin : {0}s", index, cells));
        put(
            fmt::format("      CCU2C #(.INIT0(16'h{0:04x}), .INIT1(16'h{0:04x}), "
                        ".INJECT1_0(\"NO\"), .INJECT1_1(\"NO\")) places (",
                        cell.init));
        put(fmt::format("        .CIN({0}_carry[{0}]), .COUT({0}_carry[{0} + 1]),", index));
        for (const unsigned half : {0u, 1u}) {
            const std::string place =
                half == 0 ? fmt::format("[2 * {}]", index) : fmt::format("[2 * {} + 1]", index);
            for (const char letter : {'A', 'B', 'C', 'D'})
                put(fmt::format("        .{}{}({}_{}{}),", letter, half, index,
                                static_cast<char>(letter - 'A' + 'a'), place));
            put(fmt::format("        .S{}({}_s{}){}", half, index, place, half == 0 ? "," : ""));
        }
        put("      );");
        put("    end");
        put("  endgenerate");
        put(fmt::format("  assign {} = {}_s[{}:0];", name, index, sum.width - 1));
        put("`else");
        put(fmt::format("  assign {} = {};", name, definition(id).text));
        put("`endif");
    }

    /// The edges of some registers: those that reset in one always block, the others in another.
    void print_edges(const std::vector<NodeId>& registers) {
        for (const bool resets : {true, false}) {
            std::vector<NodeId> alike;
            for (const NodeId id : registers)
                if (node(id).resets == resets) alike.push_back(id);
            if (!alike.empty()) print_always(alike, resets);
        }
    }

    void print_always(const std::vector<NodeId>& registers, bool resets) {
        std::size_t column = 0;
        for (const NodeId id : registers) column = std::max(column, node(id).name.size());
        std::string condition;
        put(fmt::format("  always @(posedge {}) begin", node(*module_.clock).name));
        if (resets) {
            put(fmt::format("    if (!{}) begin", node(*module_.reset_n).name));
            for (const NodeId id : registers)
                put(fmt::format("      {:<{}} <= {};", node(id).name, column,
                                literal(Bits(node(id).width))));
            condition = "end else ";
        }
        if (module_.enable) condition += fmt::format("if ({}) ", node(*module_.enable).name);
        if (!condition.empty()) put("    " + condition + "begin");
        const std::string indent = condition.empty() ? "    " : "      ";
        for (const NodeId id : registers) {
            const Node& given = node(id);
            std::string next = expression(given.operands[0]).text;
            if (given.clears)
                next = fmt::format("{} ? {} : {}", within(given.operands[1], Binding::bit_or),
                                   literal(Bits(given.width)),
                                   within(given.operands[0], Binding::bit_or));
            put(fmt::format("{}{:<{}} <= {};", indent, given.name, column, next));
        }
        if (!condition.empty()) put("    end");
        put("  end");
    }

    void print_pipeline_registers(int stage) {
        std::vector<NodeId> registers;
        for (NodeId id = 0; id < module_.nodes.size(); ++id)
            if (live_[id] && node(id).op == Op::reg && node(id).stage == stage && is_pipeline(id))
                registers.push_back(id);
        if (registers.empty()) return;
        print_title(fmt::format("registers into stage {}", stage), {});
        for (const NodeId id : registers) declare("reg ", node(id), "");
        print_edges(registers);
    }

    /// A register that only carries a value of the stage before; others stand in their section.
    bool is_pipeline(NodeId id) const {
        const Node& given = node(id);
        const Node& d = node(given.operands[0]);
        return !given.clears && d.op != Op::constant && d.stage + 1 == given.stage;
    }

    void print_section(std::size_t section) {
        print_title(module_.sections[section].title, module_.sections[section].notes);
        std::vector<NodeId> registers;
        for (NodeId id = 0; id < module_.nodes.size(); ++id) {
            const Node& given = node(id);
            if (!live_[id] || given.section != section || given.name.empty() ||
                given.op == Op::input)
                continue;
            if (given.op != Op::reg) {
                print_wire(id);
            } else if (!is_pipeline(id)) {
                declare("reg ", given, "");
                registers.push_back(id);
            }
        }
        if (!registers.empty()) {
            put("");
            print_edges(registers);
        }
    }

    void print_outputs() {
        put("");
        std::size_t column = 0;
        for (const auto& port : module_.ports)
            if (port.direction == rtl::Direction::output)
                column = std::max(column, port.name.size());
        for (const auto& port : module_.ports)
            if (port.direction == rtl::Direction::output)
                put(fmt::format("  assign {:<{}} = {};", port.name, column, node(port.node).name));
    }

    const Module& module_;
    std::vector<bool> live_;
    std::size_t range_column_ = 0;
    std::size_t name_column_ = 0;
    std::string text_;
};

}  // namespace

std::string print_verilog(const rtl::Module& module, std::string_view banner) {
    const auto wrong = rtl::findings(module);
    check(wrong.empty(), wrong.empty() ? ""
                                       : fmt::format("the module {} has no findings: {}",
                                                     module.name, fmt::join(wrong, "; ")));
    return Printer(module).print(banner);
}

}  // namespace bitshed::emit
