// Rounding: every code, every midpoint between neighbours and what lies beside it, and the edges of
// overflow, for every minifloat of 2..8 bits, every kind and six biases. What is expected follows
// from the order of the codes and from "ties to the even code", not from the rounding under test.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "format/encode.hpp"
#include "format_cases.hpp"
#include "support/check.hpp"

using namespace bitshed::format;

namespace {

/// More bits than any machine word, so that "beside" means very near.
constexpr int beside_bits = 80;

/// A magnitude: significand * 2^exponent.
struct Magnitude {
    Integer significand;
    std::int64_t exponent;
};

Magnitude magnitude(const Format& format, std::uint32_t code) {
    const Decoded decoded = decode(format, code);
    return {decoded.significand,
            decoded.class_ == Class::zero ? quantum_exponent(format) : decoded.exponent};
}

/// Midway between two magnitudes, as an even multiple of 2^(its exponent).
Magnitude midway(const Magnitude& a, const Magnitude& b) {
    const std::int64_t exponent = std::min(a.exponent, b.exponent);
    const Integer sum = (a.significand << static_cast<unsigned>(a.exponent - exponent)) +
                        (b.significand << static_cast<unsigned>(b.exponent - exponent));
    return {sum << beside_bits, exponent - 1 - beside_bits};
}

/// The largest magnitude and half a step more: where overflow begins.
Magnitude overflow_edge(const Format& format) {
    const Magnitude top = magnitude(format, format_cases::largest(format));
    return {(top.significand * 2 + 1) << beside_bits, top.exponent - 1 - beside_bits};
}

Real real(const Magnitude& magnitude, bool negative, int step = 0, bool sticky = false) {
    return {.class_ = Class::normal,
            .negative = negative,
            .significand = magnitude.significand + step,
            .exponent = magnitude.exponent,
            .sticky = sticky};
}

bool allows_ieee(const Format& format) {
    return format.specials == Specials::fn || format.specials == Specials::fnuz ||
           format.specials == Specials::ieee;
}

/// `code` with a sign; fnuz has no -0.
std::uint32_t with_sign(const Format& format, std::uint32_t code, bool negative) {
    if (!negative || (code == 0 && format.specials == Specials::fnuz)) return code;
    return code | format_cases::sign(format);
}

/// What a magnitude beyond the edge becomes.
std::uint32_t overflown(const Format& format, bool negative, Overflow overflow) {
    if (overflow == Overflow::saturate)
        return with_sign(format, format_cases::largest(format), negative);
    switch (format.specials) {
        case Specials::ieee:
            return with_sign(format, format_cases::top_field(format), negative);
        case Specials::fn:
            return format_cases::sign(format) - 1;
        case Specials::fnuz:
            return format_cases::sign(format);
        case Specials::none:
            break;
    }
    FAIL("kind none has no ieee overflow");
    return 0;
}

/// Calls visit(negative, overflow) for all four, or two, that the format allows.
template <class Visit>
void for_signs_and_overflows(const Format& format, const Visit& visit) {
    for (const bool negative : {false, true}) {
        visit(negative, Overflow::saturate);
        if (allows_ieee(format)) visit(negative, Overflow::ieee);
    }
}

std::vector<Format> formats_to_round() {
    auto found = format_cases::operand_minifloats();
    for (const Specials kind : format_cases::all_kinds) {
        found.push_back(minifloat(5, 10, kind));
        found.push_back(minifloat(8, 5, kind));
        found.push_back(minifloat(8, 0, kind));
        found.push_back(minifloat(1, 12, kind));
    }
    return found;
}

}  // namespace

TEST_CASE("encode: every finite code comes back from its exact value") {
    std::size_t visited = 0;
    std::size_t expected = 0;
    for (const Format& format : formats_to_round()) {
        const std::uint32_t largest = format_cases::largest(format);
        expected += 2 * (largest + 1);
        for (std::uint32_t code = 0; code <= largest; ++code)
            for (const bool negative : {false, true}) {
                const std::uint32_t signed_code = with_sign(format, code, negative);
                CHECK(encode(format, to_real(format, signed_code), Overflow::saturate) ==
                      signed_code);
                ++visited;
            }
    }
    CHECK(visited == expected);
}

TEST_CASE("encode: at every midpoint the even code, beside it the nearer one") {
    std::size_t midpoints = 0;
    std::size_t expected = 0;
    for (const Format& format : formats_to_round()) {
        CAPTURE(name(format));
        const std::uint32_t largest = format_cases::largest(format);
        expected += largest;
        for (std::uint32_t below = 0; below < largest; ++below, ++midpoints) {
            CAPTURE(below);
            const Magnitude low = magnitude(format, below);
            const Magnitude high = magnitude(format, below + 1);
            const Magnitude mid = midway(low, high);
            const std::uint32_t even = below % 2 == 0 ? below : below + 1;
            for_signs_and_overflows(format, [&](bool negative, Overflow overflow) {
                const auto rounds_to = [&](int step, bool sticky, std::uint32_t code) {
                    return encode(format, real(mid, negative, step, sticky), overflow) ==
                           with_sign(format, code, negative);
                };
                CHECK(rounds_to(0, false, even));
                CHECK(rounds_to(0, true, below + 1));
                CHECK(rounds_to(+1, false, below + 1));
                CHECK(rounds_to(-1, true, below));
                CHECK(rounds_to(-1, false, below));
            });
        }
    }
    CHECK(midpoints == expected);
    CHECK(midpoints > 100'000);
}

TEST_CASE("encode: overflow begins half a step above the largest value, a tie to the even code") {
    for (const Format& format : formats_to_round()) {
        CAPTURE(name(format));
        const std::uint32_t largest = format_cases::largest(format);
        const Magnitude edge = overflow_edge(format);
        for_signs_and_overflows(format, [&](bool negative, Overflow overflow) {
            const std::uint32_t stays = with_sign(format, largest, negative);
            const std::uint32_t gone = overflown(format, negative, overflow);
            const auto code = [&](int step, bool sticky) {
                return encode(format, real(edge, negative, step, sticky), overflow);
            };
            CHECK(code(-1, true) == stays);
            CHECK(code(-1, false) == stays);
            CHECK(code(0, false) == (largest % 2 == 0 ? stays : gone));
            CHECK(code(0, true) == gone);
            CHECK(code(+1, false) == gone);
            for (const std::int64_t exponent : {1300, 4096, 1'000'000'000})
                CHECK(encode(format, real({1, exponent}, negative, 0, true), overflow) == gone);
        });
    }
}

TEST_CASE("encode: half the least value goes to zero, with its sign, and anything more does not") {
    for (const Format& format : formats_to_round()) {
        if (format_cases::largest(format) == 0) continue;
        CAPTURE(name(format));
        const std::int64_t half = quantum_exponent(format) - 1;
        for (const bool negative : {false, true}) {
            const auto code = [&](const Real& tiny) {
                return encode(format, tiny, Overflow::saturate);
            };
            const std::uint32_t zero = with_sign(format, 0, negative);
            const std::uint32_t least = with_sign(format, 1, negative);
            CHECK(code(real({1, half}, negative)) == zero);
            CHECK(code(real({1, half}, negative, 0, true)) == least);
            CHECK(code(real({0, half}, negative, 0, true)) == zero);
            CHECK(code(real({0, -100'000}, negative, 0, true)) == zero);
            CHECK(code(real({1, -1'000'000'000}, negative)) == zero);
        }
    }
}

TEST_CASE("encode: zeros keep their sign where there is -0") {
    for (const Format& format : formats_to_round())
        for (const bool negative : {false, true})
            CHECK(encode(format, Real{.negative = negative}, Overflow::saturate) ==
                  with_sign(format, 0, negative));
    CHECK(encode(signed_integer(4), Real{.negative = true}, Overflow::saturate) == 0u);
}

TEST_CASE("encode: infinity stays where there is one, else it overflows") {
    for (const Format& format : formats_to_round()) {
        CAPTURE(name(format));
        for_signs_and_overflows(format, [&](bool negative, Overflow overflow) {
            const Real infinity{.class_ = Class::infinity, .negative = negative};
            const auto way = format.specials == Specials::ieee ? Overflow::ieee : overflow;
            CHECK(encode(format, infinity, overflow) == overflown(format, negative, way));
        });
    }
}

TEST_CASE("encode: NaN needs a format that has it") {
    const auto nan = [](const Format& format) {
        return encode(format, Real{.class_ = Class::nan, .negative = true}, Overflow::saturate);
    };
    CHECK(nan(minifloat(4, 3, Specials::fn)) == 0x7fu);
    CHECK(nan(minifloat(5, 2, Specials::ieee)) == 0x7eu);
    CHECK(nan(minifloat(4, 3, Specials::fnuz)) == 0x80u);
    CHECK(nan(minifloat(1, 0, Specials::fn)) == 0x1u);
    CHECK_FALSE(nan(minifloat(4, 3)));
    CHECK_FALSE(nan(minifloat(3, 0, Specials::ieee)));
    CHECK_FALSE(nan(signed_integer(8)));
    CHECK_FALSE(nan(unsigned_integer(8)));
}

TEST_CASE(
    "encode: a shape without fraction rounds ties to the even code, not to the larger value") {
    const Format e3m0 = minifloat(3, 0);  // 0, 0.25, 0.5, 1, 2, 4, 8, 16
    const auto code = [&](std::string_view text) {
        return *encode(e3m0, parse_real(text).value(), Overflow::saturate);
    };
    CHECK(code("0.125") == 0);
    CHECK(code("0.375") == 2);
    CHECK(code("0.75") == 2);
    CHECK(code("1.5") == 4);
    CHECK(code("3") == 4);
    CHECK(code("6") == 6);
    CHECK(code("12") == 6);
    CHECK(code("24") == 7);
}

TEST_CASE("encode: OFP8 Table 3, overflow with and without saturation") {
    const auto code = [](const Format& format, std::string_view text, Overflow overflow) {
        return *encode(format, parse_real(text).value(), overflow);
    };
    const Format e4m3fn = minifloat(4, 3, Specials::fn);
    CHECK(code(e4m3fn, "464", Overflow::ieee) == 0x7e);  // a tie: 448 is even
    CHECK(code(e4m3fn, "464.0001", Overflow::ieee) == 0x7f);
    CHECK(code(e4m3fn, "464.0001", Overflow::saturate) == 0x7e);
    CHECK(code(e4m3fn, "-inf", Overflow::ieee) == 0x7f);
    CHECK(code(e4m3fn, "-inf", Overflow::saturate) == 0xfe);
    const Format e5m2ieee = minifloat(5, 2, Specials::ieee);
    CHECK(code(e5m2ieee, "61439", Overflow::ieee) == 0x7b);
    CHECK(code(e5m2ieee, "61440", Overflow::ieee) == 0x7c);  // a tie: 57344 is odd
    CHECK(code(e5m2ieee, "-61440", Overflow::ieee) == 0xfc);
    CHECK(code(e5m2ieee, "-1e9", Overflow::saturate) == 0xfb);
}

TEST_CASE("encode: integers round to nearest even and clamp") {
    std::size_t visited = 0;
    for (int bits = 2; bits <= 8; ++bits)
        for (const bool is_signed : {false, true}) {
            const Format format = is_signed ? signed_integer(bits) : unsigned_integer(bits);
            const int least = is_signed ? -(1 << (bits - 1)) : 0;
            const int most = is_signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
            const auto clamped = [&](int value) {
                return static_cast<std::uint32_t>(std::clamp(value, least, most)) &
                       ((1u << bits) - 1);
            };
            for (int halves = -2 * (most + 5); halves <= 2 * (most + 5); ++halves, ++visited) {
                CAPTURE(name(format), halves);
                const int below = halves >= 0 ? halves / 2 : -((-halves + 1) / 2);
                const bool is_tie = halves % 2 != 0;
                const int even = is_tie && below % 2 != 0 ? below + 1 : below;
                const Magnitude size = {Integer(std::abs(halves)) << beside_bits, -1 - beside_bits};
                const auto code = [&](int step, bool sticky) {
                    return encode(format, real(size, halves < 0, step, sticky), Overflow::saturate);
                };
                if (halves == 0) {
                    CHECK(code(0, true) == clamped(0));
                    continue;
                }
                // Away from zero and towards it, by the least there is.
                const int away = !is_tie ? below : (halves > 0 ? below + 1 : below);
                const int towards = !is_tie ? below : (halves > 0 ? below : below + 1);
                CHECK(code(0, false) == clamped(even));
                CHECK(code(0, true) == clamped(away));
                CHECK(code(-1, true) == clamped(towards));
            }
            for (const bool negative : {false, true}) {
                const std::uint32_t end = clamped(negative ? least : most);
                const Real infinity{.class_ = Class::infinity, .negative = negative};
                CHECK(encode(format, infinity, Overflow::saturate) == end);
                for (const std::int64_t exponent : {8, 9, 10, 64, 1'000'000'000})
                    CHECK(encode(format, real({1, exponent}, negative), Overflow::saturate) == end);
            }
        }
    // 4 (most + 5) + 1 a format; the greatest values add up to 247 and 501.
    CHECK(visited == 4 * (247 + 501 + 14 * 5) + 14);
}

TEST_CASE("encode: refuses what its callers must not ask") {
    const Real one{.class_ = Class::normal, .significand = 1};
    CHECK_THROWS_AS(encode(minifloat(4, 3), one, Overflow::ieee), bitshed::InternalError);
    CHECK_THROWS_AS(encode(signed_integer(8), one, Overflow::ieee), bitshed::InternalError);
    // Between 1 and 2 is too vague for a format that tells 1 from 1.125.
    const Real vague{.class_ = Class::normal, .significand = 1, .sticky = true};
    CHECK_THROWS_AS(encode(minifloat(4, 3), vague, Overflow::saturate), bitshed::InternalError);
    const Real nothing{.class_ = Class::normal};
    CHECK_THROWS_AS(encode(minifloat(4, 3), nothing, Overflow::saturate), bitshed::InternalError);
}
