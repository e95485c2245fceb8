// Every finding is provoked by a module made by hand, and a good module has none.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

#include "rtl/findings.hpp"
#include "rtl_bench.hpp"

namespace {

using bitshed::Bits;
using bitshed::rtl::Direction;
using bitshed::rtl::findings;
using bitshed::rtl::Module;
using bitshed::rtl::Node;
using bitshed::rtl::Op;

/// sum_o <- the register sum_q of x_i + y_i, and low_o = sum_q[3:0]. Node numbers as below.
enum : std::size_t { clk, x, y, sum, sum_q, low, five, node_count };

Module good() {
    Module module;
    module.name = "unit";
    module.nodes = {
        {.op = Op::input, .width = 1, .name = "clk_i"},
        {.op = Op::input, .width = 8, .name = "x_i"},
        {.op = Op::input, .width = 8, .name = "y_i"},
        {.op = Op::add, .width = 8, .operands = {x, y}, .name = "sum_d"},
        {.op = Op::reg, .width = 8, .operands = {sum}, .name = "sum_q"},
        {.op = Op::slice, .width = 4, .operands = {sum_q}, .name = "low"},
        {.op = Op::constant, .width = 4, .constant = Bits(4, 5), .name = "five"},
    };
    module.ports = {
        {"clk_i", Direction::input, 1, "clock", clk, ""},
        {"x_i", Direction::input, 8, "", x, ""},
        {"y_i", Direction::input, 8, "", y, ""},
        {"sum_o", Direction::output, 8, "", sum_q, ""},
        {"low_o", Direction::output, 4, "", low, ""},
        {"five_o", Direction::output, 4, "", five, ""},
    };
    module.sections = {{"work", {}, 0}};
    module.clock = clk;
    return module;
}

/// `damage` done to the good module gives a finding that holds `words`.
void finds(const std::string& words, const std::function<void(Module&)>& damage) {
    Module module = good();
    damage(module);
    const auto found = findings(module);
    CAPTURE(found);
    CHECK(std::any_of(found.begin(), found.end(), [&](const std::string& line) {
        return line.find(words) != std::string::npos;
    }));
}

/// The node put in place of `sum_d`, whose operands do not fit it.
void finds_misfit(Node node) {
    node.name = "sum_d";
    finds("sum_d: the widths", [&](Module& module) { module.nodes[sum] = node; });
}

}  // namespace

TEST_CASE("findings: a good module has none") {
    CHECK(findings(good()).empty());
}

TEST_CASE("findings: a wrong number of operands, for every kind of node") {
    const std::vector<std::pair<Op, std::size_t>> wrong = {
        {Op::input, 1},    {Op::constant, 1},  {Op::bit_not, 2},    {Op::bit_and, 1},
        {Op::bit_or, 3},   {Op::bit_xor, 0},   {Op::add, 1},        {Op::add, 4},
        {Op::multiply, 3}, {Op::mux, 2},       {Op::concat, 0},     {Op::slice, 2},
        {Op::equal, 1},    {Op::reduce_or, 2}, {Op::reduce_and, 0}, {Op::lookup, 1},
        {Op::lookup, 3}};
    for (const auto& [op, count] : wrong)
        finds("sum_d has " + std::to_string(count) + " operands", [&](Module& module) {
            module.nodes[sum].op = op;
            module.nodes[sum].operands.assign(count, x);
        });
    finds("sum_q has 0 operands", [](Module& module) { module.nodes[sum_q].operands.clear(); });
    finds("sum_q has 2 operands", [](Module& module) {
        module.nodes[sum_q].operands = {sum, clk};
    });
    finds("sum_q has 1 operands", [](Module& module) { module.nodes[sum_q].clears = true; });
}

TEST_CASE("findings: operands whose widths do not fit, for every kind of node") {
    finds_misfit({.op = Op::bit_not, .width = 7, .operands = {x}});
    for (const Op op : {Op::bit_and, Op::bit_or, Op::bit_xor, Op::add}) {
        finds_misfit({.op = op, .width = 8, .operands = {clk, x}});
        finds_misfit({.op = op, .width = 8, .operands = {x, clk}});
        finds_misfit({.op = op, .width = 9, .operands = {x, y}});
    }
    finds_misfit({.op = Op::add, .width = 8, .operands = {x, y, x}});
    finds_misfit({.op = Op::multiply, .width = 8, .operands = {x, y}});
    finds_misfit({.op = Op::mux, .width = 8, .operands = {x, x, y}});
    finds_misfit({.op = Op::mux, .width = 8, .operands = {clk, x, clk}});
    finds_misfit({.op = Op::mux, .width = 8, .operands = {clk, clk, x}});
    finds_misfit({.op = Op::concat, .width = 8, .operands = {x, clk}});
    finds_misfit({.op = Op::equal, .width = 1, .operands = {x, clk}});
    finds_misfit({.op = Op::equal, .width = 8, .operands = {x, y}});
    finds_misfit({.op = Op::reduce_or, .width = 8, .operands = {x}});
    finds_misfit({.op = Op::reduce_and, .width = 8, .operands = {x}});
    finds_misfit({.op = Op::lookup, .width = 1, .operands = {x, clk}});
    finds_misfit({.op = Op::lookup, .width = 1, .operands = {x, y}});
    finds_misfit({.op = Op::slice, .width = 8, .operands = {x}, .low = 1});
    finds_misfit({.op = Op::constant, .width = 8, .constant = Bits(4, 5)});
    finds_misfit({.op = Op::constant, .width = 8});
    finds("sum_q: the widths", [](Module& module) { module.nodes[sum_q].operands = {clk}; });
    finds("sum_q: the widths", [](Module& module) {
        module.nodes[sum_q].clears = true;
        module.nodes[sum_q].operands = {sum, x};
    });
}

TEST_CASE("findings: a value that reads itself, a later one, or one that is not there") {
    finds("sum_d reads what stands after it", [](Module& module) {
        module.nodes[sum].operands = {sum, x};
    });
    finds("sum_d reads what stands after it", [](Module& module) {
        module.nodes[sum].operands = {x, sum_q};
    });
    finds("sum_d reads what stands after it", [](Module& module) {
        module.nodes[sum].operands = {x, node_count};
    });
    finds("sum_q reads what stands after it",
          [](Module& module) { module.nodes[sum_q].operands = {node_count}; });
    // A register may: it closes loops.
    Module loop = good();
    loop.nodes.push_back(
        {.op = Op::reg, .width = 8, .operands = {node_count + 1}, .name = "acc_q"});
    loop.nodes.push_back({.op = Op::add, .width = 8, .operands = {node_count, x}, .name = "acc_d"});
    loop.ports.push_back({"acc_o", Direction::output, 8, "", node_count, ""});
    CHECK(findings(loop).empty());
}

TEST_CASE("findings: a slice of a value without a name, and products and registers without one") {
    finds("low slices a value without a name", [](Module& module) {
        module.nodes[sum].name.clear();
        module.nodes[low].operands = {sum};
    });
    finds("low looks up in a table without a name", [](Module& module) {
        module.nodes[sum] = {.op = Op::concat, .width = 2, .operands = {clk, clk}};
        module.nodes[sum_q].width = module.ports[3].width = 2;
        module.nodes[low] = {.op = Op::lookup, .width = 1, .operands = {sum, clk}, .name = "low"};
        module.ports[4].width = 1;
    });
    finds("node 3 needs a name", [](Module& module) {
        module.nodes[sum] = {.op = Op::multiply, .width = 9, .operands = {x, clk}};
        module.nodes[sum_q].width = 9;
        module.ports[3].width = 9;
    });
    finds("node 4 needs a name", [](Module& module) { module.nodes[sum_q].name.clear(); });
}

TEST_CASE("findings: a port that does not fit its value") {
    finds("the port sum_o does not fit", [](Module& module) { module.ports[3].width = 7; });
    finds("the port sum_o does not fit", [](Module& module) { module.ports[3].node = node_count; });
}

TEST_CASE("findings: names that are no good") {
    for (const char* name : {"Sum", "1sum", "_sum", "sum_", "sum_1", "s\xc3\xbcm", "sum d", "sum$",
                             "", "module", "wire", "reg", "assign"})
        finds("is no good name", [&](Module& module) {
            module.ports[3].name = name;  // an output's name is looked at whole
        });
    finds("'unit-2' is no good name", [](Module& module) { module.name = "unit-2"; });
    finds("'sum-d' is no good name", [](Module& module) { module.nodes[sum].name = "sum-d"; });
    finds("'sum_d' stands twice", [](Module& module) { module.nodes[low].name = "sum_d"; });
    finds("'sum_o' stands twice", [](Module& module) { module.ports[4].name = "sum_o"; });
}

TEST_CASE("findings: ports and registers have their suffixes") {
    finds("the port x does not end in _i", [](Module& module) {
        module.nodes[x].name = "x";
        module.ports[1].name = "x";
    });
    finds("the port sum_q_out does not end in _o",
          [](Module& module) { module.ports[3].name = "sum_q_out"; });
    finds("the register sum does not end in _q",
          [](Module& module) { module.nodes[sum_q].name = "sum"; });
    Module active_low = good();
    active_low.nodes[x].name = active_low.ports[1].name = "x_ni";
    CHECK(findings(active_low).empty());
}

TEST_CASE("findings: values and bits that nothing reads") {
    finds("five: nothing reads the bits f", [](Module& module) { module.ports.pop_back(); });
    finds("y_i: nothing reads the bits ff", [](Module& module) {
        module.nodes[sum].operands = {x, x};
    });
    finds("sum_q: nothing reads the bits f0",
          [](Module& module) { module.ports.erase(module.ports.begin() + 3); });
    // What only reads itself in a circle is read by nobody.
    finds("ring_q: nothing reads the bits 1", [](Module& module) {
        module.nodes.push_back(
            {.op = Op::reg, .width = 1, .operands = {node_count}, .name = "ring_q"});
    });
    finds("clk_i: nothing reads the bits 1", [](Module& module) {
        module.nodes[sum_q] = {.op = Op::bit_not, .width = 8, .operands = {sum}, .name = "sum_n"};
    });
    finds("x_i: nothing reads the bits 1", [](Module& module) {
        module.nodes[x].width = module.ports[1].width = 1;
        module.nodes[sum].operands = {y, y};
        module.reset_n = x;  // no register resets
    });
    // A value without a name makes no line, so it may stay unread.
    Module unnamed = good();
    unnamed.nodes.push_back({.op = Op::bit_not, .width = 8, .operands = {x}});
    CHECK(findings(unnamed).empty());
}

TEST_CASE("findings: a clock or a reset that is no input of one bit, an enable of more bits") {
    for (const std::size_t id : {x, sum, five, node_count}) {
        finds("the clock is no input", [&](Module& module) { module.clock = id; });
        finds("the reset is no input", [&](Module& module) { module.reset_n = id; });
        finds("the enable is no value", [&](Module& module) { module.enable = id; });
        finds("the unread bits are no value", [&](Module& module) { module.unread = id; });
    }
    // An enable may be computed; it is read by name.
    finds("the enable needs a name", [](Module& module) {
        module.nodes.push_back({.op = Op::reduce_or, .width = 1, .operands = {x}});
        module.enable = node_count;
    });
    Module computed = good();
    computed.nodes.push_back({.op = Op::reduce_or, .width = 1, .operands = {x}, .name = "go"});
    computed.enable = node_count;
    CHECK(findings(computed).empty());
}

TEST_CASE("findings: values outside the sections, and stages that fall") {
    finds("sum_d stands in no section", [](Module& module) { module.nodes[sum].section = 1; });
    finds("sum_q stands in no section", [](Module& module) { module.sections.clear(); });
    finds("'late' stands before an earlier stage", [](Module& module) {
        module.sections = {{"late", {}, 1}, {"early", {}, 0}};
    });
    finds("sum_d reads a value of a later stage",
          [](Module& module) { module.nodes[x].stage = 1; });
}

TEST_CASE("findings: reserved words of Verilog and SystemVerilog are no names") {
    for (const char* word :
         {"always", "edge", "endmodule", "integer", "posedge", "real", "strong0", "uwire", "while",
          "xor", "bit", "final", "logic", "priority", "shortreal", "unique", "within"})
        finds(std::string("'") + word + "' is no good name",
              [&](Module& module) { module.nodes[low].name = word; });
    Module module = good();
    for (const char* word : {"term", "product", "shift", "block", "whiles", "inputs"}) {
        module.nodes[low].name = word;
        CHECK(findings(module).empty());
    }
}

TEST_CASE("findings: registers without a clock, or that reset without a reset") {
    finds("no reset", [](Module& module) { module.nodes[sum_q].resets = true; });
    finds("no clock", [](Module& module) { module.clock.reset(); });
}

TEST_CASE("live_nodes: what an output depends on, through registers and their clears") {
    Module module = good();
    module.nodes[sum_q].clears = true;
    module.nodes[sum_q].operands = {sum, clk};
    module.nodes.push_back({.op = Op::bit_not, .width = 8, .operands = {x}});
    const auto live = bitshed::rtl::live_nodes(module);
    for (const std::size_t id : {clk, x, y, sum, sum_q, low, five}) CHECK(live[id]);
    CHECK_FALSE(live[node_count]);
    module.ports.resize(3);  // no outputs
    const auto dead = bitshed::rtl::live_nodes(module);
    CHECK(std::none_of(dead.begin(), dead.end(), [](bool alive) { return alive; }));
}
