// A module as data: nodes that know their width, in named sections, on pipeline stages.
//
// It knows bits, not numbers: no node is signed, no width changes unasked. The builder
// (rtl/builder.hpp) makes it, findings (rtl/findings.hpp) criticise it, the interpreter
// (rtl/interpreter.hpp) runs it and emit/verilog.hpp prints it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "support/bits.hpp"

namespace bitshed::rtl {

/// The kinds of node. One more is a decision record (docs/decisions), not a habit.
enum class Op {
    input,     ///< a port
    constant,  ///< Node::constant
    bit_not,   ///< a
    bit_and,   ///< a, b of one width; and so on
    bit_or,
    bit_xor,
    add,         ///< a + b, modulo 2^width; with a third operand of 1 bit: a + b + carry
    multiply,    ///< a * b, exact: the width is the sum of the operands' widths
    mux,         ///< select (1 bit), then, else
    concat,      ///< the most significant part first, as Verilog writes it
    slice,       ///< `width` bits of a named operand from Node::low up
    equal,       ///< a == b: 1 bit
    reduce_or,   ///< 1 bit
    reduce_and,  ///< 1 bit
    lookup,      ///< bit `index` of a named table; the index counts just its bits: 1 bit
    reg,         ///< d, and where Node::clears a clear (1 bit) that sets it to 0 instead
};

/// What an adder is printed as.
enum class Adder {
    plus,        ///< Verilog's +
    ecp5_cells,  ///< in synthesis carry cells of Lattice ECP5 (carry_cell.hpp), else Verilog's +
};

using NodeId = std::size_t;

struct Node {
    Op op = Op::constant;
    unsigned width = 1;
    std::vector<NodeId> operands;
    std::optional<Bits> constant;
    unsigned low = 0;
    Adder adder = Adder::plus;  ///< add
    bool clears = false;        ///< reg: operands are d, clear; else d alone
    bool resets = false;  ///< reg: becomes 0 at an edge with Module::reset_n low, enabled or not
    std::string name;     ///< empty: printed inside the expression that reads it
    std::string why;      ///< the comment beside its line
    std::size_t section = 0;
    int stage = 0;  ///< how many registers lie between the inputs and this value
};

enum class Direction { input, output };

struct Port {
    std::string name;
    Direction direction = Direction::input;
    unsigned width = 1;
    std::string role;  ///< as in the manifest
    NodeId node = 0;   ///< the input node, or the value an output shows
    std::string why;
};

/// A part of the datapath, announced in the Verilog by its title.
struct Section {
    std::string title;               ///< "align"
    std::vector<std::string> notes;  ///< lines of explanation
    int stage = 0;
};

/// Operands stand before the nodes that read them, except a reg's: a reg closes loops.
struct Module {
    std::string name;
    std::vector<Node> nodes;
    std::vector<Port> ports;  ///< in the order of the port list
    std::vector<Section> sections;
    std::optional<NodeId> clock;
    std::optional<NodeId> enable;   ///< low: no register changes (but those that reset)
    std::optional<NodeId> reset_n;  ///< an input of 1 bit, active low, synchronous
    std::optional<NodeId> unread;   ///< gathers the bits that are left unread on purpose
};

}  // namespace bitshed::rtl
