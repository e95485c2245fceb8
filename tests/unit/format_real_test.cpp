// Reals as text: parse_real, hexfloat and decimal, against literals and the C library.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "format/encode.hpp"
#include "format/real.hpp"

using namespace bitshed::format;

namespace {

std::string reprinted(std::string_view text) {
    return hexfloat(parse_real(text).value());
}

Real from_double(double value) {
    int exponent = 0;
    const double fraction = std::frexp(std::fabs(value), &exponent);
    return {.class_ = Class::normal,
            .negative = std::signbit(value),
            .significand = static_cast<std::uint64_t>(std::ldexp(fraction, 53)),
            .exponent = exponent - 53};
}

std::string printed(const char* format, double value) {
    char buffer[2000];
    std::snprintf(buffer, sizeof buffer, format, value);
    return buffer;
}

/// The digits of a decimal number without sign, point, exponent and zeros at either end.
std::string significant_digits(const std::string& decimal) {
    std::string digits;
    for (const char c : decimal.substr(0, decimal.find('e')))
        if (c >= '0' && c <= '9') digits += c;
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits.substr(digits.find_first_not_of('0'));
}

const Format fp32 = minifloat(8, 23, Specials::ieee);

std::uint32_t fp32_code(std::string_view text) {
    return *encode(fp32, parse_real(text).value(), Overflow::ieee);
}

std::uint32_t host_code(const std::string& text) {
    const float value = std::strtof(text.c_str(), nullptr);
    std::uint32_t code = 0;
    std::memcpy(&code, &value, sizeof code);
    return code;
}

}  // namespace

TEST_CASE("parse_real: decimals and hexfloats are exact") {
    CHECK(reprinted("480") == "0x1.ep+8");
    CHECK(reprinted("+0.5") == "0x1p-1");
    CHECK(reprinted("-.5") == "-0x1p-1");
    CHECK(reprinted("5.") == "0x1.4p+2");
    CHECK(reprinted("000.0625e0") == "0x1p-4");
    CHECK(reprinted("1e3") == "0x1.f4p+9");
    CHECK(reprinted("125E-3") == "0x1p-3");
    CHECK(reprinted("0x1.8p-3") == "0x1.8p-3");
    CHECK(reprinted("0X.8P0") == "0x1p-1");
    CHECK(reprinted("0x10") == "0x1p+4");
    CHECK(reprinted("0x0.0004p+2") == "0x1p-12");
    CHECK(reprinted("-0x1.fffffffffffffffffffep+1000") == "-0x1.fffffffffffffffffffep+1000");
    CHECK(reprinted("1e00000000000000000002") == "0x1.9p+6");
    CHECK(reprinted("0x1p-1000") == "0x1p-1000");
}

TEST_CASE("parse_real: zeros, infinities and NaN, in any case") {
    CHECK(reprinted("0") == "0x0p+0");
    CHECK(reprinted("-0.000e5") == "-0x0p+0");
    CHECK(reprinted("0x0p99") == "0x0p+0");
    CHECK(reprinted("0e999999999999999999999") == "0x0p+0");
    for (const char* text : {"inf", "INF", "+Inf", "infinity", "Infinity"})
        CHECK(reprinted(text) == "inf");
    for (const char* text : {"-inf", "-INFINITY"}) CHECK(reprinted(text) == "-inf");
    for (const char* text : {"nan", "NaN", "-nan", "+NAN"}) CHECK(reprinted(text) == "nan");
}

TEST_CASE("parse_real: refuses what is no number, in words") {
    for (const std::string_view text :
         {"",        "+",     "-",       ".",        "-.",    "e5",     "1e",    "1e+",
          "1e5.0",   "1.2.3", "0x",      "0x.",      "0xp1",  "0x1p",   "0x1p-", "0x1pf",
          "0x1e+5g", "1p3",   "1f",      "1_000",    "1,5",   " 1",     "1 ",    "1\n",
          "--1",     "+-1",   "0b11",    "infi",     "in",    "nan(1)", "nano",  "none",
          "one",     "1e5e5", "0x1p3p3", "\xd9\xa1", "1\x01", "NaN ",   "e",     "0xg"}) {
        CAPTURE(text);
        const auto parsed = parse_real(text);
        REQUIRE_FALSE(parsed.ok());
        CHECK(parsed.error().complaints[0].problem.find("is not a real number") !=
              std::string::npos);
        CHECK_FALSE(parsed.error().complaints[0].allowed.empty());
    }
    CHECK_FALSE(parse_real(std::string_view("1\0", 2)).ok());
    CHECK_FALSE(parse_real(std::string(1'000'000, 'x')).ok());
}

TEST_CASE("parse_real: what is too fine or too large to keep is bracketed") {
    const Real third = parse_real("1e-2000").value();
    CHECK(third.class_ == Class::normal);
    CHECK(third.significand == 0);
    CHECK(third.exponent == text_least_exponent);
    CHECK(third.sticky);
    const Real tenth = parse_real("-0.1").value();
    CHECK(tenth.sticky);
    CHECK(tenth.negative);
    CHECK(tenth.exponent == text_least_exponent);
    CHECK(tenth.significand == (Integer(1) << 1088) / 10);
    const Real huge = parse_real("1e2000").value();
    CHECK(huge.class_ == Class::normal);
    CHECK(huge.significand == 1);
    CHECK(huge.exponent == text_greatest_exponent);
    CHECK(huge.sticky);
}

TEST_CASE("parse_real: exponents and digits without end") {
    const Format e4m3 = minifloat(4, 3);
    const auto code = [&](const std::string& text) {
        return *encode(e4m3, parse_real(text).value(), Overflow::saturate);
    };
    const std::string zeros(1'000'000, '0');
    CHECK(code("1e999999999") == 0x7f);
    CHECK(code("-1e99999999999999999999999999") == 0xff);
    CHECK(code("0x1p99999999999999999999999999") == 0x7f);
    CHECK(code("1e-999999999") == 0x00);
    CHECK(code("-0x1p-99999999") == 0x80);
    CHECK(code("-0x1p-99999999999999999999999999") == 0x80);
    CHECK(code("1" + zeros) == 0x7f);
    CHECK(code("1" + zeros + "e-1000000") == 0x38);
    CHECK(code("0." + zeros + "1e1000001") == 0x38);
    CHECK(code("0x1" + zeros + "p-4000000") == 0x38);
    CHECK(code("0x." + zeros + "1p4000004") == 0x38);
    // 1.0625 lies midway between codes 0x38 and 0x39; a digit a million places on decides.
    CHECK(code("1.0625") == 0x38);
    CHECK(code("1.0625" + zeros) == 0x38);
    CHECK(code("1.0625" + zeros + "1") == 0x39);
    CHECK(code("0x1.1" + zeros) == 0x38);
    CHECK(code("0x1.1" + zeros + "1") == 0x39);
    CHECK(code("1.0624" + std::string(1'000'000, '9')) == 0x38);
}

TEST_CASE("parse_real: decimals round into fp32 as the C library rounds them") {
    std::mt19937_64 random(20240607);
    std::size_t compared = 0;
    const auto compare = [&](const std::string& text) {
        CAPTURE(text);
        CHECK(fp32_code(text) == host_code(text));
        ++compared;
    };
    for (int i = 0; i < 20'000; ++i) {
        std::string text = random() % 2 ? "-" : "";
        const auto before = random() % 12;
        for (std::uint64_t k = 0; k < before; ++k) text += static_cast<char>('0' + random() % 10);
        text += ".";
        const auto after = 1 + random() % 30;
        for (std::uint64_t k = 0; k < after; ++k) text += static_cast<char>('0' + random() % 10);
        compare(text + "e" + std::to_string(static_cast<int>(random() % 100) - 55));
    }
    // Midpoints between neighbouring floats, which a double holds, as exact decimals of hundreds
    // of digits; and one unit of the last place beside them.
    for (int i = 0; i < 3'000; ++i) {
        const auto below = static_cast<std::uint32_t>(random() % 0x7f7fffff);
        float low = 0;
        float high = 0;
        std::memcpy(&low, &below, sizeof low);
        const std::uint32_t above = below + 1;
        std::memcpy(&high, &above, sizeof high);
        const std::string exact = printed("%.160e", (static_cast<double>(low) + high) / 2);
        compare(exact);
        std::string more = exact;
        compare(more.insert(exact.find('e'), "0000001"));
        std::string less = exact;
        const auto last = less.find_last_not_of('0', exact.find('e') - 1);
        --less[last];
        compare(less.insert(exact.find('e'), "9"));
    }
    CHECK(compared == 20'000 + 3 * 3'000);
}

TEST_CASE("hexfloat: prints doubles as printf's %a does") {
    std::mt19937_64 random(11);
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t bits = random();
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        if (!std::isnormal(value)) continue;
        CHECK(hexfloat(from_double(value)) == printed("%a", value));
    }
    CHECK(hexfloat(Real{.class_ = Class::normal, .significand = 3, .exponent = 100000}) ==
          "0x1.8p+100001");
    CHECK(hexfloat(Real{.class_ = Class::normal, .negative = true, .significand = 0x1234500}) ==
          "-0x1.2345p+24");
}

TEST_CASE("decimal: has the digits of printf's %.17g") {
    std::mt19937_64 random(12);
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t bits = random();
        double value = 0;
        std::memcpy(&value, &bits, sizeof value);
        if (!std::isnormal(value)) continue;
        const std::string text = decimal(from_double(value));
        CAPTURE(text);
        CHECK(std::strtod(text.c_str(), nullptr) == value);
        CHECK(significant_digits(text) == significant_digits(printed("%.16e", value)));
    }
}

TEST_CASE("decimal: plain near one, with an exponent far from it") {
    const auto shown = [](std::string_view text) { return decimal(parse_real(text).value()); };
    CHECK(shown("480") == "480");
    CHECK(shown("-0.001953125") == "-0.001953125");
    CHECK(shown("1.5") == "1.5");
    CHECK(shown("0x1p-19") == "0.0000019073486328125");
    CHECK(shown("0x1p-20") == "9.5367431640625e-07");
    CHECK(shown("1e16") == "10000000000000000");
    CHECK(shown("1e17") == "1e+17");
    CHECK(shown("0x1p100") == "1.2676506002282294e+30");
    CHECK(shown("0x1p-1029") == "1.7383389519587511e-310");
    CHECK(shown("999999999999999995") == "1e+18");  // a tie, to the even last digit
    CHECK(shown("999999999999999985") == "9.9999999999999998e+17");
    CHECK(shown("-0") == "-0");
    CHECK(shown("0") == "0");
    CHECK(shown("-inf") == "-inf");
    CHECK(shown("nan") == "nan");
}
