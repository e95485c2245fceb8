// How wide an exact sum is: the formulas against an enumeration of every product.
#include <catch2/catch.hpp>

#include <algorithm>

#include "format/decoded.hpp"
#include "format/parse.hpp"
#include "mac/grid.hpp"
#include "mac/request.hpp"

namespace {

using bitshed::format::Class;
using bitshed::format::Decoded;
using bitshed::format::Format;
using bitshed::format::Integer;
using bitshed::mac::MacOptions;

Format format_of(const std::string& name) {
    return bitshed::format::parse(name, bitshed::format::Use::operand).value();
}

/// The finite values of a format, in units of the least exponent that any of them has.
struct Values {
    int exponent = 0;
    std::vector<Integer> values;
};

Values values_of(const Format& format) {
    std::vector<Decoded> finite;
    for (std::uint32_t code = 0; code <= bitshed::format::code_mask(format); ++code) {
        const Decoded decoded = bitshed::format::decode(format, code);
        if (decoded.class_ != Class::nan && decoded.class_ != Class::infinity)
            finite.push_back(decoded);
    }
    Values values{1000000, {}};
    for (const Decoded& decoded : finite)
        if (decoded.class_ != Class::zero)
            values.exponent = std::min(values.exponent, decoded.exponent);
    for (const Decoded& decoded : finite) {
        Integer value = decoded.class_ == Class::zero
                            ? Integer(0)
                            : Integer(decoded.significand) << (decoded.exponent - values.exponent);
        values.values.push_back(decoded.negative ? Integer(-value) : value);
    }
    return values;
}

/// The least n with -2^(n-1) <= least and greatest < 2^(n-1).
int width_by_trial(const Integer& least, const Integer& greatest) {
    int width = 1;
    for (Integer half = 1; least < -half || greatest >= half; half *= 2) ++width;
    return width;
}

int exact_bits(const std::string& spec, const std::string& terms,
               const std::string& width = "tight") {
    return bitshed::mac::make_mac_spec({.spec = spec, .terms = terms, .width = width})
        .value()
        .accumulator.bits;
}

}  // namespace

TEST_CASE("tight width: what every sum of N products takes, by trying all products") {
    const char* formats[] = {"e1m0",     "e1m1",         "e2m1",     "e3m0",     "e3m2b5",
                             "e4m3",     "e5m2",         "e7m0",     "e1m6",     "e4m3b-20",
                             "e4m3fn",   "e5m2ieee",     "e3m4ieee", "e4m3fnuz", "e2m0fn",
                             "e1m1ieee", "e2m2b900fnuz", "int2",     "int5",     "int8",
                             "uint2",    "uint7",        "uint8"};
    std::size_t pairs = 0;
    for (const char* weight : formats) {
        const Values w = values_of(format_of(weight));
        for (const char* activation : formats) {
            const Values a = values_of(format_of(activation));
            Integer least = 0, greatest = 0;  // a sum of no products is 0
            for (const Integer& x : w.values)
                for (const Integer& y : a.values) {
                    const Integer product = x * y;
                    if (product < least) least = product;
                    if (product > greatest) greatest = product;
                }
            CAPTURE(weight, activation);
            for (const char* terms : {"1", "2", "3", "4608", "4611686018427387904"}) {
                CAPTURE(terms);
                const Integer count(terms);
                CHECK(exact_bits(std::string(weight) + "*" + activation, terms) ==
                      width_by_trial(least * count, greatest * count));
            }
            CHECK(bitshed::mac::grid_exponent(format_of(weight), format_of(activation)) ==
                  w.exponent + a.exponent);
            ++pairs;
        }
    }
    CHECK(pairs == std::size(formats) * std::size(formats));
}

TEST_CASE("tight width: known by hand") {
    CHECK(exact_bits("uint8*uint8", "1") == 17);      // 255 * 255 = 65025, and a sign
    CHECK(exact_bits("int8*int8", "1") == 16);        // (-128)^2 = 2^14, positive
    CHECK(exact_bits("int8*uint8", "1") == 16);       // -128 * 255 = -32640
    CHECK(exact_bits("int8*int8", "2") == 17);        // 2^15, positive
    CHECK(exact_bits("int2*int2", "1") == 4);         // 4
    CHECK(exact_bits("int8*int8", "4608") == 28);     // 75497472 lies above 2^26
    CHECK(exact_bits("e4m3*e4m3", "4608") == 49);     // (15 * 2^14)^2 * 4608 lies above 2^47
    CHECK(exact_bits("e2m1*e2m1", "4608") == 21);     // 12^2 * 4608 lies above 2^19
    CHECK(exact_bits("e1m0*e1m0", "1") == 2);         // 1 and -1
    CHECK(exact_bits("e1m0fn*e1m0fn", "4608") == 1);  // every finite product is 0
}

TEST_CASE("paper width: known by hand") {
    CHECK(exact_bits("e4m3*e4m3", "4608", "paper") == 50);   // 16 + 3 + 16 + 3 + 13 - 1
    CHECK(exact_bits("int8*int8", "4608", "paper") == 30);   // 8 + 8 + 13 + 1
    CHECK(exact_bits("uint8*int4", "4096", "paper") == 25);  // 8 + 4 + 12 + 1
    CHECK(exact_bits("e5m2*e2m1", "1", "paper") == 38);      // 32 + 2 + 4 + 1 + 0 - 1
    CHECK(exact_bits("e4m3*e4m3", "4096", "paper") == 49);
    CHECK(exact_bits("e4m3*e4m3", "4097", "paper") == 50);
}

TEST_CASE("paper width: holds what the tight width holds, for all shapes of 2 to 8 bits") {
    std::size_t pairs = 0;
    for (const Format& weight : bitshed::format::shapes(2, 8))
        for (const Format& activation : bitshed::format::shapes(2, 8))
            for (const std::int64_t terms :
                 {std::int64_t{1}, std::int64_t{3}, std::int64_t{4608}}) {
                const auto paper = bitshed::mac::paper_width(weight, activation, terms);
                const bool mixed = bitshed::format::is_minifloat(weight) !=
                                   bitshed::format::is_minifloat(activation);
                CHECK(paper.has_value() != mixed);
                if (!paper) continue;
                CHECK(*paper >= bitshed::mac::tight_width(weight, activation, terms));
                ++pairs;
            }
    CHECK(pairs == 3 * (28 * 28 + 14 * 14));
}

TEST_CASE("two's complement width: at and beside powers of two") {
    using bitshed::mac::twos_complement_width;
    CHECK(twos_complement_width(0, 0) == 1);
    CHECK(twos_complement_width(-1, 0) == 1);
    CHECK(twos_complement_width(0, 1) == 2);
    CHECK(twos_complement_width(-2, 1) == 2);
    CHECK(twos_complement_width(-2, 2) == 3);
    CHECK(twos_complement_width(-128, 127) == 8);
    CHECK(twos_complement_width(-129, 0) == 9);
    CHECK(twos_complement_width(0, 128) == 9);
    const Integer large = Integer(1) << 200;
    CHECK(twos_complement_width(-large, large - 1) == 201);
    CHECK(twos_complement_width(-large, large) == 202);
}
