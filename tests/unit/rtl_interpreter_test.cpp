// Every kind of node computes what arithmetic says, at widths inside, at and beyond a limb.
#include <catch2/catch.hpp>

#include <functional>

#include "rtl_bench.hpp"
#include "support/check.hpp"

namespace {

using bitshed::InternalError;
using bitshed::rtl::Builder;
using bitshed::rtl::Value;
using bitshed::test::Bench;
using bitshed::test::bits_of;
using bitshed::test::Number;
using bitshed::test::power_of_two;
using bitshed::test::random_number;
using bitshed::test::wrapped;

constexpr unsigned widths[] = {1, 2, 7, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 150, 200};
constexpr int rounds = 40;

/// y_o = make(x_i, y_i, s_i), where x and y have the given widths and s one bit.
Bench combinational(unsigned x_width, unsigned y_width,
                    const std::function<Value(Builder&, Value, Value, Value)>& make) {
    Builder b("unit");
    const Value x = b.input("x_i", x_width, "", "");
    const Value y = b.input("y_i", y_width, "", "");
    const Value s = b.input("s_i", 1, "", "");
    b.section("work", {}, 0);
    b.output("y_o", b.name("made", make(b, x, y, s), ""), "", "");
    return Bench(b.finish());
}

/// Feeds random operands and compares with what `expected` says of them.
void compare(Bench bench, unsigned x_width, unsigned y_width,
             const std::function<Number(const Number&, const Number&, bool)>& expected) {
    std::mt19937_64 random(x_width * 1000 + y_width);
    for (int round = 0; round < rounds; ++round) {
        const Number x = random_number(random, x_width);
        const Number y =
            random() % 4 == 0 && x_width == y_width ? x : random_number(random, y_width);
        const bool s = (random() & 1) != 0;
        bench.set("x_i", x);
        bench.set("y_i", y);
        bench.set("s_i", s ? 1 : 0);
        CAPTURE(x_width, y_width, x, y, s);
        REQUIRE(bench.get("y_o") == expected(x, y, s));
    }
}

void compare_one_width(const std::function<Value(Builder&, Value, Value, Value)>& make,
                       const std::function<Number(const Number&, const Number&, bool)>& expected) {
    for (const unsigned width : widths)
        compare(combinational(width, width, make), width, width, expected);
}

}  // namespace

TEST_CASE("interpreter: not, and, or, xor work bit by bit") {
    // Expected by arithmetic alone, a bit at a time.
    const auto bitwise = [](const Number& x, const Number& y, unsigned width,
                            const std::function<bool(bool, bool)>& of) {
        Number result = 0;
        for (unsigned i = 0; i < width; ++i)
            if (of(bits_of(x, i, 1) == 1, bits_of(y, i, 1) == 1)) result += power_of_two(i);
        return result;
    };
    for (const unsigned width : widths) {
        compare(combinational(width, width, [](Builder&, Value x, Value, Value) { return ~x; }),
                width, width, [&](const Number& x, const Number&, bool) {
                    return Number(power_of_two(width) - 1 - x);
                });
        compare(
            combinational(width, width, [](Builder&, Value x, Value y, Value) { return x & y; }),
            width, width, [&](const Number& x, const Number& y, bool) {
                return bitwise(x, y, width, [](bool p, bool q) { return p && q; });
            });
        compare(
            combinational(width, width, [](Builder&, Value x, Value y, Value) { return x | y; }),
            width, width, [&](const Number& x, const Number& y, bool) {
                return bitwise(x, y, width, [](bool p, bool q) { return p || q; });
            });
        compare(
            combinational(width, width, [](Builder&, Value x, Value y, Value) { return x ^ y; }),
            width, width, [&](const Number& x, const Number& y, bool) {
                return bitwise(x, y, width, [](bool p, bool q) { return p != q; });
            });
    }
}

TEST_CASE("interpreter: add wraps at its width") {
    for (const unsigned width : widths)
        compare(
            combinational(width, width, [](Builder&, Value x, Value y, Value) { return x + y; }),
            width, width,
            [&](const Number& x, const Number& y, bool) { return wrapped(x + y, width); });
}

TEST_CASE("interpreter: add takes a carry of one bit, which ripples through every limb") {
    const auto make = [](Builder& b, Value x, Value y, Value s) { return b.add(x, y, s); };
    for (const unsigned width : widths) {
        Bench bench = combinational(width, width, make);
        compare(combinational(width, width, make), width, width,
                [&](const Number& x, const Number& y, bool s) {
                    return wrapped(x + y + (s ? 1 : 0), width);
                });
        bench.set("x_i", power_of_two(width) - 1);
        bench.set("s_i", 1);
        REQUIRE(bench.get("y_o") == 0);
    }
}

TEST_CASE("interpreter: multiply is exact at every mix of widths") {
    for (const unsigned x_width : {1u, 3u, 8u, 63u, 64u, 65u, 130u})
        for (const unsigned y_width : {1u, 4u, 32u, 64u, 66u, 129u})
            compare(
                combinational(x_width, y_width,
                              [](Builder& b, Value x, Value y, Value) { return b.multiply(x, y); }),
                x_width, y_width,
                [](const Number& x, const Number& y, bool) { return Number(x * y); });
}

TEST_CASE("interpreter: mux gives the second operand where the select is 1") {
    compare_one_width([](Builder& b, Value x, Value y, Value s) { return b.mux(s, x, y); },
                      [](const Number& x, const Number& y, bool s) { return s ? x : y; });
}

TEST_CASE("interpreter: equal compares every bit") {
    compare_one_width(
        [](Builder& b, Value x, Value y, Value) { return b.equal(x, y); },
        [](const Number& x, const Number& y, bool) { return Number(x == y ? 1 : 0); });
    for (const unsigned width : widths) {
        Bench bench = combinational(
            width, width, [](Builder& b, Value x, Value y, Value) { return b.equal(x, y); });
        bench.set("x_i", 0);
        for (unsigned i = 0; i < width; ++i) {
            bench.set("y_i", power_of_two(i));
            REQUIRE(bench.get("y_o") == 0);
        }
    }
}

TEST_CASE("interpreter: a lookup is the bit of its index, in tables of a limb and of many") {
    std::mt19937_64 random(7);
    for (const unsigned index_bits : {1u, 3u, 6u, 7u, 9u}) {
        const Number table = random_number(random, 1u << index_bits);
        Bench bench =
            combinational(1u << index_bits, index_bits,
                          [](Builder& b, Value x, Value y, Value) { return b.lookup(x, y); });
        bench.set("x_i", table);
        for (unsigned index = 0; index < 1u << index_bits; ++index) {
            bench.set("y_i", index);
            REQUIRE(bench.get("y_o") == bits_of(table, index, 1));
        }
    }
}

TEST_CASE("interpreter: reductions see every bit") {
    for (const unsigned width : widths) {
        Bench any =
            combinational(width, 1, [](Builder& b, Value x, Value, Value) { return b.any(x); });
        Bench all =
            combinational(width, 1, [](Builder& b, Value x, Value, Value) { return b.all(x); });
        any.set("x_i", 0);
        all.set("x_i", power_of_two(width) - 1);
        REQUIRE(any.get("y_o") == 0);
        REQUIRE(all.get("y_o") == 1);
        for (unsigned i = 0; i < width; ++i) {
            any.set("x_i", power_of_two(i));
            all.set("x_i", power_of_two(width) - 1 - power_of_two(i));
            REQUIRE(any.get("y_o") == 1);
            REQUIRE(all.get("y_o") == 0);
        }
    }
}

TEST_CASE("interpreter: concat puts the most significant part first") {
    for (const unsigned x_width : {1u, 5u, 63u, 64u, 65u, 128u})
        for (const unsigned y_width : {1u, 7u, 64u, 100u})
            compare(combinational(x_width, y_width,
                                  [](Builder& b, Value x, Value y, Value s) {
                                      return b.concat({s, x, y, s, x});
                                  }),
                    x_width, y_width, [&](const Number& x, const Number& y, bool s) {
                        Number joined = s ? 1 : 0;
                        joined = joined * power_of_two(x_width) + x;
                        joined = joined * power_of_two(y_width) + y;
                        joined = joined * 2 + (s ? 1 : 0);
                        return Number(joined * power_of_two(x_width) + x);
                    });
}

TEST_CASE("interpreter: slice takes the bits from low to high, wherever limbs end") {
    for (const unsigned width : {8u, 64u, 65u, 130u, 200u})
        for (unsigned low = 0; low < width; low += 1 + width / 13)
            for (const unsigned count : {1u, 2u, 63u, 64u, 65u, 128u}) {
                if (low + count > width) continue;
                compare(combinational(width, 1,
                                      [&](Builder&, Value x, Value, Value) {
                                          return x(low + count - 1, low);
                                      }),
                        width, 1, [&](const Number& x, const Number&, bool) {
                            return bits_of(x, low, count);
                        });
            }
}

TEST_CASE("interpreter: constants of every width are themselves") {
    std::mt19937_64 random(7);
    for (const unsigned width : widths) {
        const Number given = random_number(random, width) | 1;
        Bench bench = combinational(width, 1, [&](Builder& b, Value x, Value, Value) {
            return b.constant(bitshed::test::to_bits(given, width)) ^ x;
        });
        bench.set("x_i", 0);
        REQUIRE(bench.get("y_o") == given);
    }
}

TEST_CASE("interpreter: what an input is given beyond its width is dropped") {
    Builder b("unit");
    const Value x = b.input("x_i", 5, "", "");
    b.output("x_o", x, "", "");
    const auto module = b.finish();
    bitshed::rtl::Interpreter interpreter(module);
    interpreter.set(interpreter.input("x_i"), 0xffff);
    CHECK(interpreter.get(interpreter.output("x_o"))[0] == 0x1f);
}

TEST_CASE("interpreter: ports that are not there and missing limbs are bugs of the caller's") {
    Builder b("unit");
    const Value x = b.input("x_i", 65, "", "");
    b.output("x_o", x, "", "");
    const auto module = b.finish();
    bitshed::rtl::Interpreter interpreter(module);
    CHECK_THROWS_AS(interpreter.input("x_o"), InternalError);
    CHECK_THROWS_AS(interpreter.output("x_i"), InternalError);
    CHECK_THROWS_AS(interpreter.set(interpreter.input("x_i"), 1), InternalError);
}

TEST_CASE("interpreter: registers begin at 0 and change at the edge alone") {
    for (const unsigned width : widths) {
        Builder b("unit");
        b.clock("clk_i", "");
        const Value x = b.input("x_i", width, "", "");
        b.section("keep", {}, 0);
        const Value kept = b.reg("kept_q", width, "");
        b.connect(kept, x);
        b.output("kept_o", kept, "", "");
        Bench bench(b.finish());
        const Number ones = power_of_two(width) - 1;
        REQUIRE(bench.get("kept_o") == 0);
        bench.set("x_i", ones);
        REQUIRE(bench.get("kept_o") == 0);
        bench.clock();
        bench.set("x_i", 0);
        REQUIRE(bench.get("kept_o") == ones);
    }
}

TEST_CASE("interpreter: registers swap at one edge, none sees the other's new value") {
    Builder b("unit");
    b.clock("clk_i", "");
    const Value load = b.input("load_i", 1, "", "");
    const Value x = b.input("x_i", 70, "", "");
    b.section("swap", {}, 0);
    const Value left = b.reg("left_q", 70, "");
    const Value right = b.reg("right_q", 70, "");
    b.connect(left, b.mux(load, x, right));
    b.connect(right, left);
    b.output("left_o", left, "", "");
    b.output("right_o", right, "", "");
    Bench bench(b.finish());
    bench.set("x_i", power_of_two(69) + 5);
    bench.set("load_i", 1);
    bench.clock();
    bench.set("load_i", 0);
    for (int swap = 0; swap < 5; ++swap) {
        CHECK(bench.get("left_o") == (swap % 2 == 0 ? Number(power_of_two(69) + 5) : Number(0)));
        CHECK(bench.get("right_o") == (swap % 2 == 0 ? Number(0) : Number(power_of_two(69) + 5)));
        bench.clock();
    }
}

TEST_CASE("interpreter: clear wins over d, and enable over both") {
    for (const unsigned width : {1u, 64u, 129u}) {
        Builder b("unit");
        b.clock("clk_i", "");
        b.enable(b.input("en_i", 1, "enable", ""));
        const Value clear = b.input("clear_i", 1, "", "");
        const Value x = b.input("x_i", width, "", "");
        b.section("keep", {}, 0);
        const Value kept = b.reg("kept_q", width, "");
        b.connect(kept, x, clear);
        b.output("kept_o", kept, "", "");
        Bench bench(b.finish());
        const Number ones = power_of_two(width) - 1;
        const auto step = [&](bool enable, bool cleared, const Number& given) {
            bench.set("en_i", enable ? 1 : 0);
            bench.set("clear_i", cleared ? 1 : 0);
            bench.set("x_i", given);
            bench.clock();
            return bench.get("kept_o");
        };
        CHECK(step(false, false, ones) == 0);
        CHECK(step(true, false, ones) == ones);
        CHECK(step(false, true, 0) == ones);
        CHECK(step(true, true, ones) == 0);
        CHECK(step(true, false, ones) == ones);
    }
}

TEST_CASE("interpreter: an output may show an input, with no edge between") {
    Builder b("unit");
    const Value x = b.input("x_i", 3, "", "");
    b.output("first_o", x, "", "");
    b.output("second_o", x, "", "");
    Bench bench(b.finish());
    bench.set("x_i", 5);
    CHECK(bench.get("first_o") == 5);
    CHECK(bench.get("second_o") == 5);
}
