// Builds a module, expression by expression, in data order.
//
//     Builder b("adder");
//     const Value x = b.input("x_i", 8, "operand", "the addend");
//     b.section("add", {"One adder."}, 0);
//     const Value sum = b.name("sum", x + b.constant(8, 1), "modulo 256");
//     b.output("sum_o", sum, "sum", "x_i + 1");
//
// Widths are checked at every node. A named value that is read in a later stage is carried there
// by registers that the builder makes by itself: the stage of a section is all a datapath says
// about pipelining. Constants are folded, so that degenerate cases leave no dead text.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "rtl/module.hpp"

namespace bitshed::rtl {

class Builder;

/// A node of the builder's module. Cheap to copy; valid as long as its builder.
class Value {
  public:
    [[nodiscard]] unsigned width() const;
    /// Bits `high` down to `low`, as Verilog's [high:low]. The value must have a name (or be a
    /// concatenation or a constant, which are taken apart).
    [[nodiscard]] Value operator()(unsigned high, unsigned low) const;
    [[nodiscard]] Value bit(unsigned index) const { return (*this)(index, index); }
    [[nodiscard]] NodeId id() const { return id_; }
    [[nodiscard]] Builder& builder() const { return *builder_; }

  private:
    friend class Builder;
    friend Value operator~(Value);
    Value(Builder& builder, NodeId id) : builder_(&builder), id_(id) {}
    Builder* builder_;
    NodeId id_;
};

class Builder {
  public:
    explicit Builder(std::string module_name);
    Builder(const Builder&) = delete;
    Builder& operator=(const Builder&) = delete;

    // Ports. Names are unique, identifiers, and end in _i or _o (_ni for active low).
    Value input(const std::string& name, unsigned width, const std::string& role,
                const std::string& why);
    void output(const std::string& name, Value value, const std::string& role,
                const std::string& why);
    /// The clock of all registers. It is no value: nothing can read it.
    void clock(const std::string& name, const std::string& why);
    /// The synchronous reset, active low, of the registers that resets() names.
    Value reset(const std::string& name, const std::string& why);
    /// The value is a register, or is carried to later stages by registers, that reset to 0.
    void resets(Value value);
    /// A named value of 1 bit; low: no register changes. An input, or computed from inputs and
    /// registers of stage 0.
    void enable(Value value);

    /// Starts a section of the datapath on a pipeline stage, which never falls from one to the
    /// next.
    void section(const std::string& title, std::vector<std::string> notes, int stage);

    /// Begins every name that is made from here on ("l3_" for lane 3); "" ends that.
    void prefix(std::string text) { prefix_ = std::move(text); }

    /// Gives the value a line of its own. A value that has a name gets a second one, by an alias.
    Value name(const std::string& name, Value value, const std::string& why);

    Value constant(unsigned width, std::uint64_t value);
    Value constant(const Bits& value);
    [[nodiscard]] bool is_constant(Value value) const { return constant_of(value) != nullptr; }
    /// a + b + carry (1 bit); the operands and the sum have one width.
    Value add(Value a, Value b, Value carry);
    /// The same, by carry cells of ECP5. The gates between named values and the adder, place by
    /// place (not, and, or, xor, mux), become part of the cells and must fit them
    /// (carry_cell.hpp). The sum must be named at once.
    Value add_in_ecp5_cells(Value a, Value b, Value carry);
    /// The exact product, as wide as both operands together. It must be named at once.
    Value multiply(Value a, Value b);
    Value mux(Value select, Value if_one, Value if_zero);
    /// The most significant part first.
    Value concat(const std::vector<Value>& parts);
    Value repeat(Value value, unsigned count);
    Value equal(Value a, Value b);
    Value equal(Value a, std::uint64_t b);
    Value any(Value value);  ///< 1 where some bit is 1
    Value all(Value value);  ///< 1 where every bit is 1
    /// Bit `index` of `table`, a named value of 2^(bits of index) bits, at most 2^16.
    Value lookup(Value table, Value index);
    Value zero_extended(Value value, unsigned width);
    /// The value with copies of `fill` (1 bit) above it.
    Value extended(Value value, unsigned width, Value fill);

    /// A register of the present stage, read before it is connected, so that it can close a loop.
    Value reg(const std::string& name, unsigned width, const std::string& why);
    void connect(Value reg, Value d);
    /// At an edge with `clear` high it becomes 0.
    void connect(Value reg, Value d, Value clear);

    /// The module drops high places on purpose: whatever bits of it nothing reads are gathered in a
    /// value named unused_bits, and values that nothing reads at all are not printed.
    void leave_unread() { leaves_unread_ = true; }
    /// The same of one named value alone.
    void leave_unread(Value value) { left_unread_.insert(value.id_); }

    /// The module; the builder is spent. Throws where a register was left unconnected.
    Module finish();

  private:
    friend class Value;
    friend Value operator&(Value, Value);
    friend Value operator|(Value, Value);
    friend Value operator^(Value, Value);
    friend Value operator+(Value, Value);
    friend Value operator~(Value);

    Value add_node(Node node);
    Value binary(Op op, Value a, Value b);
    Value slice(Value value, unsigned high, unsigned low);
    Value here(Value value);  ///< the value carried to the present stage
    Value fold_bitwise(Op op, Value a, Value b);
    void take_name(const std::string& name);  // refuses one that stands already
    [[nodiscard]] const Node& node(Value value) const { return module_.nodes[value.id_]; }
    [[nodiscard]] const Bits* constant_of(Value value) const;

    void gather_unread();

    Module module_;
    std::string prefix_;
    bool leaves_unread_ = false;
    std::set<NodeId> left_unread_;
    std::set<NodeId> resets_;
    std::set<std::string> names_;
    std::map<std::pair<NodeId, int>, NodeId> carried_;  // (value, stage) -> its register there
};

Value operator&(Value a, Value b);
Value operator|(Value a, Value b);
Value operator^(Value a, Value b);
Value operator+(Value a, Value b);
Value operator~(Value a);

}  // namespace bitshed::rtl
