// What the builder leaves out: operations with constants, slices of concatenations, no-ops.
#include <catch2/catch.hpp>

#include <vector>

#include "rtl_bench.hpp"
#include "rtl_given.hpp"

namespace {

using bitshed::Bits;
using bitshed::rtl::Module;
using bitshed::rtl::Op;
using bitshed::test::Bench;
using bitshed::test::count_of;
using bitshed::test::Given;
using bitshed::test::Number;
using bitshed::test::power_of_two;
using bitshed::test::shown;
using bitshed::test::Value;

constexpr Op operations[] = {Op::bit_not,   Op::bit_and,    Op::bit_or, Op::bit_xor,
                             Op::add,       Op::multiply,   Op::mux,    Op::equal,
                             Op::reduce_or, Op::reduce_and, Op::slice,  Op::lookup};

/// No operation is left of `make`, and it shows `expected` whatever x is.
void folds(const std::function<Value(Given&)>& make,
           const std::function<unsigned(unsigned)>& expected) {
    const Module module = shown(make);
    for (const Op op : operations) CHECK(count_of(module, op) == 0);
    Bench bench(module);
    for (unsigned x = 0; x < 256; x += 15) {
        bench.set("x_i", x);
        CHECK(bench.get("y_o") == expected(x));
    }
}

}  // namespace

TEST_CASE("builder: and, or, xor with 0 or all ones are folded, on either side") {
    const auto zero = [](Given& g) { return g.b.constant(8, 0); };
    const auto ones = [](Given& g) { return g.b.constant(8, 0xff); };
    const auto keep = [](unsigned x) { return x; };
    folds([&](Given& g) { return g.x & zero(g); }, [](unsigned) { return 0u; });
    folds([&](Given& g) { return zero(g) & g.x; }, [](unsigned) { return 0u; });
    folds([&](Given& g) { return g.x & ones(g); }, keep);
    folds([&](Given& g) { return ones(g) & g.x; }, keep);
    folds([&](Given& g) { return g.x | zero(g); }, keep);
    folds([&](Given& g) { return zero(g) | g.x; }, keep);
    folds([&](Given& g) { return g.x | ones(g); }, [](unsigned) { return 255u; });
    folds([&](Given& g) { return ones(g) | g.x; }, [](unsigned) { return 255u; });
    folds([&](Given& g) { return g.x ^ zero(g); }, keep);
    folds([&](Given& g) { return zero(g) ^ g.x; }, keep);
    const Module inverted = shown([&](Given& g) { return ones(g) ^ g.x; });
    CHECK(count_of(inverted, Op::bit_xor) == 0);
    CHECK(count_of(inverted, Op::bit_not) == 1);
    Bench bench(inverted);
    bench.set("x_i", 0x5a);
    CHECK(bench.get("y_o") == 0xa5);
}

TEST_CASE("builder: a constant that is neither 0 nor all ones stays an operand") {
    for (const auto& make : std::vector<std::function<Value(Given&)>>{
             [](Given& g) { return g.x & g.b.constant(8, 0x0f); },
             [](Given& g) { return g.b.constant(8, 0x0f) & g.x; }}) {
        Bench bench(shown(make));
        CHECK(count_of(bench.module(), Op::bit_and) == 1);
        bench.set("x_i", 0x5a);
        CHECK(bench.get("y_o") == 0x0a);
    }
}

TEST_CASE("builder: an operation on constants is its value") {
    const auto c = [](Given& g, unsigned value) { return g.b.constant(8, value); };
    folds([&](Given& g) { return c(g, 0xcc) & c(g, 0xaa); }, [](unsigned) { return 0x88u; });
    folds([&](Given& g) { return c(g, 0xcc) | c(g, 0xaa); }, [](unsigned) { return 0xeeu; });
    folds([&](Given& g) { return c(g, 0xcc) ^ c(g, 0xaa); }, [](unsigned) { return 0x66u; });
    folds([&](Given& g) { return c(g, 200) + c(g, 100); }, [](unsigned) { return 44u; });
    folds([&](Given& g) { return ~c(g, 0x0f); }, [](unsigned) { return 0xf0u; });
    folds([&](Given& g) { return g.b.equal(c(g, 7), c(g, 7)); }, [](unsigned) { return 1u; });
    folds([&](Given& g) { return g.b.equal(c(g, 7), 8); }, [](unsigned) { return 0u; });
    folds([&](Given& g) { return g.b.any(c(g, 0)); }, [](unsigned) { return 0u; });
    folds([&](Given& g) { return g.b.any(c(g, 4)); }, [](unsigned) { return 1u; });
    folds([&](Given& g) { return g.b.all(c(g, 0xfe)); }, [](unsigned) { return 0u; });
    folds([&](Given& g) { return g.b.all(c(g, 0xff)); }, [](unsigned) { return 1u; });
    folds([&](Given& g) { return c(g, 0xa5)(5, 2); }, [](unsigned) { return 0x9u; });
    folds([&](Given& g) { return g.b.mux(g.b.constant(1, 1), g.x, g.y); },
          [](unsigned x) { return x; });
    folds([&](Given& g) { return g.b.mux(g.b.constant(1, 0), g.y, g.x); },
          [](unsigned x) { return x; });
    folds([&](Given& g) { return g.b.mux(g.one, g.x, g.x); }, [](unsigned x) { return x; });
}

TEST_CASE("builder: a lookup by a constant is that bit of the table") {
    const Module module = shown([](Given& g) { return g.b.lookup(g.x, g.b.constant(3, 5)); });
    CHECK(count_of(module, Op::lookup) == 0);
    CHECK(count_of(module, Op::slice) == 1);
    Bench bench(module);
    bench.set("x_i", 0x20);
    CHECK(bench.get("y_o") == 1);
    bench.set("x_i", 0xdf);
    CHECK(bench.get("y_o") == 0);
}

TEST_CASE("builder: adding 0, carrying 0 and inverting twice leave nothing") {
    const auto keep = [](unsigned x) { return x; };
    folds([](Given& g) { return g.x + g.b.constant(8, 0); }, keep);
    folds([](Given& g) { return g.b.constant(8, 0) + g.x; }, keep);
    folds([](Given& g) { return g.b.add(g.x, g.b.constant(8, 0), g.b.constant(1, 0)); }, keep);
    folds([](Given& g) { return ~~g.x; }, keep);
    folds([](Given& g) { return g.b.zero_extended(g.x, 8); }, keep);
    folds([](Given& g) { return g.b.mux(g.one, g.b.constant(8, 9), g.b.constant(8, 9)); },
          [](unsigned) { return 9u; });
    folds([](Given& g) { return g.b.any(g.b.constant(1, 1)); }, [](unsigned) { return 1u; });
}

TEST_CASE("builder: adding a carry alone takes no third operand") {
    const Module module = shown([](Given& g) { return g.b.add(g.x, g.b.constant(8, 0), g.one); });
    CHECK(count_of(module, Op::add) == 1);
    for (const auto& node : module.nodes) CHECK((node.op != Op::add || node.operands.size() == 2));
    Bench bench(module);
    bench.set("x_i", 255);
    CHECK(bench.get("y_o") == 255);
    bench.set("one_i", 1);
    CHECK(bench.get("y_o") == 0);
}

TEST_CASE("builder: reductions of one bit are the bit") {
    const Module module = shown([](Given& g) {
        return g.b.concat({g.b.any(g.one), g.b.all(g.one)});
    });
    CHECK(count_of(module, Op::reduce_or) + count_of(module, Op::reduce_and) == 0);
    Bench bench(module);
    bench.set("one_i", 1);
    CHECK(bench.get("y_o") == 3);
}

TEST_CASE("builder: constants side by side become one, beyond 64 and 128 bits too") {
    for (const unsigned width : {8u, 60u, 64u, 70u, 130u}) {
        const Module module = shown([&](Given& g) {
            const Value ones = g.b.constant(Bits::all_ones(width));
            return g.b.concat({g.b.constant(3, 5), ones, g.b.constant(2, 1), g.x});
        });
        CHECK(count_of(module, Op::constant) == 1);
        Bench bench(module);
        bench.set("x_i", 0x3c);
        const Number ones = power_of_two(width) - 1;
        CHECK(bench.get("y_o") ==
              (((Number(5) * power_of_two(width) + ones) * 4 + 1) * 256) + 0x3c);
    }
}

TEST_CASE("builder: a slice of a concatenation takes the parts it meets") {
    // {narrow, x, 3'b101, y} has 4 + 8 + 3 + 8 = 23 bits.
    const unsigned narrow = 0x9, x = 0x5a, y = 0xc3;
    const unsigned whole = (((narrow << 8 | x) << 3 | 5) << 8) | y;
    for (unsigned low = 0; low < 23; ++low)
        for (unsigned high = low; high < 23; ++high) {
            Bench bench(shown([&](Given& g) {
                return g.b.concat({g.narrow, g.x, g.b.constant(3, 5), g.y})(high, low);
            }));
            bench.set("narrow_i", narrow);
            bench.set("x_i", x);
            bench.set("y_i", y);
            CAPTURE(high, low);
            REQUIRE(bench.get("y_o") == ((whole >> low) & ((2u << (high - low)) - 1)));
        }
}

TEST_CASE("builder: a slice of a slice and of a nested concatenation finds its bits") {
    Bench bench(shown([](Given& g) {
        const Value inner = g.b.concat({g.x(6, 1), g.b.concat({g.one, g.narrow})});
        return g.b.concat({g.x(6, 1)(4, 2), inner(8, 3)});
    }));
    bench.set("x_i", 0b0101'1010);  // x[6:1] is 101101, of which [4:2] is 011
    bench.set("one_i", 1);
    bench.set("narrow_i", 0b0110);  // inner is 101101'1'0110, of which [8:3] is 110110
    CHECK(bench.get("y_o") == 0b011'110110);
}

TEST_CASE("builder: extended repeats its fill above the value") {
    Bench bench(shown([](Given& g) { return g.b.extended(g.narrow, 150, g.one); }));
    bench.set("narrow_i", 6);
    CHECK(bench.get("y_o") == 6);
    bench.set("one_i", 1);
    CHECK(bench.get("y_o") == power_of_two(150) - 16 + 6);
}
