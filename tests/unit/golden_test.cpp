// The golden model against values worked by hand from the definitions, against the host's own
// floats and integers, and against itself in unbounded integers.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "format/parse.hpp"
#include "golden/mac.hpp"

using bitshed::format::Class;
using bitshed::format::Format;
using bitshed::format::Use;
using namespace bitshed::golden;

namespace {

using Codes = std::vector<std::uint32_t>;

Format format_of(const char* name) {
    return bitshed::format::parse(name, Use::any).value();
}

Unit exact(const char* weight, const char* activation, std::int64_t terms = 4608) {
    Unit unit{format_of(weight), format_of(activation), {}, {}, 1};
    unit.accumulator =
        ExactAccumulator{least_exact_bits(unit.weight, unit.activation, terms), terms};
    return unit;
}

Unit fixed(const char* weight, const char* activation, int bits,
           FixedAccumulator::Overflow overflow) {
    return {format_of(weight), format_of(activation), FixedAccumulator{bits, overflow}, {}, 1};
}

Unit floating(const char* weight, const char* activation, const char* accumulator,
              bitshed::format::Overflow overflow = bitshed::format::Overflow::ieee) {
    return {format_of(weight),
            format_of(activation),
            FloatAccumulator{format_of(accumulator), overflow},
            {},
            1};
}

void step(Mac& mac, std::uint32_t w, std::uint32_t a) {
    mac.step(std::span(&w, 1), std::span(&a, 1));
}

/// The accumulator's code where it takes at most 64 bits.
std::uint64_t code(const Mac& mac) {
    std::uint64_t limb = 0;
    mac.accumulator_code(std::span(&limb, 1));
    return limb;
}

std::string value(const Mac& mac) {
    return bitshed::format::hexfloat(mac.value());
}

constexpr auto wrap = FixedAccumulator::Overflow::wrap;
constexpr auto clamp = FixedAccumulator::Overflow::saturate;

// Codes of e5m2ieee (the OCP 8-bit table 1): exponent field in bits 6..2.
constexpr std::uint32_t one = 0x3c, minus_one = 0xbc, inf = 0x7c, minus_inf = 0xfc, a_nan = 0x7e,
                        zero = 0x00, minus_zero = 0x80;

}  // namespace

TEST_CASE("exact e4m3: 480 * 480 then -1 * 1 in units of 2^-18") {
    Mac mac(exact("e4m3", "e4m3"));
    step(mac, 0x7f, 0x7f);
    CHECK(code(mac) == 230400ull << 18);
    CHECK(value(mac) == "0x1.c2p+17");
    step(mac, 0x38, 0xb8);
    CHECK(code(mac) == 230399ull << 18);
    mac.clear();
    CHECK(code(mac) == 0);
    step(mac, 0x01, 0x01);
    CHECK(code(mac) == 1);
    CHECK(value(mac) == "0x1p-18");
    step(mac, 0x81, 0x02);
    CHECK(code(mac) == (1ull << 49) - 1);  // -1 in the 49 bits that 4608 * 230400 * 2^18 takes
    CHECK(value(mac) == "-0x1p-18");
}

TEST_CASE("least_exact_bits: both ends of every sum fit, and one bit fewer does not") {
    const auto bits = [](const char* w, const char* a, std::int64_t terms) {
        return least_exact_bits(format_of(w), format_of(a), terms);
    };
    CHECK(bits("uint8", "uint8", 1) == 17);   // 65025 < 2^16
    CHECK(bits("int8", "int8", 1) == 16);     // 16384 = 2^14 needs bits 14..0 and a sign
    CHECK(bits("int2", "int2", 1) == 4);      // -2 * -2 = 4
    CHECK(bits("int2", "uint2", 1) == 4);     // -6..3
    CHECK(bits("int2", "uint2", 2) == 5);     // -12..6
    CHECK(bits("int4", "uint4", 8) == 11);    // -960..840
    CHECK(bits("e2m1", "e2m1", 7) == 11);     // 7 * 144 = 1008 and -1008
    CHECK(bits("e2m1", "e2m1", 8) == 12);     // 1152
    CHECK(bits("e1m1", "e1m1", 455) == 13);   // 455 * 9 = 4095
    CHECK(bits("e1m1", "e1m1", 456) == 14);   // 4104
    CHECK(bits("e4m3", "e4m3", 4608) == 49);  // 230400 * 2^18 * 4608 < 2^48
    CHECK(bits("e4m3fn", "int8", 1) == 26);   // 448 * 2^9 * 128 = 1.75 * 2^24
}

TEST_CASE("exact int: sums equal the host's integers over random sequences") {
    std::mt19937_64 random(1);
    for (const auto& [w_name, a_name, w_signed, a_signed] :
         {std::tuple{"int8", "int8", true, true}, std::tuple{"uint8", "int8", false, true},
          std::tuple{"uint8", "uint8", false, false}}) {
        Mac mac(exact(w_name, a_name, 100'000));
        std::int64_t sum = 0;
        const auto meant = [](std::uint32_t byte, bool is_signed) {
            return is_signed ? std::int64_t{static_cast<std::int8_t>(byte)} : std::int64_t{byte};
        };
        for (int i = 0; i < 100'000; ++i) {
            const auto w = static_cast<std::uint32_t>(random() & 0xff);
            const auto a = static_cast<std::uint32_t>(random() & 0xff);
            step(mac, w, a);
            sum += meant(w, w_signed) * meant(a, a_signed);
            const int width = accumulator_bits(exact(w_name, a_name, 100'000));
            if (code(mac) != (static_cast<std::uint64_t>(sum) & ((1ull << width) - 1)))
                FAIL(w_name << "*" << a_name << " step " << i);
        }
    }
}

TEST_CASE("exact: a sum outside the declared width within its terms is told") {
    Unit unit = exact("int4", "int4", 4);  // 4 * 64 = 256: 10 bits
    CHECK(accumulator_bits(unit) == 10);
    unit.accumulator = ExactAccumulator{9, 4};
    Mac narrow(unit);
    for (int i = 0; i < 3; ++i) step(narrow, 8, 8);  // -8 * -8
    CHECK_FALSE(narrow.outgrew_its_width());
    step(narrow, 8, 8);
    CHECK(narrow.outgrew_its_width());
    step(narrow, 8, 8);  // beyond its terms nothing is promised
    CHECK_FALSE(narrow.outgrew_its_width());
    CHECK(code(narrow) == 320);  // 5 * 64 modulo 2^9
}

TEST_CASE("exact: beyond its terms code and value wrap together") {
    Mac mac(exact("int4", "int4", 1));  // 64: 8 bits
    for (int i = 0; i < 2; ++i) step(mac, 8, 8);
    CHECK(code(mac) == 0x80);
    CHECK(value(mac) == "-0x1p+7");
}

TEST_CASE("fixed, wrap: the sum is kept modulo 2^bits") {
    Mac mac(fixed("int8", "int8", 8, wrap));
    step(mac, 10, 12);
    CHECK(code(mac) == 120);
    step(mac, 1, 8);
    CHECK(code(mac) == 0x80);
    CHECK(value(mac) == "-0x1p+7");
    step(mac, 0xff, 1);
    CHECK(code(mac) == 0x7f);
    step(mac, 0x80, 0x80);  // 16384 = 64 * 256
    CHECK(code(mac) == 0x7f);
}

TEST_CASE("fixed, saturate: each step clamps to the range") {
    Mac mac(fixed("int8", "int8", 8, clamp));
    step(mac, 0x80, 0x80);
    CHECK(code(mac) == 0x7f);
    step(mac, 0xff, 1);
    CHECK(code(mac) == 0x7e);
    step(mac, 0x80, 0x7f);
    CHECK(code(mac) == 0x80);
    step(mac, 1, 1);
    CHECK(code(mac) == 0x81);
}

TEST_CASE("fixed, saturate: the lanes' exact sum is clamped, not each lane") {
    Unit unit = fixed("int8", "int8", 8, clamp);
    unit.lanes = 2;
    Mac mac(unit);
    mac.step(Codes{100, 0xff}, Codes{2, 100});  // 200 - 100
    CHECK(code(mac) == 100);
    mac.step(Codes{100, 1}, Codes{2, 100});
    CHECK(code(mac) == 127);
}

TEST_CASE("fixed: wrapping is the same in more than 128 bits") {
    Mac mac(fixed("e7m0", "e7m0", 200, wrap));
    for (int i = 0; i < 4; ++i) step(mac, 0x7f, 0x7f);  // 4 * 2^252 = 2^254: all above bit 199
    std::vector<std::uint64_t> limbs(4);
    mac.accumulator_code(limbs);
    CHECK(limbs == std::vector<std::uint64_t>{0, 0, 0, 0});
    step(mac, 0x81, 0x01);
    mac.accumulator_code(limbs);
    CHECK(limbs == std::vector<std::uint64_t>{~0ull, ~0ull, ~0ull, 0xff});
}

TEST_CASE("special values on a grid: IEEE 754's table of products and sums") {
    struct Row {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
        Special special;
    };
    const std::vector<Row> table{
        {{{one, one}}, Special::finite},
        {{{inf, one}}, Special::plus_infinity},
        {{{inf, minus_one}}, Special::minus_infinity},
        {{{minus_inf, minus_one}}, Special::plus_infinity},
        {{{minus_one, inf}}, Special::minus_infinity},
        {{{inf, inf}}, Special::plus_infinity},
        {{{inf, minus_inf}}, Special::minus_infinity},
        {{{inf, zero}}, Special::nan},
        {{{minus_zero, inf}}, Special::nan},
        {{{minus_inf, minus_zero}}, Special::nan},
        {{{a_nan, one}}, Special::nan},
        {{{zero, a_nan}}, Special::nan},
        {{{inf, a_nan}}, Special::nan},
        {{{0xff, one}}, Special::nan},
        {{{0x7d, 0xfd}}, Special::nan},
        {{{inf, 0x01}}, Special::plus_infinity},
        {{{inf, 0x81}}, Special::minus_infinity},
        {{{inf, one}, {one, one}, {minus_one, one}}, Special::plus_infinity},
        {{{minus_inf, one}, {one, one}}, Special::minus_infinity},
        {{{inf, one}, {inf, one}}, Special::plus_infinity},
        {{{inf, one}, {minus_inf, one}}, Special::nan},
        {{{minus_inf, one}, {inf, one}, {inf, one}}, Special::nan},
        {{{a_nan, one}, {inf, one}, {one, one}}, Special::nan},
    };
    for (const auto& row : table) {
        Mac mac(exact("e5m2ieee", "e5m2ieee"));
        for (const auto& [w, a] : row.pairs) step(mac, w, a);
        CHECK(mac.special() == row.special);
        mac.clear();
        CHECK(mac.special() == Special::finite);
        CHECK(code(mac) == 0);
    }
}

TEST_CASE("special values on a grid: lanes of one step combine like steps") {
    Unit unit = exact("e5m2ieee", "e5m2ieee");
    unit.lanes = 3;
    Mac mac(unit);
    mac.step(Codes{inf, one, one}, Codes{one, one, minus_inf});
    CHECK(mac.special() == Special::nan);
    mac.clear();
    mac.step(Codes{inf, one, one}, Codes{one, one, inf});
    CHECK(mac.special() == Special::plus_infinity);
}

TEST_CASE("special values on a grid: the code holds the sum of the finite products") {
    Mac mac(exact("e5m2ieee", "e5m2ieee"));
    step(mac, one, one);
    const auto unit = code(mac);  // 1.0 in units of 2^-32
    CHECK(unit == 1ull << 32);
    step(mac, inf, zero);
    step(mac, a_nan, one);
    step(mac, one, one);
    CHECK(mac.special() == Special::nan);
    CHECK(code(mac) == 2 * unit);
    CHECK(value(mac) == "nan");
}

TEST_CASE("special values: e4m3fn and fnuz have NaN and no infinity") {
    Mac mac(exact("e4m3fn", "e4m3fnuz"));
    step(mac, 0x7e, 0x7f);  // 448 * 240
    CHECK(mac.special() == Special::finite);
    CHECK(value(mac) == "0x1.a4p+16");
    step(mac, 0x01, 0x80);
    CHECK(mac.special() == Special::nan);
    mac.clear();
    step(mac, 0xff, 0x01);
    CHECK(mac.special() == Special::nan);
}

TEST_CASE("float accumulator: signs of zero follow IEEE 754") {
    // The accumulator's quantum is 2^-9, so 2^-17 rounds to zero and keeps its sign.
    Mac mac(floating("e5m2ieee", "e5m2ieee", "e4m3ieee"));
    CHECK(code(mac) == 0);
    step(mac, minus_zero, one);
    CHECK(code(mac) == 0);  // +0 + -0
    step(mac, 0x81, one);   // -2^-16
    CHECK(code(mac) == 0x80);
    CHECK(value(mac) == "-0x0p+0");
    step(mac, minus_zero, one);
    CHECK(code(mac) == 0x80);  // -0 + -0
    step(mac, minus_zero, minus_one);
    CHECK(code(mac) == 0x00);  // -0 + +0
    step(mac, one, one);
    step(mac, minus_one, one);
    CHECK(code(mac) == 0x00);  // exact cancellation
    step(mac, 0x81, one);
    step(mac, 0x01, one);  // -0 + 2^-16
    CHECK(code(mac) == 0x00);
}

TEST_CASE("float accumulator: a sum of lanes is -0 only where every zero is negative") {
    Unit unit = floating("e5m2ieee", "e5m2ieee", "e4m3ieee");
    unit.lanes = 2;
    Mac mac(unit);
    mac.step(Codes{0x81, minus_zero}, Codes{one, one});
    CHECK(code(mac) == 0x80);
    mac.step(Codes{minus_zero, zero}, Codes{one, minus_one});
    CHECK(code(mac) == 0x80);
    mac.step(Codes{minus_one, one}, Codes{one, one});
    CHECK(code(mac) == 0x00);
    mac.step(Codes{0x81, minus_zero}, Codes{one, one});
    CHECK(code(mac) == 0x80);
    mac.step(Codes{minus_zero, zero}, Codes{one, one});
    CHECK(code(mac) == 0x00);
}

TEST_CASE("float accumulator: there is no -0 where the format has none") {
    Mac mac(floating("e5m2ieee", "e5m2ieee", "e4m3fnuz"));
    step(mac, 0x81, one);
    CHECK(code(mac) == 0);
    step(mac, a_nan, one);
    CHECK(code(mac) == 0x80);  // its NaN
    CHECK(mac.special() == Special::nan);
}

TEST_CASE("float accumulator: the lanes' exact sum is rounded once") {
    // e3m2: 16 and 1 differ by more than its 3 significant bits; 16 + 1 + 1 = 18 is a tie between
    // 16 and 20 that goes to the even 16, while 16 + 1 + 1 + 1 = 19 rounds to 20.
    Unit unit = floating("int8", "int8", "e3m2", bitshed::format::Overflow::saturate);
    unit.lanes = 3;
    Mac together(unit);
    together.step(Codes{16, 0, 0}, Codes{1, 0, 0});
    CHECK(value(together) == "0x1p+4");
    together.step(Codes{1, 1, 1}, Codes{1, 1, 1});
    CHECK(value(together) == "0x1.4p+4");
    unit.lanes = 1;
    Mac apart(unit);
    step(apart, 16, 1);
    for (int i = 0; i < 3; ++i) step(apart, 1, 1);
    CHECK(value(apart) == "0x1p+4");
}

TEST_CASE("float accumulator: overflow saturates or becomes infinity, and infinity sticks") {
    Mac saturating(floating("int8", "int8", "e5m2ieee", bitshed::format::Overflow::saturate));
    for (int i = 0; i < 5; ++i) step(saturating, 0x80, 0x80);  // 16384 each; 57344 is the largest
    CHECK(code(saturating) == 0x7b);
    step(saturating, 0x80, 0x7f);  // -16256: 41088 rounds to 40960
    CHECK(value(saturating) == "0x1.4p+15");
    Mac ieee(floating("int8", "int8", "e5m2ieee"));
    for (int i = 0; i < 5; ++i) step(ieee, 0x80, 0x80);
    CHECK(code(ieee) == 0x7c);
    CHECK(ieee.special() == Special::plus_infinity);
    step(ieee, 0x80, 0x7f);
    CHECK(code(ieee) == 0x7c);
    Mac fn(floating("int8", "int8", "e4m3fn"));
    step(fn, 22, 22);  // 484 lies above 464, the middle of 448 and 480: no infinity, so NaN
    CHECK(fn.special() == Special::nan);
    CHECK(code(fn) == 0x7f);
}

TEST_CASE(
    "float accumulator: an operand's infinity becomes the largest finite value where there is "
    "none") {
    Mac mac(floating("e5m2ieee", "e5m2ieee", "e4m3", bitshed::format::Overflow::saturate));
    step(mac, inf, minus_one);
    CHECK(code(mac) == 0xff);
    CHECK(value(mac) == "-0x1.ep+8");
    CHECK(mac.special() == Special::finite);
}

TEST_CASE("float accumulator: a NaN that the format cannot hold sticks all the same") {
    Mac mac(floating("e5m2ieee", "e5m2ieee", "e4m3", bitshed::format::Overflow::saturate));
    step(mac, a_nan, one);
    step(mac, one, one);
    CHECK(code(mac) == 0);
    CHECK(mac.special() == Special::nan);
    mac.clear();
    step(mac, one, one);
    CHECK(code(mac) == 0x38);
}

TEST_CASE("result: the sum is rounded once, to nearest even, and clamped") {
    Unit unit = exact("e2m1", "e2m1");
    unit.result = RoundedResult{format_of("int4"), bitshed::format::Overflow::saturate};
    Mac mac(unit);
    CHECK(mac.result_code() == 0u);
    step(mac, 1, 1);  // 0.25
    step(mac, 1, 1);  // 0.5 is a tie: 0
    CHECK(mac.result_code() == 0u);
    step(mac, 2, 2);  // 1.5 is a tie: 2
    CHECK(mac.result_code() == 2u);
    step(mac, 7, 7);  // 37.5
    CHECK(mac.result_code() == 7u);
    mac.clear();
    step(mac, 15, 7);  // -36
    CHECK(mac.result_code() == 8u);
    CHECK_FALSE(Mac(exact("e2m1", "e2m1")).result_code().has_value());
}

TEST_CASE("result: NaN and infinity go where the format has a place for them") {
    Unit unit = exact("e5m2ieee", "e5m2ieee");
    const auto result = [&](const char* name, bitshed::format::Overflow overflow,
                            std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs) {
        unit.result = RoundedResult{format_of(name), overflow};
        Mac mac(unit);
        for (const auto& [w, a] : pairs) step(mac, w, a);
        return mac.result_code().value();
    };
    constexpr auto saturate = bitshed::format::Overflow::saturate;
    constexpr auto ieee = bitshed::format::Overflow::ieee;
    CHECK(result("e5m2ieee", ieee, {{inf, one}}) == 0x7c);
    CHECK(result("e5m2ieee", saturate, {{inf, minus_one}}) == 0xfc);
    CHECK(result("e4m3fn", saturate, {{inf, minus_one}}) == 0xfe);
    CHECK(result("e4m3fn", ieee, {{inf, minus_one}}) == 0x7f);
    CHECK(result("e4m3", saturate, {{inf, one}}) == 0x7f);
    CHECK(result("e4m3", saturate, {{a_nan, one}}) == 0x00);
    CHECK(result("int8", saturate, {{inf, one}, {minus_inf, one}}) == 0x00);
    CHECK(result("int8", saturate, {{minus_inf, one}}) == 0x80);
    CHECK(result("e4m3", saturate, {{0x81, 0x01}}) == 0x80);       // -2^-32 rounds to -0
    CHECK(result("e4m3", saturate, {{minus_zero, one}}) == 0x00);  // a grid has one zero
    CHECK(result("e4m3", saturate, {{minus_one, one}, {one, one}}) == 0x00);
}

TEST_CASE("golden: narrow and unbounded integers agree over random sequences") {
    std::vector<Unit> units{exact("e4m3", "e4m3"),
                            exact("e5m2ieee", "e4m3fn", 100),
                            exact("int8", "e3m2"),
                            exact("uint8", "e2m1"),
                            exact("e6m0", "e4m3"),
                            fixed("e4m3", "e5m2", 24, wrap),
                            fixed("e4m3", "e5m2", 24, clamp),
                            fixed("e4m3ieee", "int5", 64, wrap),
                            fixed("int8", "int8", 17, clamp)};
    units.push_back(exact("e3m2", "e2m3", 64));
    units.back().lanes = 5;
    units.back().result = RoundedResult{format_of("fp16"), bitshed::format::Overflow::ieee};
    std::mt19937_64 random(2);
    std::size_t compared = 0;
    for (const Unit& unit : units) {
        Mac narrow(unit);
        Mac unbounded(unit, Arithmetic::unbounded);
        const auto limbs = static_cast<std::size_t>((accumulator_bits(unit) + 63) / 64);
        std::vector<std::uint64_t> a_limbs(limbs), b_limbs(limbs);
        Codes w(static_cast<std::size_t>(unit.lanes)), a(w.size());
        for (int i = 0; i < 20'000; ++i) {
            for (std::size_t lane = 0; lane < w.size(); ++lane) {
                w[lane] = static_cast<std::uint32_t>(random()) & code_mask(unit.weight);
                a[lane] = static_cast<std::uint32_t>(random()) & code_mask(unit.activation);
            }
            if (random() % 64 == 0) {
                narrow.clear();
                unbounded.clear();
            } else {
                narrow.step(w, a);
                unbounded.step(w, a);
            }
            narrow.accumulator_code(a_limbs);
            unbounded.accumulator_code(b_limbs);
            if (a_limbs != b_limbs || narrow.special() != unbounded.special() ||
                narrow.result_code() != unbounded.result_code() ||
                narrow.outgrew_its_width() != unbounded.outgrew_its_width())
                FAIL("step " << i);
            ++compared;
        }
    }
    CHECK(compared == units.size() * 20'000);
}

namespace {

/// A minifloat without special codes, as the host's float; written from contract's section 2 alone.
float host_value(int exponent_bits, int fraction_bits, int bias, std::uint32_t code) {
    const auto fraction = code & ((1u << fraction_bits) - 1);
    const auto field = static_cast<int>((code >> fraction_bits) & ((1u << exponent_bits) - 1));
    const auto significand = field == 0 ? fraction : fraction | (1u << fraction_bits);
    const float magnitude = std::ldexp(static_cast<float>(significand),
                                       (field == 0 ? 1 : field) - bias - fraction_bits);
    return (code >> (exponent_bits + fraction_bits)) != 0 ? -magnitude : magnitude;
}

struct Shape {
    int exponent_bits, fraction_bits, bias;
    [[nodiscard]] std::string name() const {
        return "e" + std::to_string(exponent_bits) + "m" + std::to_string(fraction_bits) + "b" +
               std::to_string(bias);
    }
};

enum class Host { multiply_then_add, fused };

/// Steps of fp32 += w * a compared bit by bit; returns how many.
std::size_t compare_with_host(const Shape& w, const Shape& a, Host host, int steps,
                              std::mt19937_64& random) {
    Mac mac(floating(w.name().c_str(), a.name().c_str(), "fp32"));
    float sum = 0;
    std::size_t compared = 0;
    for (int i = 0; i < steps; ++i) {
        const auto w_code = static_cast<std::uint32_t>(random() & 0xff);
        const auto a_code = static_cast<std::uint32_t>(random() & 0xff);
        const float w_value = host_value(w.exponent_bits, w.fraction_bits, w.bias, w_code);
        const float a_value = host_value(a.exponent_bits, a.fraction_bits, a.bias, a_code);
        if (std::isinf(sum) || random() % 256 == 0) {
            mac.clear();
            sum = 0;
        }
        step(mac, w_code, a_code);
        if (host == Host::fused) {
            sum = std::fma(w_value, a_value, sum);
        } else {
            const volatile float product = w_value * a_value;  // exact; never contracted
            sum = product + sum;
        }
        if (code(mac) != std::bit_cast<std::uint32_t>(sum))
            FAIL(w.name() << "*" << a.name() << " step " << i << ": " << std::hex << code(mac)
                          << ", the host has " << std::bit_cast<std::uint32_t>(sum));
        ++compared;
    }
    return compared;
}

}  // namespace

TEST_CASE("fp32 accumulator: equals the host's float arithmetic on a million random steps") {
    std::mt19937_64 random(3);
    std::size_t compared = 0;
    compared += compare_with_host({4, 3, 7}, {4, 3, 7}, Host::multiply_then_add, 600'000, random);
    compared += compare_with_host({5, 2, 15}, {4, 3, 7}, Host::multiply_then_add, 200'000, random);
    compared += compare_with_host({5, 2, 15}, {5, 2, 15}, Host::multiply_then_add, 200'000, random);
    CHECK(compared == 1'000'000);
}

TEST_CASE("fp32 accumulator: equals the host's fused steps at underflow and overflow") {
    std::mt19937_64 random(4);
    std::size_t compared = 0;
    compared += compare_with_host({5, 2, 78}, {5, 2, 78}, Host::fused, 50'000, random);
    compared += compare_with_host({4, 3, 73}, {5, 2, 82}, Host::fused, 50'000, random);
    compared += compare_with_host({5, 2, -33}, {5, 2, -33}, Host::fused, 50'000, random);
    compared += compare_with_host({6, 1, 40}, {6, 1, 40}, Host::fused, 50'000, random);
    CHECK(compared == 200'000);
}
