// Adders fitted to ECP5's carry cells, against a cell written here from its data sheet: a chain of
// them adds what the nodes say, for all values.
#include <catch2/catch.hpp>

#include <functional>

#include "rtl/carry_cell.hpp"
#include "rtl_bench.hpp"

namespace {

using bitshed::rtl::Adder;
using bitshed::rtl::Builder;
using bitshed::rtl::CarryCell;
using bitshed::rtl::fit_carry_cell;
using bitshed::rtl::Module;
using bitshed::rtl::NodeId;
using bitshed::rtl::Op;
using bitshed::rtl::Value;

constexpr unsigned width = 3;

/// Both operands of an adder, of four inputs of 3 bits.
using Addends =
    std::function<std::pair<Value, Value>(Builder& b, Value a, Value c, Value d, Value e)>;

struct Fitted {
    Module module;
    NodeId sum = 0;
    std::optional<CarryCell> cell;
};

Fitted fitted(const Addends& addends) {
    Builder b("adder");
    std::vector<Value> inputs;
    for (const char* name : {"a_i", "b_i", "c_i", "d_i"})
        inputs.push_back(b.input(name, width, "", ""));
    b.section("add", {}, 0);
    const auto [first, second] = addends(b, inputs[0], inputs[1], inputs[2], inputs[3]);
    const Value sum = b.name("sum", b.add_in_ecp5_cells(first, second, b.constant(1, 1)), "");
    b.output("sum_o", sum, "", "");
    const NodeId id = sum.id();
    b.leave_unread();
    Fitted made{b.finish(), id, std::nullopt};
    made.cell = fit_carry_cell(made.module, id);
    return made;
}

/// Places of the cell: s = INIT[DCBA]; the place shows s ^ carry; the next carry is the present one
/// where s is 1, else INIT[00BA].
unsigned add_by_cells(const CarryCell& cell, const std::vector<unsigned>& inputs_of_pins,
                      unsigned carry) {
    unsigned sum = 0;
    for (unsigned place = 0; place < width; ++place) {
        unsigned row = 0;
        for (std::size_t pin = 0; pin < 4; ++pin) row |= (inputs_of_pins[pin] >> place & 1u) << pin;
        const unsigned s = cell.init >> row & 1u;
        sum |= (s ^ carry) << place;
        if (s == 0) carry = cell.init >> (row & 3u) & 1u;
    }
    return sum;
}

/// The number of combinations of values, all of which gave the sum that the interpreter has.
unsigned agreements(const Addends& addends) {
    const Fitted made = fitted(addends);
    REQUIRE(made.cell);
    bitshed::test::Bench bench(made.module);
    unsigned agreed = 0;
    for (unsigned values = 0; values < 1u << (4 * width); ++values) {
        std::map<NodeId, unsigned> value_of;
        for (const auto& port : made.module.ports) {
            if (port.direction == bitshed::rtl::Direction::output) continue;
            const unsigned index = static_cast<unsigned>(port.name[0] - 'a');
            const unsigned value = values >> (index * width) & 7u;
            bench.set(port.name, value);
            value_of[port.node] = value;
        }
        std::vector<unsigned> pins;
        for (const auto& input : made.cell->inputs) {
            unsigned value = 7;
            if (input) {
                const auto& node = made.module.nodes[*input];
                if (value_of.contains(*input)) {
                    value = value_of[*input];
                } else if (node.op == Op::slice) {  // one bit for all places
                    REQUIRE((node.width == 1 && node.low == 0));
                    value = value_of.at(node.operands[0]) % 2 * 7;
                } else {  // copies of a bit
                    REQUIRE(node.op == Op::concat);
                    const auto& bit = made.module.nodes[node.operands[0]];
                    value = value_of.at(bit.operands[0]) % 2 * 7;
                }
            }
            pins.push_back(value);
        }
        if (bench.get("sum_o") == add_by_cells(*made.cell, pins, 1)) ++agreed;
    }
    return agreed;
}

constexpr unsigned all = 1u << (4 * width);

}  // namespace

TEST_CASE("carry cell: takes in whatever its four inputs allow, and adds the same") {
    // A multiplexer, two products of a bit, a bit's row and its complement, a flip, and
    // multiplexers written as gates.
    CHECK(agreements([](Builder& b, Value a, Value c, Value d, Value e) {
              return std::pair(a, b.mux(e.bit(0), c, d));
          }) == all);
    CHECK(agreements([](Builder& b, Value a, Value c, Value d, Value e) {
              return std::pair(a & b.repeat(d.bit(0), width), c & b.repeat(e.bit(0), width));
          }) == all);
    CHECK(agreements([](Builder& b, Value a, Value c, Value d, Value) {
              return std::pair(a, c & b.repeat(d.bit(0), width));
          }) == all);
    CHECK(agreements([](Builder& b, Value a, Value c, Value d, Value) {
              return std::pair(a, ~(c & b.repeat(d.bit(0), width)));
          }) == all);
    CHECK(agreements([](Builder& b, Value a, Value c, Value d, Value) {
              return std::pair(a, c ^ b.repeat(d.bit(0), width));
          }) == all);
    CHECK(agreements([](Builder&, Value a, Value c, Value d, Value e) {
              return std::pair(a, (c & d) | (~c & e));
          }) == all);
    CHECK(agreements([](Builder&, Value a, Value c, Value, Value) { return std::pair(a, c); }) ==
          all);
    CHECK(agreements([](Builder& b, Value a, Value c, Value d, Value e) {
              return std::pair(b.mux(e.bit(0), c, d), a);
          }) == all);
}

TEST_CASE("carry cell: what it cannot add is refused, and is a finding") {
    // The carry of the first two needs more than two inputs; the third has five.
    const std::vector<Addends> too_much = {
        [](Builder&, Value a, Value c, Value d, Value e) { return std::pair(a, c ^ d ^ e); },
        [](Builder&, Value a, Value c, Value d, Value e) { return std::pair(a | ~c, d | ~e); },
        [](Builder& b, Value a, Value c, Value d, Value e) {
            return std::pair(a, b.mux(e.bit(0), c, d) ^ b.repeat(e.bit(1), width));
        }};
    for (const auto& addends : too_much) {
        const Fitted made = fitted(addends);
        CHECK_FALSE(made.cell);
        const auto found = bitshed::rtl::findings(made.module);
        REQUIRE(found.size() == 1);
        CHECK(found[0] == "sum is no named sum that fits carry cells");
    }
}
