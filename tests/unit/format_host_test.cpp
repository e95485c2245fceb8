// The host's own float, and half float where the compiler has one, as oracles for fp32 and fp16.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "format/encode.hpp"

using namespace bitshed::format;

namespace {

const Format fp32 = minifloat(8, 23, Specials::ieee);
const Format fp16 = minifloat(5, 10, Specials::ieee);

Real from_double(double value) {
    if (std::isnan(value)) return {.class_ = Class::nan};
    if (std::isinf(value)) return {.class_ = Class::infinity, .negative = value < 0};
    if (value == 0) return {.negative = std::signbit(value)};
    int exponent = 0;
    const double fraction = std::frexp(std::fabs(value), &exponent);
    return {.class_ = Class::normal,
            .negative = value < 0,
            .significand = static_cast<std::uint64_t>(std::ldexp(fraction, 53)),
            .exponent = exponent - 53};
}

template <class To, class From>
To as_bits(const From& from) {
    static_assert(sizeof(To) == sizeof(From));
    To to{};
    std::memcpy(&to, &from, sizeof to);
    return to;
}

/// Random doubles: any pattern; or an exponent near the target's range; or near a midpoint of
/// `precision` bits.
double random_double(std::mt19937_64& random, int least_exponent, int greatest_exponent,
                     int precision) {
    const std::uint64_t bits = random();
    switch (random() % 3) {
        case 0:
            return as_bits<double>(bits);
        case 1: {
            const auto span = static_cast<std::uint64_t>(greatest_exponent - least_exponent);
            const std::uint64_t field =
                static_cast<std::uint64_t>(1023 + least_exponent) + random() % span;
            return as_bits<double>((bits & 0x800f'ffff'ffff'ffff) | field << 52);
        }
        default: {
            const double whole = static_cast<double>(bits >> (63 - precision)) + 0.5;
            const auto span = static_cast<std::uint64_t>(greatest_exponent - least_exponent);
            const int exponent = least_exponent + static_cast<int>(random() % span) - precision;
            const double midpoint = std::ldexp(whole, exponent);
            const double signed_one = bits % 2 ? midpoint : -midpoint;
            const std::uint64_t beside = random() % 3;
            if (beside == 0) return signed_one;
            return std::nextafter(signed_one, beside == 1 ? 0.0 : signed_one * 2);
        }
    }
}

}  // namespace

TEST_CASE("fp32: 300,000 doubles round as the host rounds them") {
    std::mt19937_64 random(1);
    std::size_t compared = 0;
    std::size_t infinities = 0;
    std::size_t subnormals = 0;
    for (int i = 0; i < 300'000; ++i) {
        const double value = random_double(random, -153, 130, 24);
        const auto code = encode(fp32, from_double(value), Overflow::ieee);
        REQUIRE(code.has_value());
        const float host = static_cast<float>(value);
        CAPTURE(value);
        if (std::isnan(value))
            CHECK(decode(fp32, *code).class_ == Class::nan);
        else
            CHECK(*code == as_bits<std::uint32_t>(host));
        ++compared;
        infinities += std::isinf(host) ? 1 : 0;
        subnormals += std::fpclassify(host) == FP_SUBNORMAL ? 1 : 0;
    }
    CHECK(compared == 300'000);
    CHECK(infinities > 1'000);
    CHECK(subnormals > 1'000);
}

TEST_CASE("fp32: random codes have the host's values") {
    std::mt19937_64 random(2);
    for (int i = 0; i < 300'000; ++i) {
        const auto code = static_cast<std::uint32_t>(random());
        const float host = as_bits<float>(code);
        const Decoded decoded = decode(fp32, code);
        CAPTURE(code);
        if (std::isnan(host)) {
            CHECK(decoded.class_ == Class::nan);
            continue;
        }
        CHECK(decoded.negative == std::signbit(host));
        CHECK((decoded.class_ == Class::infinity) == std::isinf(host));
        CHECK((decoded.class_ == Class::subnormal) == (std::fpclassify(host) == FP_SUBNORMAL));
        if (std::isfinite(host))
            CHECK(std::ldexp(decoded.significand, decoded.exponent) ==
                  std::fabs(static_cast<double>(host)));
    }
}

#ifdef __FLT16_MANT_DIG__
TEST_CASE("fp16: 300,000 doubles round as the compiler's half float rounds them") {
    std::mt19937_64 random(3);
    for (int i = 0; i < 300'000; ++i) {
        const double value = random_double(random, -28, 18, 11);
        const auto code = encode(fp16, from_double(value), Overflow::ieee);
        CAPTURE(value);
        REQUIRE(code.has_value());
        if (std::isnan(value))
            CHECK(decode(fp16, *code).class_ == Class::nan);
        else
            CHECK(*code == as_bits<std::uint16_t>(static_cast<_Float16>(value)));
    }
}
#endif
