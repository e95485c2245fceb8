// What codes mean: literal tables of the OCP formats, the kinds of special codes, degenerate
// shapes, integers. The tables are typed in; nothing here is computed by the library.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "format/decoded.hpp"
#include "format_cases.hpp"
#include "support/check.hpp"

using namespace bitshed::format;

namespace {

/// A small value as a double, which holds every value of these tables exactly.
double value(const Format& format, std::uint32_t code) {
    const Decoded decoded = decode(format, code);
    const double sign = decoded.negative ? -1 : 1;
    switch (decoded.class_) {
        case Class::nan:
            return std::numeric_limits<double>::quiet_NaN();
        case Class::infinity:
            return sign * std::numeric_limits<double>::infinity();
        case Class::zero:
            return sign * 0.0;
        case Class::subnormal:
        case Class::normal:
            break;
    }
    return sign * std::ldexp(static_cast<double>(decoded.significand), decoded.exponent);
}

/// Codes 0, 1, 2, ... have these values, and with the sign bit their negatives.
void check_table(const Format& format, const std::vector<double>& magnitudes) {
    const std::uint32_t sign = format_cases::sign(format);
    for (std::uint32_t code = 0; code < magnitudes.size(); ++code) {
        CAPTURE(name(format), code);
        CHECK(value(format, code) == magnitudes[code]);
        CHECK(value(format, code | sign) == -magnitudes[code]);
        CHECK(decode(format, code | sign).negative);
        CHECK_FALSE(decode(format, code).negative);
    }
}

const Format e4m3fn = minifloat(4, 3, Specials::fn);
const Format e5m2ieee = minifloat(5, 2, Specials::ieee);

// clang-format off
// OFP8 1.0: E4M3 is (-1)^s 2^(e-7) (1 + m/8), and 2^-6 m/8 where e = 0 (section 5.1, Table 2).
const std::vector<double> ocp_e4m3 = {
    0, 0.001953125, 0.00390625, 0.005859375, 0.0078125, 0.009765625, 0.01171875, 0.013671875,
    0.015625, 0.017578125, 0.01953125, 0.021484375, 0.0234375, 0.025390625, 0.02734375, 0.029296875,
    0.03125, 0.03515625, 0.0390625, 0.04296875, 0.046875, 0.05078125, 0.0546875, 0.05859375,
    0.0625, 0.0703125, 0.078125, 0.0859375, 0.09375, 0.1015625, 0.109375, 0.1171875,
    0.125, 0.140625, 0.15625, 0.171875, 0.1875, 0.203125, 0.21875, 0.234375,
    0.25, 0.28125, 0.3125, 0.34375, 0.375, 0.40625, 0.4375, 0.46875,
    0.5, 0.5625, 0.625, 0.6875, 0.75, 0.8125, 0.875, 0.9375,
    1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875,
    2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75,
    4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5,
    8, 9, 10, 11, 12, 13, 14, 15,
    16, 18, 20, 22, 24, 26, 28, 30,
    32, 36, 40, 44, 48, 52, 56, 60,
    64, 72, 80, 88, 96, 104, 112, 120,
    128, 144, 160, 176, 192, 208, 224, 240,
    256, 288, 320, 352, 384, 416, 448};

// OFP8 1.0: E5M2 is (-1)^s 2^(e-15) (1 + m/4), and 2^-14 m/4 where e = 0 (section 5.1, Table 2).
const std::vector<double> ocp_e5m2 = {
    0, 0.0000152587890625, 0.000030517578125, 0.0000457763671875,
    0.00006103515625, 0.0000762939453125, 0.000091552734375, 0.0001068115234375,
    0.0001220703125, 0.000152587890625, 0.00018310546875, 0.000213623046875,
    0.000244140625, 0.00030517578125, 0.0003662109375, 0.00042724609375,
    0.00048828125, 0.0006103515625, 0.000732421875, 0.0008544921875,
    0.0009765625, 0.001220703125, 0.00146484375, 0.001708984375,
    0.001953125, 0.00244140625, 0.0029296875, 0.00341796875,
    0.00390625, 0.0048828125, 0.005859375, 0.0068359375,
    0.0078125, 0.009765625, 0.01171875, 0.013671875,
    0.015625, 0.01953125, 0.0234375, 0.02734375,
    0.03125, 0.0390625, 0.046875, 0.0546875,
    0.0625, 0.078125, 0.09375, 0.109375,
    0.125, 0.15625, 0.1875, 0.21875,
    0.25, 0.3125, 0.375, 0.4375,
    0.5, 0.625, 0.75, 0.875,
    1, 1.25, 1.5, 1.75,
    2, 2.5, 3, 3.5,
    4, 5, 6, 7,
    8, 10, 12, 14,
    16, 20, 24, 28,
    32, 40, 48, 56,
    64, 80, 96, 112,
    128, 160, 192, 224,
    256, 320, 384, 448,
    512, 640, 768, 896,
    1024, 1280, 1536, 1792,
    2048, 2560, 3072, 3584,
    4096, 5120, 6144, 7168,
    8192, 10240, 12288, 14336,
    16384, 20480, 24576, 28672,
    32768, 40960, 49152, 57344};

// OCP MX 1.0, Table 4 (FP6) and Table 5 (FP4).
const std::vector<double> ocp_e3m2 = {
    0, 0.0625, 0.125, 0.1875,
    0.25, 0.3125, 0.375, 0.4375,
    0.5, 0.625, 0.75, 0.875,
    1, 1.25, 1.5, 1.75,
    2, 2.5, 3, 3.5,
    4, 5, 6, 7,
    8, 10, 12, 14,
    16, 20, 24, 28};
const std::vector<double> ocp_e2m3 = {
    0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875,
    1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875,
    2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75,
    4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5};
const std::vector<double> ocp_e2m1 = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
// clang-format on

}  // namespace

TEST_CASE("e4m3fn: all 256 codes are those of OCP's E4M3") {
    REQUIRE(ocp_e4m3.size() == 127);
    check_table(e4m3fn, ocp_e4m3);
    for (const std::uint32_t code : {0x7fu, 0xffu})
        CHECK(decode(e4m3fn, code).class_ == Class::nan);
}

TEST_CASE("e4m3fn: the rows of OFP8 Table 2") {
    CHECK(value(e4m3fn, 0b0'1111'110) == 448);                    // max normal
    CHECK(value(e4m3fn, 0b0'0001'000) == std::ldexp(1, -6));      // min normal
    CHECK(value(e4m3fn, 0b0'0000'111) == std::ldexp(0.875, -6));  // max subnormal
    CHECK(value(e4m3fn, 0b0'0000'001) == std::ldexp(1, -9));      // min subnormal
    CHECK(decode(e4m3fn, 0b0'0001'000).class_ == Class::normal);
    CHECK(decode(e4m3fn, 0b0'0000'111).class_ == Class::subnormal);
    CHECK(decode(e4m3fn, 0b1'0000'000) == Decoded{.class_ = Class::zero, .negative = true});
    CHECK_FALSE(has_infinity(e4m3fn));
}

TEST_CASE("e5m2ieee: all 256 codes are those of OCP's E5M2") {
    REQUIRE(ocp_e5m2.size() == 124);
    check_table(e5m2ieee, ocp_e5m2);
    CHECK(value(e5m2ieee, 0b0'11111'00) == std::numeric_limits<double>::infinity());
    CHECK(value(e5m2ieee, 0b1'11111'00) == -std::numeric_limits<double>::infinity());
    for (const std::uint32_t code : {0x7du, 0x7eu, 0x7fu, 0xfdu, 0xfeu, 0xffu})
        CHECK(decode(e5m2ieee, code).class_ == Class::nan);
}

TEST_CASE("e5m2ieee: the rows of OFP8 Table 2") {
    CHECK(value(e5m2ieee, 0b0'11110'11) == 57344);                  // max normal
    CHECK(value(e5m2ieee, 0b0'00001'00) == std::ldexp(1, -14));     // min normal
    CHECK(value(e5m2ieee, 0b0'00000'11) == std::ldexp(0.75, -14));  // max subnormal
    CHECK(value(e5m2ieee, 0b0'00000'01) == std::ldexp(1, -16));     // min subnormal
}

TEST_CASE("e3m2, e2m3 and e2m1: all codes are those of OCP MX") {
    REQUIRE(ocp_e3m2.size() == 32);
    REQUIRE(ocp_e2m3.size() == 32);
    REQUIRE(ocp_e2m1.size() == 8);
    check_table(minifloat(3, 2), ocp_e3m2);
    check_table(minifloat(2, 3), ocp_e2m3);
    check_table(minifloat(2, 1), ocp_e2m1);
}

TEST_CASE("kind none: the codes that others give to NaN and infinity are finite") {
    const Format e4m3 = minifloat(4, 3);
    check_table(e4m3, ocp_e4m3);
    CHECK(value(e4m3, 0x7f) == 480);
    CHECK(value(e4m3, 0xff) == -480);
    const Format e5m2 = minifloat(5, 2);
    check_table(e5m2, ocp_e5m2);
    CHECK(value(e5m2, 0x7c) == 65536);
    CHECK(value(e5m2, 0x7f) == 114688);
}

TEST_CASE("fnuz: the bias is one higher and only the code of -0 is NaN") {
    const Format e4m3fnuz = minifloat(4, 3, Specials::fnuz);
    CHECK(e4m3fnuz.bias == 8);
    for (std::uint32_t code = 1; code < ocp_e4m3.size(); ++code) {
        CHECK(value(e4m3fnuz, code) == ocp_e4m3[code] / 2);
        CHECK(value(e4m3fnuz, code | 0x80) == -ocp_e4m3[code] / 2);
    }
    CHECK(value(e4m3fnuz, 0x7f) == 240);
    CHECK(value(e4m3fnuz, 0xff) == -240);
    CHECK(decode(e4m3fnuz, 0x00) == Decoded{});
    CHECK(decode(e4m3fnuz, 0x80).class_ == Class::nan);
}

TEST_CASE("decode: a shape without fraction has no subnormals") {
    check_table(minifloat(3, 0), {0, 0.25, 0.5, 1, 2, 4, 8, 16});
    check_table(minifloat(1, 0), {0, 2});
    check_table(minifloat(2, 0, Specials::fn), {0, 1, 2});
    CHECK(decode(minifloat(2, 0, Specials::fn), 3).class_ == Class::nan);
    CHECK(decode(minifloat(2, 0, Specials::fn), 7).class_ == Class::nan);
}

TEST_CASE("decode: ieee without fraction has infinity and no NaN") {
    const Format e2m0ieee = minifloat(2, 0, Specials::ieee);
    check_table(e2m0ieee, {0, 1, 2, std::numeric_limits<double>::infinity()});
    CHECK_FALSE(has_nan(e2m0ieee));
    CHECK(largest_finite_code(e2m0ieee) == 2);
}

TEST_CASE("decode: the smallest shapes of each kind") {
    check_table(minifloat(1, 1), {0, 1, 2, 3});
    check_table(minifloat(1, 2), {0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5});
    check_table(minifloat(1, 1, Specials::fn), {0, 1, 2});
    check_table(minifloat(1, 2, Specials::ieee), {0, 0.5, 1, 1.5});  // subnormals only
    check_table(minifloat(1, 0, Specials::fn), {0});                 // zero and NaN only
    CHECK(decode(minifloat(1, 0, Specials::fn), 1).class_ == Class::nan);
    CHECK(decode(minifloat(1, 0, Specials::ieee), 3) ==
          Decoded{.class_ = Class::infinity, .negative = true});
    const Format e1m0fnuz = minifloat(1, 0, Specials::fnuz);
    CHECK(value(e1m0fnuz, 1) == 1);
    CHECK(decode(e1m0fnuz, 2).class_ == Class::nan);
    CHECK(value(e1m0fnuz, 3) == -1);
}

TEST_CASE("decode: a bias moves every value by a power of two") {
    Format format = minifloat(4, 3, Specials::fnuz);
    format.bias = 11;
    CHECK(value(format, 0x7f) == 30);  // ml_dtypes float8_e4m3b11fnuz: finfo.max
    format.bias = 1000;
    CHECK(decode(format, 1) ==
          Decoded{.class_ = Class::subnormal, .significand = 1, .exponent = 1 - 1000 - 3});
    format.bias = -1000;
    CHECK(decode(format, 0x7f) ==
          Decoded{.class_ = Class::normal, .significand = 15, .exponent = 15 + 1000 - 3});
}

TEST_CASE("decode: int is two's complement over its whole range and uint is unsigned") {
    for (int bits = 2; bits <= 8; ++bits) {
        const int codes = 1 << bits;
        for (int code = 0; code < codes; ++code) {
            CAPTURE(bits, code);
            const int as_int = code < codes / 2 ? code : code - codes;
            CHECK(value(signed_integer(bits), static_cast<std::uint32_t>(code)) == as_int);
            CHECK(value(unsigned_integer(bits), static_cast<std::uint32_t>(code)) == code);
            CHECK(decode(signed_integer(bits), static_cast<std::uint32_t>(code)).class_ ==
                  (code == 0 ? Class::zero : Class::normal));
        }
    }
}

TEST_CASE("decode: refuses bits above the width") {
    CHECK_THROWS_AS(decode(minifloat(2, 1), 0x10), bitshed::InternalError);
    CHECK_THROWS_AS(decode(unsigned_integer(4), 0x10), bitshed::InternalError);
}

TEST_CASE("code_of: gives back every code of every format but for the payload of NaN") {
    std::size_t codes = 0;
    for (const Format& format : format_cases::operand_minifloats()) {
        for (std::uint32_t code = 0; code < 2 * format_cases::sign(format); ++code, ++codes) {
            CAPTURE(name(format), code);
            const Decoded decoded = decode(format, code);
            const auto back = code_of(format, decoded);
            REQUIRE(back.has_value());
            if (decoded.class_ == Class::nan)
                CHECK(decode(format, *back).class_ == Class::nan);
            else
                CHECK(*back == code);
        }
    }
    // Sum over widths w of 2..8 of (w - 1) shapes, 2^w codes; 4 kinds; 6 biases, but 5 where the
    // usual one is 0 already, which is E = 1 of three kinds: one shape a width.
    CHECK(codes == 4 * 6 * 3076 - 3 * 508);
}

TEST_CASE("code_of: finds a value however it is written, and nothing that is not there") {
    const Format e4m3 = minifloat(4, 3);
    const auto finite = [](std::uint32_t significand, int exponent, bool negative = false) {
        return Decoded{.class_ = Class::normal,
                       .negative = negative,
                       .significand = significand,
                       .exponent = exponent};
    };
    CHECK(code_of(e4m3, finite(480, 0)) == 0x7fu);
    CHECK(code_of(e4m3, finite(15, 5, true)) == 0xffu);
    CHECK(code_of(e4m3, finite(2, -10)) == 0x01u);
    CHECK_FALSE(code_of(e4m3, finite(1, -10)));  // half a quantum
    CHECK_FALSE(code_of(e4m3, finite(17, 0)));   // five significant bits
    CHECK_FALSE(code_of(e4m3, finite(512, 0)));  // beyond the largest
    CHECK_FALSE(code_of(e4m3, finite(1, 100000)));
    CHECK_FALSE(code_of(e4m3fn, finite(480, 0)));  // its code means NaN
    CHECK_FALSE(code_of(e5m2ieee, finite(1, 16)));
    CHECK_FALSE(code_of(e4m3, Decoded{.class_ = Class::nan}));
    CHECK_FALSE(code_of(e4m3fn, Decoded{.class_ = Class::infinity}));
    CHECK_FALSE(code_of(minifloat(2, 0, Specials::ieee), Decoded{.class_ = Class::nan}));
    CHECK_FALSE(code_of(minifloat(4, 3, Specials::fnuz), Decoded{.negative = true}));
    CHECK(code_of(signed_integer(8), finite(128, 0, true)) == 0x80u);
    CHECK(code_of(signed_integer(8), finite(1, 2, true)) == 0xfcu);
    CHECK_FALSE(code_of(signed_integer(8), finite(128, 0)));
    CHECK_FALSE(code_of(signed_integer(8), finite(1, -1)));
    CHECK_FALSE(code_of(signed_integer(8), Decoded{.negative = true}));
    CHECK_FALSE(code_of(unsigned_integer(8), finite(1, 0, true)));
    CHECK(code_of(unsigned_integer(8), finite(255, 0)) == 0xffu);
}

TEST_CASE("format facts: the largest, least, normal and subnormal codes of every shape and kind") {
    for (const Format& format : format_cases::operand_minifloats()) {
        CAPTURE(name(format));
        const std::uint32_t largest = format_cases::largest(format);
        const std::uint32_t least_normal = 1u << format.fraction_bits;
        CHECK(largest_finite_code(format) == largest);
        CHECK(least_finite_code(format) == (largest | format_cases::sign(format)));
        CHECK(least_subnormal_code(format).has_value() == (format.fraction_bits > 0));
        CHECK(least_normal_code(format).has_value() == (least_normal <= largest));
        CHECK(has_infinity(format) == (format.specials == Specials::ieee));
        bool any_nan = false;
        for (std::uint32_t code = 0; code <= code_mask(format); ++code)
            any_nan = any_nan || decode(format, code).class_ == Class::nan;
        CHECK(has_nan(format) == any_nan);
        if (any_nan) CHECK(decode(format, nan_code(format)).class_ == Class::nan);
    }
    CHECK(nan_code(e5m2ieee) == 0x7e);
    CHECK(nan_code(e4m3fn) == 0x7f);
    CHECK(nan_code(minifloat(4, 3, Specials::fnuz)) == 0x80);
    CHECK(nan_code(minifloat(8, 23, Specials::ieee)) == 0x7fc00000);
    CHECK(infinity_code(minifloat(8, 23, Specials::ieee), true) == 0xff800000);
    CHECK(largest_finite_code(signed_integer(8)) == 0x7f);
    CHECK(least_finite_code(signed_integer(8)) == 0x80);
    CHECK(largest_finite_code(unsigned_integer(5)) == 0x1f);
    CHECK(least_finite_code(unsigned_integer(5)) == 0);
    CHECK(quantum_exponent(minifloat(4, 3)) == -9);
    CHECK(quantum_exponent(signed_integer(4)) == 0);
}
