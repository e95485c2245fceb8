// What the builder makes of an expression: its refusals, what it folds, the registers it inserts.
#include <catch2/catch.hpp>

#include <functional>

#include "rtl_bench.hpp"
#include "rtl_given.hpp"
#include "support/check.hpp"

namespace {

using bitshed::InternalError;
using bitshed::rtl::Builder;
using bitshed::rtl::Module;
using bitshed::rtl::Op;
using bitshed::rtl::Value;
using bitshed::test::Bench;
using bitshed::test::count_of;
using bitshed::test::Given;
using bitshed::test::Number;
using bitshed::test::power_of_two;

/// Whether `make` is refused as a bug of the caller's.
void refused(const std::function<void(Given&)>& make) {
    Given given;
    CHECK_THROWS_AS(make(given), InternalError);
}

}  // namespace

TEST_CASE("builder: operands of unlike widths are refused") {
    refused([](Given& g) { (void)(g.x & g.narrow); });
    refused([](Given& g) { (void)(g.x | g.narrow); });
    refused([](Given& g) { (void)(g.x ^ g.narrow); });
    refused([](Given& g) { (void)(g.x + g.narrow); });
    refused([](Given& g) { g.b.equal(g.x, g.narrow); });
    refused([](Given& g) { g.b.add(g.x, g.narrow, g.one); });
    refused([](Given& g) { g.b.add(g.x, g.y, g.narrow); });
    refused([](Given& g) { g.b.mux(g.narrow, g.x, g.y); });
    refused([](Given& g) { g.b.mux(g.one, g.x, g.narrow); });
    refused([](Given& g) { (void)(g.x & g.b.constant(4, 0)); });
}

TEST_CASE("builder: a slice lies inside a value that has a name") {
    refused([](Given& g) { (void)g.x(8, 0); });
    refused([](Given& g) { (void)g.x(2, 3); });
    refused([](Given& g) { (void)g.x.bit(8); });
    refused([](Given& g) { (void)(g.x + g.y)(3, 0); });
    refused([](Given& g) { (void)(g.x ^ g.y).bit(0); });
    Given given;
    CHECK(given.x(7, 0).id() == given.x.id());
    CHECK(given.x(5, 2).width() == 4);
    CHECK(given.x.bit(7).width() == 1);
}

TEST_CASE("builder: a table has a name, and a bit for each value of its index") {
    refused([](Given& g) { g.b.lookup(g.x, g.one); });
    refused([](Given& g) { g.b.lookup(g.x, g.narrow); });
    refused([](Given& g) { g.b.lookup(g.x ^ g.y, g.narrow(2, 0)); });
    refused([](Given& g) { g.b.lookup(g.b.constant(8, 0x96), g.narrow(2, 0)); });
    Given given;
    CHECK(given.b.lookup(given.x, given.narrow(2, 0)).width() == 1);
}

TEST_CASE("builder: a name is given once, and is not empty") {
    refused([](Given& g) { g.b.name("x_i", g.x + g.y, ""); });
    refused([](Given& g) { g.b.name("", g.x + g.y, ""); });
    refused([](Given& g) { g.b.reg("y_i", 4, ""); });
    refused([](Given& g) { g.b.output("x_i", g.x, "", ""); });
    refused([](Given& g) {
        g.b.name("sum", g.x + g.y, "");
        g.b.name("sum", g.x ^ g.y, "");
    });
    refused([](Given& g) {
        g.b.output("y_o", g.x, "", "");
        g.b.output("y_o", g.y, "", "");
    });
    refused([](Given& g) {
        g.b.output("y_o", g.x, "", "");
        g.b.name("y_o", g.x + g.y, "");
    });
    Builder b("unit");
    b.input("x_i", 1, "", "");
    CHECK_THROWS_AS(b.input("x_i", 2, "", ""), InternalError);
    CHECK_THROWS_AS(b.clock("x_i", ""), InternalError);
    CHECK_THROWS_AS(b.enable(b.input("x_i", 1, "enable", "")), InternalError);
}

TEST_CASE("builder: inputs come first, values live in sections, stages never fall") {
    refused([](Given& g) { g.b.input("late_i", 1, "", ""); });
    refused([](Given& g) {
        g.b.section("later", {}, 2);
        g.b.section("earlier", {}, 1);
    });
    Builder b("unit");
    const Value x = b.input("x_i", 4, "", "");
    CHECK_THROWS_AS(x + x, InternalError);
    CHECK_THROWS_AS(b.name("alias", x, ""), InternalError);
}

TEST_CASE("builder: an output shows a value that has a name") {
    refused([](Given& g) { g.b.output("y_o", g.x + g.y, "", ""); });
    refused([](Given& g) { g.b.output("y_o", g.b.constant(4, 3), "", ""); });
}

TEST_CASE("builder: a register is connected once, to a value of its width") {
    refused([](Given& g) { g.b.connect(g.b.reg("kept_q", 8, ""), g.narrow); });
    refused([](Given& g) { g.b.connect(g.b.reg("kept_q", 8, ""), g.x, g.narrow); });
    refused([](Given& g) { g.b.connect(g.x, g.y); });
    refused([](Given& g) {
        const Value kept = g.b.reg("kept_q", 8, "");
        g.b.connect(kept, g.x);
        g.b.connect(kept, g.y);
    });
    refused([](Given& g) {
        g.b.reg("kept_q", 8, "");
        g.b.finish();
    });
}

TEST_CASE("builder: a value has a bit, a concatenation a part, a repetition a copy") {
    refused([](Given& g) { g.b.concat({}); });
    refused([](Given& g) { g.b.repeat(g.x, 0); });
    refused([](Given& g) { g.b.constant(0, 0); });
    refused([](Given& g) { g.b.reg("kept_q", 0, ""); });
    refused([](Given& g) { g.b.zero_extended(g.x, 7); });
    refused([](Given& g) { g.b.extended(g.x, 12, g.narrow(1, 0)); });
    Builder b("unit");
    CHECK_THROWS_AS(b.input("x_i", 0, "", ""), InternalError);
}

TEST_CASE("builder: a value without a name does not cross a register") {
    refused([](Given& g) {
        const Value sum = g.x + g.y;
        g.b.section("next", {}, 1);
        (void)(sum ^ g.x);
    });
    refused([](Given& g) {
        const Value sum = g.x + g.y;
        g.b.section("next", {}, 1);
        g.b.name("sum", sum, "");
    });
}

TEST_CASE("builder: a second name is an alias, a bare slice gets a line of its own") {
    Given g;
    const Value sum = g.b.name("sum", g.x + g.y, "");
    const Value again = g.b.name("again", sum, "");
    const Value low = g.b.name("low", sum(3, 0), "");
    CHECK(again.id() != sum.id());
    g.b.output("sum_o", sum, "", "");
    g.b.output("again_o", again, "", "");
    g.b.output("low_o", low, "", "");
    Bench bench(g.b.finish());
    bench.set("x_i", 200);
    bench.set("y_i", 99);
    CHECK(bench.get("sum_o") == 43);
    CHECK(bench.get("again_o") == 43);
    CHECK(bench.get("low_o") == 11);
}

TEST_CASE("builder: a constant is read on every stage without a register") {
    Given g;
    const Value five = g.b.name("five", g.b.constant(8, 5), "");
    g.b.section("late", {}, 3);
    g.b.output("y_o", g.b.name("made", five ^ g.b.constant(8, 1), ""), "", "");
    const Module module = g.b.finish();
    CHECK(count_of(module, Op::reg) == 0);
    Bench bench(module);
    CHECK(bench.get("y_o") == 4);
}

TEST_CASE("builder: a value read two stages later comes two edges later, by registers made once") {
    for (const unsigned width : {1u, 64u, 65u, 140u}) {
        Builder b("unit");
        b.clock("clk_i", "");
        const Value x = b.input("x_i", width, "", "");
        b.section("first", {}, 0);
        const Value inverted = b.name("inverted", ~x, "");
        b.section("third", {}, 2);
        const Value once = b.name("once", inverted, "");
        const Value twice = b.name("twice", inverted ^ x, "");
        b.output("once_o", once, "", "");
        b.output("twice_o", twice, "", "");
        const Module module = b.finish();
        // Two of x and two of inverted, although inverted is read twice.
        CHECK(count_of(module, Op::reg) == 4);
        for (const char* name : {"s1_inverted_q", "s2_inverted_q", "s1_x_q", "s2_x_q"})
            CHECK(std::count_if(module.nodes.begin(), module.nodes.end(),
                                [&](const auto& node) { return node.name == name; }) == 1);
        CHECK(bitshed::rtl::findings(module).empty());
        Bench bench(module);
        const Number ones = power_of_two(width) - 1;
        std::vector<Number> given;
        std::mt19937_64 random(width);
        for (std::size_t cycle = 0; cycle < 20; ++cycle) {
            given.push_back(bitshed::test::random_number(random, width));
            bench.set("x_i", given.back());
            if (cycle >= 2) {
                CHECK(bench.get("once_o") == ones - given[cycle - 2]);
                CHECK(bench.get("twice_o") == ones);
            }
            bench.clock();
        }
    }
}

TEST_CASE("builder: carried values wait while the enable is low, and the clear comes with them") {
    Builder b("unit");
    b.clock("clk_i", "");
    b.enable(b.input("en_i", 1, "enable", ""));
    const Value clear = b.input("clear_i", 1, "", "");
    const Value x = b.input("x_i", 8, "", "");
    b.section("later", {}, 2);
    const Value sum = b.reg("sum_q", 8, "");
    b.connect(sum, b.name("sum_d", sum + x, ""), clear);
    b.output("sum_o", sum, "", "");
    Bench bench(b.finish());
    struct Cycle {
        unsigned enable, clear, x, sum;  // sum: after the edge
    };
    // Three edges from x to the sum; a cycle whose enable is low does not happen at all.
    const Cycle cycles[] = {{1, 0, 5, 0},  {1, 0, 7, 0},   {0, 1, 99, 0}, {1, 1, 20, 5},
                            {1, 0, 3, 12}, {0, 0, 99, 12}, {1, 0, 4, 0},  {1, 0, 0, 3},
                            {0, 1, 0, 3},  {1, 0, 0, 7},   {1, 0, 0, 7}};
    for (const Cycle& cycle : cycles) {
        bench.set("en_i", cycle.enable);
        bench.set("clear_i", cycle.clear);
        bench.set("x_i", cycle.x);
        bench.clock();
        CHECK(bench.get("sum_o") == cycle.sum);
    }
}

TEST_CASE("builder: an enable is a named bit, and a reset is there before it is used") {
    refused([](Given& g) { g.b.enable(g.narrow); });
    refused([](Given& g) { g.b.enable(g.one & g.x.bit(0)); });
    refused([](Given& g) { g.b.resets(g.x); });
}

TEST_CASE("builder: what resets is 0 after an edge in reset, enabled or not, on every stage") {
    Builder b("unit");
    b.clock("clk_i", "");
    b.reset("rst_ni", "");
    b.enable(b.input("en_i", 1, "enable", ""));
    const Value x = b.input("x_i", 70, "", "");
    const Value y = b.input("y_i", 70, "", "");
    b.resets(x);
    b.section("later", {}, 2);
    b.output("x_o", b.name("x_late", x, ""), "", "");
    b.output("y_o", b.name("y_late", y, ""), "", "");
    const Value kept = b.reg("kept_q", 70, "");
    b.resets(kept);
    b.connect(kept, kept ^ x);
    b.output("kept_o", kept, "", "");
    Bench bench(b.finish());
    const Number ones = power_of_two(70) - 1;
    bench.set("rst_ni", 1);
    bench.set("en_i", 1);
    bench.set("x_i", ones);
    bench.set("y_i", ones);
    for (int edge = 0; edge < 3; ++edge) bench.clock();
    CHECK(bench.get("x_o") == ones);
    CHECK(bench.get("kept_o") == ones);
    bench.set("rst_ni", 0);
    bench.set("en_i", 0);
    CHECK(bench.get("kept_o") == ones);  // synchronous
    bench.clock();
    CHECK(bench.get("x_o") == 0);
    CHECK(bench.get("kept_o") == 0);
    CHECK(bench.get("y_o") == ones);  // it does not reset, and was not enabled
    bench.set("rst_ni", 1);
    bench.set("en_i", 1);
    bench.clock();
    CHECK(bench.get("x_o") == 0);  // stage 1 was reset too
    bench.clock();
    CHECK(bench.get("x_o") == ones);
}

TEST_CASE("builder: a prefix begins the names made after it, but no port's") {
    Given g;
    g.b.prefix("l3_");
    const Value sum = g.b.name("sum", g.x + g.y, "");
    g.b.connect(g.b.reg("kept_q", 8, ""), sum);
    g.b.prefix("");
    g.b.output("sum_o", g.b.name("sum", sum, ""), "", "");
    const Module module = g.b.finish();
    for (const char* name : {"l3_sum", "l3_kept_q", "sum"})
        CHECK(std::count_if(module.nodes.begin(), module.nodes.end(),
                            [&](const auto& node) { return node.name == name; }) == 1);
}

TEST_CASE("builder: bits left unread on purpose are gathered, so that there are no findings") {
    const auto make = [](bool leave) {
        Given g(1);  // where x and y come by registers
        const Value sum = g.b.name("sum", g.x + g.y, "");
        g.b.name("never", sum ^ g.x, "nothing reads this");
        g.b.output("low_o", g.b.name("low", sum(5, 2), ""), "", "");
        if (leave) g.b.leave_unread();
        return g.b.finish();
    };
    CHECK_FALSE(bitshed::rtl::findings(make(false)).empty());
    const Module module = make(true);
    CHECK(bitshed::rtl::findings(module) == std::vector<std::string>{});
    REQUIRE(module.unread.has_value());
    CHECK(module.nodes[*module.unread].name == "unused_bits");
    Bench bench(module);
    bench.set("x_i", 0x5a);
    bench.clock();
    CHECK(bench.get("low_o") == 0x6);
}

TEST_CASE("builder: one value may leave bits unread, and no other may") {
    const auto make = [](bool both) {
        Given g(1);  // where x and y come by registers
        const Value sum = g.b.name("sum", g.x + g.y, "");
        const Value other = g.b.name("other", g.x ^ g.y, "");
        g.b.output("low_o", g.b.name("low", sum(5, 2), ""), "", "");
        g.b.output("other_o", g.b.name("part", both ? other(3, 0) : other, ""), "", "");
        g.b.output("rest_o", g.b.name("rest", g.b.concat({g.narrow, g.one}), ""), "", "");
        g.b.leave_unread(sum);
        return g.b.finish();
    };
    const Module module = make(false);
    CHECK(bitshed::rtl::findings(module) == std::vector<std::string>{});
    REQUIRE(module.unread.has_value());
    CHECK_FALSE(bitshed::rtl::findings(make(true)).empty());
}

TEST_CASE("builder: a value of a later stage is not read in an earlier one") {
    Given g(1);
    const Value late = g.b.reg("late_q", 8, "");
    g.b.connect(late, g.x);
    g.b.section("same stage", {}, 1);
    CHECK_NOTHROW(late ^ g.x);
    // An earlier stage cannot be opened again, so nothing there can read `late`.
    CHECK_THROWS_AS(g.b.section("earlier", {}, 0), InternalError);
}
