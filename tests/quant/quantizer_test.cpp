// The quantizer against the definition, one number at a time: reference.hpp.
#include "quant/quantizer.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <set>

#include "reference.hpp"
#include "support/check.hpp"

using namespace bitshed::format;
using bitshed::quant::along_axis;
using bitshed::quant::Quantizer;
using bitshed::quant::Range;
using bitshed::quant::Slices;
using bitshed::quant::whole;
using reference::same;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

Quantizer quantizer(const Format& format, Range range = Range::full) {
    return Quantizer::make(format, range).value();
}

float one(const Quantizer& quantizer, float x, float scale = 1) {
    float y = 0;
    REQUIRE(quantizer.quantize({&x, 1}, scale, {&y, 1}));
    return y;
}

std::uint8_t one_code(const Quantizer& quantizer, float x, float scale = 1) {
    std::uint8_t code = 0;
    REQUIRE(quantizer.encode({&x, 1}, scale, {&code, 1}));
    return code;
}

/// A magnitude and the float32 numbers near it, of both signs.
void add_around(std::vector<float>& numbers, double mark) {
    const auto middle = static_cast<float>(mark);
    for (int away = -2; away <= 2; ++away) {
        float x = middle;
        for (int step = 0; step < std::abs(away); ++step)
            x = std::nextafter(x, away < 0 ? -infinity : infinity);
        numbers.push_back(x);
        numbers.push_back(-x);
    }
}

/// The magnitudes of the finite values of a format; of a wide one, those of some codes and of the
/// codes that follow them.
std::vector<double> magnitudes(const Format& format) {
    std::set<std::uint32_t> codes;
    const std::uint32_t top = magnitude_mask(format);
    if (width(format) <= 8) {
        for (std::uint32_t code = 0; code <= code_mask(format); ++code) codes.insert(code);
    } else {
        std::mt19937 random(static_cast<unsigned>(width(format)));
        for (std::uint32_t near = 0; near < 20; ++near) codes.insert({near, top - near});
        for (std::uint32_t field = 0; field < 1u << format.exponent_bits; ++field)
            for (std::uint32_t near = 0; near < 6; ++near)
                codes.insert(((field << format.fraction_bits) - 3 + near) & top);
        for (int drawn = 0; drawn < 500; ++drawn) {
            const auto code = static_cast<std::uint32_t>(random()) & top;
            codes.insert({code, (code + 1) & top});
        }
    }
    std::set<double> found;
    for (const std::uint32_t code : codes) {
        const double value = static_cast<double>(reference::value(format, code));
        if (std::isfinite(value)) found.insert(std::fabs(value));
    }
    return {found.begin(), found.end()};
}

/// Numbers that find wrong roundings: every value and every middle between neighbours, times the
/// scale, and what lies beside them; overflow; the ends of float32.
std::vector<float> probes(const Format& format, float scale) {
    const std::vector<double> values = magnitudes(format);
    std::vector<float> numbers;
    for (std::size_t i = 0; i < values.size(); ++i) {
        add_around(numbers, values[i] * static_cast<double>(scale));
        if (i > 0)
            add_around(numbers, (values[i - 1] + values[i]) / 2 * static_cast<double>(scale));
    }
    const double top = values.back() * static_cast<double>(scale);
    for (const double more : {1.01, 1.25, 1.5, 2.0, 4.0, 1e10}) add_around(numbers, top * more);
    for (const float end : {0.0F, std::numeric_limits<float>::denorm_min(),
                            std::numeric_limits<float>::min(), std::numeric_limits<float>::max()})
        add_around(numbers, static_cast<double>(end));
    numbers.push_back(infinity);
    numbers.push_back(-infinity);
    std::erase_if(numbers, [](float x) { return std::isnan(x); });
    return numbers;
}

/// Compares results and codes of all numbers; returns how many differ, and says the first.
std::size_t differences(const reference::Case& tried, const std::vector<float>& numbers,
                        float scale) {
    const Quantizer subject = quantizer(tried.format, tried.range);
    const bool has_codes = width(tried.format) <= 8;
    std::vector<float> results(numbers.size());
    std::vector<std::uint8_t> codes(numbers.size());
    std::vector<float> decoded(numbers.size());
    REQUIRE(subject.quantize(numbers, scale, results));
    if (has_codes) {
        REQUIRE(subject.encode(numbers, scale, codes));
        subject.decode(codes, scale, decoded);
    }
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::uint32_t code = reference::code(tried.format, tried.range, numbers[i], scale);
        const float expected = reference::value(tried.format, code) * scale;
        const bool good = same(results[i], expected) &&
                          (!has_codes || (codes[i] == code && same(decoded[i], expected)));
        if (good) continue;
        if (wrong++ == 0)
            UNSCOPED_INFO(name(tried.format)
                          << (tried.range == Range::narrow ? " narrow" : "") << " scale " << scale
                          << ": " << numbers[i] << " gives " << results[i] << " code "
                          << int{codes[i]} << ", not " << expected << " code " << code);
    }
    return wrong;
}

}  // namespace

TEST_CASE("quantizer: e2m1 by hand") {
    // Its values: 0 0.5 1 1.5 2 3 4 6. Ties go to the even code: 0, 1, 2, 4 (codes 0, 2, 4, 6).
    const Quantizer e2m1 = quantizer(minifloat(2, 1));
    const std::pair<float, float> table[] = {
        {0, 0},     {0.25F, 0},    {0.26F, 0.5F}, {0.5F, 0.5F}, {0.75F, 1}, {0.74F, 0.5F},
        {1.25F, 1}, {1.26F, 1.5F}, {1.75F, 2},    {2.5F, 2},    {2.51F, 3}, {3.5F, 4},
        {5, 4},     {5.01F, 6},    {6, 6},        {7, 6},       {1e30F, 6}, {infinity, 6}};
    for (const auto& [x, y] : table) {
        CAPTURE(x);
        CHECK(one(e2m1, x) == y);
        CHECK(one(e2m1, -x) == -y);
        CHECK(std::signbit(one(e2m1, -x)));
    }
    CHECK_FALSE(std::signbit(one(e2m1, 0.0F)));
    CHECK(one(e2m1, 3.0F, 0.5F) == 3.0F);
    CHECK(one(e2m1, 100.0F, 0.5F) == 3.0F);
    CHECK(one_code(e2m1, -0.0F) == 0x8);
    CHECK(one_code(e2m1, -5.01F) == 0xf);
    CHECK(e2m1.largest() == 6);
    CHECK(e2m1.least() == -6);
}

TEST_CASE("quantizer: without fraction bits a tie goes to the even exponent field") {
    // e3m0: 0 0.25 0.5 1 2 4 8 16; 0.375 lies between fields 1 and 2, 0.75 between 2 and 3.
    const Quantizer e3m0 = quantizer(minifloat(3, 0));
    const std::pair<float, float> table[] = {{0.125F, 0},   {0.126F, 0.25F}, {0.375F, 0.5F},
                                             {0.75F, 0.5F}, {1.5F, 2},       {3, 2},
                                             {6, 8},        {12, 8},         {12.01F, 16}};
    for (const auto& [x, y] : table) {
        CAPTURE(x);
        CHECK(one(e3m0, x) == y);
        CHECK(one(e3m0, -x) == -y);
    }
}

TEST_CASE("quantizer: integers by hand") {
    const Quantizer int4 = quantizer(signed_integer(4));
    const Quantizer narrow = quantizer(signed_integer(4), Range::narrow);
    const Quantizer uint4 = quantizer(unsigned_integer(4));
    CHECK(one(int4, 0.5F) == 0);
    CHECK(one(int4, 1.5F) == 2);
    CHECK(one(int4, 2.5F) == 2);
    CHECK(one(int4, -3.5F) == -4);
    CHECK(one(int4, 7.6F) == 7);
    CHECK(one(int4, -8.0F) == -8);
    CHECK(one(int4, -infinity) == -8);
    CHECK(one(narrow, -8.0F) == -7);
    CHECK(one(narrow, -7.5F) == -7);
    CHECK(one(uint4, -3.0F) == 0);
    CHECK(one(uint4, 14.5F) == 14);
    CHECK(one(uint4, 99.0F) == 15);
    // Integers have no -0.
    for (const Quantizer& each : {int4, narrow, uint4}) {
        CHECK_FALSE(std::signbit(one(each, -0.0F)));
        CHECK_FALSE(std::signbit(one(each, -0.25F)));
    }
    CHECK(one_code(int4, -1.0F) == 0xf);
    CHECK(one_code(int4, -8.0F) == 0x8);
    CHECK(one_code(narrow, -8.0F) == 0x9);
    CHECK(int4.largest() == 7);
    CHECK(int4.least() == -8);
    CHECK(narrow.least() == -7);
    CHECK(uint4.least() == 0);
}

TEST_CASE("quantizer: special values by kind") {
    const Quantizer fn = quantizer(minifloat(4, 3, Specials::fn));
    CHECK(one(fn, 1e9F) == 448);
    CHECK(one(fn, -infinity) == -448);
    CHECK(std::isnan(one(fn, not_a_number)));
    CHECK(one_code(fn, not_a_number) == 0x7f);
    const Quantizer ieee = quantizer(minifloat(5, 2, Specials::ieee));
    CHECK(one(ieee, 1e9F) == 57344);
    CHECK(one(ieee, -infinity, 0.5F) == -infinity);
    CHECK(one_code(ieee, -infinity) == 0xfc);
    CHECK(std::isnan(one(ieee, not_a_number)));
    // A quotient beyond float32 is no infinity: the number was finite.
    CHECK(one(ieee, 1e30F, 1e-30F) == 57344 * 1e-30F);
    const Quantizer fnuz = quantizer(minifloat(4, 3, Specials::fnuz));
    CHECK_FALSE(std::signbit(one(fnuz, -0.0F)));
    CHECK_FALSE(std::signbit(one(fnuz, -1e-9F)));
    CHECK(one_code(fnuz, -1e-9F) == 0);
    CHECK(one_code(fnuz, not_a_number) == 0x80);
    CHECK(one(fnuz, 300) == 240);
}

TEST_CASE("quantizer: a NaN into a format without NaN is an error that says which") {
    std::vector<float> numbers(100, 1.0F);
    numbers[67] = not_a_number;
    std::vector<float> results(100);
    std::vector<std::uint8_t> codes(100);
    for (const Format& format :
         {minifloat(4, 3), signed_integer(8), minifloat(3, 0, Specials::ieee)}) {
        const auto outcome = quantizer(format).quantize(numbers, 1, results);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().kind == bitshed::ErrorKind::request);
        CHECK(problems_of(outcome.error()) ==
              "element 67 is NaN, and " + name(format) + " has none");
        CHECK_FALSE(quantizer(format).encode(numbers, 1, codes));
    }
    CHECK(quantizer(minifloat(4, 3, Specials::fnuz)).quantize(numbers, 1, results));
    CHECK(std::isnan(results[67]));
    CHECK(results[66] == 1);
}

TEST_CASE("quantizer: at and beside every boundary of every operand format") {
    const auto cases = reference::operand_cases();
    // 21 of integers, 652 minifloats: a format that make() refuses by mistake would be missed here.
    CHECK(cases.size() == 21 + 652);
    std::size_t compared = 0;
    std::size_t wrong = 0;
    for (const auto& tried : cases)
        for (const float scale : {1.0F, 0.1F, 1.7e-7F, 3.0e9F}) {
            if (!quantizer(tried.format, tried.range).allows_scale(scale)) continue;
            const auto numbers = probes(tried.format, scale);
            compared += numbers.size();
            wrong += differences(tried, numbers, scale);
        }
    CHECK(wrong == 0);
    CHECK(compared > 3'000'000);
}

TEST_CASE("quantizer: at and beside boundaries of wide formats") {
    std::size_t compared = 0;
    std::size_t wrong = 0;
    for (const auto& tried : reference::wide_cases())
        for (const float scale : {1.0F, 0.3F, 1e-3F}) {
            if (!quantizer(tried.format).allows_scale(scale)) continue;
            const auto numbers = probes(tried.format, scale);
            compared += numbers.size();
            wrong += differences(tried, numbers, scale);
        }
    CHECK(wrong == 0);
    CHECK(compared > 900'000);
}

TEST_CASE("quantizer: scales at the ends of float32") {
    std::mt19937 random(7);
    std::size_t wrong = 0;
    for (const Format& format : {minifloat(4, 3), minifloat(3, 0), signed_integer(8)})
        for (const float scale : {0x1p-149F, 0x1.8p-130F, 0x1p-126F, 0x1p119F}) {
            REQUIRE(quantizer(format).allows_scale(scale));
            auto numbers = probes(format, scale);
            for (int drawn = 0; drawn < 2000; ++drawn) {
                const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
                if (!std::isnan(x)) numbers.push_back(x);
            }
            wrong += differences({format}, numbers, scale);
        }
    CHECK(wrong == 0);
    const Quantizer e4m3 = quantizer(minifloat(4, 3));
    CHECK_FALSE(e4m3.allows_scale(0x1p120F));  // 480 * 2^120 is beyond float32
    for (const float scale : {0.0F, -1.0F, infinity, not_a_number}) {
        CHECK_FALSE(e4m3.allows_scale(scale));
        float x = 1;
        CHECK_THROWS_AS(e4m3.quantize({&x, 1}, scale, {&x, 1}), bitshed::InternalError);
    }
    // -128 reaches further than 127.
    CHECK(quantizer(signed_integer(8)).allows_scale(0x1p120F));
    CHECK_FALSE(quantizer(signed_integer(8)).allows_scale(0x1p121F));
    CHECK(quantizer(signed_integer(8), Range::narrow).allows_scale(0x1p121F));
}

TEST_CASE("quantizer: e1m(b-2) has the levels of a narrow int of b bits") {
    std::mt19937 random(11);
    std::normal_distribution<float> normal(0, 40);
    std::size_t compared = 0;
    std::size_t wrong = 0;
    for (int bits = 2; bits <= 8; ++bits) {
        const Quantizer minifloats = quantizer(minifloat(1, bits - 2));
        const Quantizer integers = quantizer(signed_integer(bits), Range::narrow);
        const float quantum = std::ldexp(1.0F, quantum_exponent(minifloats.format()));
        for (const float scale : {1.0F, 0.37F, 12.5F}) {
            auto numbers = probes(integers.format(), scale);
            for (int drawn = 0; drawn < 2000; ++drawn) numbers.push_back(normal(random));
            std::vector<float> as_float(numbers.size());
            std::vector<float> as_integer(numbers.size());
            std::vector<std::uint8_t> codes(numbers.size());
            REQUIRE(minifloats.quantize(numbers, scale / quantum, as_float));
            REQUIRE(integers.quantize(numbers, scale, as_integer));
            REQUIRE(minifloats.encode(numbers, scale / quantum, codes));
            for (std::size_t i = 0; i < numbers.size(); ++i, ++compared) {
                const auto level =
                    static_cast<float>(codes[i] & magnitude_mask(minifloats.format()));
                // == and not same bits: only minifloats have -0.
                wrong += as_float[i] != as_integer[i] || level * scale != std::fabs(as_integer[i]);
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(compared > 7 * 3 * 2000);
}

TEST_CASE("quantizer: every length, in place and at every alignment") {
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 3);
    std::vector<float> numbers(200);
    for (float& x : numbers) x = normal(random);
    for (const Format& format : {minifloat(3, 2), minifloat(4, 0), signed_integer(5)})
        for (std::size_t begin = 0; begin < 9; ++begin)
            for (std::size_t size = 0; size < 80; ++size) {
                std::vector<float> changed = numbers;
                const auto part = std::span(changed).subspan(begin, size);
                REQUIRE(quantizer(format).quantize(part, 0.3F, part));
                std::size_t wrong = 0;
                for (std::size_t i = 0; i < changed.size(); ++i) {
                    const bool inside = i >= begin && i < begin + size;
                    const float expected =
                        inside ? reference::quantized(format, Range::full, numbers[i], 0.3F)
                               : numbers[i];
                    wrong += !same(changed[i], expected);
                }
                CHECK(wrong == 0);
            }
}

TEST_CASE("quantizer: each slice has its scale") {
    std::mt19937 random(5);
    std::normal_distribution<float> normal(0, 3);
    for (const std::vector<std::size_t>& shape : {std::vector<std::size_t>{7},
                                                  {5, 3},
                                                  {3, 5, 2},
                                                  {2, 40, 33},
                                                  {3, 2, 100},
                                                  {4, 1, 3},
                                                  {1200, 3},
                                                  {2, 2000},
                                                  {0, 3},
                                                  {3, 0}}) {
        const std::size_t size =
            std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies{});
        std::vector<float> numbers(size);
        for (float& x : numbers) x = normal(random);
        for (int axis = 0; axis < static_cast<int>(shape.size()); ++axis) {
            const Slices slices = along_axis(shape, axis).value();
            CHECK(along_axis(shape, axis - static_cast<int>(shape.size())).value() == slices);
            REQUIRE(slices.size() == size);
            REQUIRE(slices.count == shape[static_cast<std::size_t>(axis)]);
            std::vector<float> scales(slices.count);
            for (float& scale : scales) scale = 0.05F + std::fabs(normal(random));
            for (const Format& format : {minifloat(2, 3), minifloat(3, 0)}) {
                std::vector<float> results(size);
                std::vector<std::uint8_t> codes(size);
                std::vector<float> decoded(size);
                REQUIRE(quantizer(format).quantize(numbers, slices, scales, results));
                REQUIRE(quantizer(format).encode(numbers, slices, scales, codes));
                quantizer(format).decode(codes, slices, scales, decoded);
                std::size_t wrong = 0;
                for (std::size_t i = 0; i < size; ++i) {
                    // The index along the axis, from the strides of a row-major tensor.
                    std::size_t stride = 1;
                    for (std::size_t behind = shape.size() - 1;
                         behind > static_cast<std::size_t>(axis); --behind)
                        stride *= shape[behind];
                    const float scale = scales[i / stride % slices.count];
                    const float expected =
                        reference::quantized(format, Range::full, numbers[i], scale);
                    wrong += !same(results[i], expected) || !same(decoded[i], expected);
                }
                CHECK(wrong == 0);
            }
        }
    }
    const std::vector<std::size_t> shape = {3, 4};
    CHECK_FALSE(along_axis(shape, 2));
    CHECK_FALSE(along_axis(shape, -3));
    CHECK_FALSE(along_axis({}, 0));
}

TEST_CASE("quantizer: refuses formats that float32 does not hold") {
    const auto refused = [](Format format, int bias) {
        format.bias = bias;
        const auto made = Quantizer::make(format);
        return !made && made.error().kind == bitshed::ErrorKind::request;
    };
    CHECK(refused(minifloat(1, 0, Specials::fn), 0));    // only zeros
    CHECK(refused(minifloat(1, 0, Specials::ieee), 0));  // zeros and infinities
    CHECK_FALSE(refused(minifloat(1, 1, Specials::ieee), 0));
    CHECK_FALSE(refused(minifloat(4, 3), 127));
    CHECK(refused(minifloat(4, 3), 128));        // least normal 2^-127
    CHECK_FALSE(refused(minifloat(5, 2), -96));  // largest value 7 * 2^125
    CHECK(refused(minifloat(5, 2), -97));
    CHECK(refused(minifloat(4, 3), 1000));
    CHECK(refused(minifloat(4, 3), -1000));
    CHECK_FALSE(refused(minifloat(1, 1), -104));  // quantum 2^104
    CHECK(refused(minifloat(1, 1), -105));
    CHECK(refused(minifloat(8, 23), 127));  // no top codes: 2^129
    CHECK(refused(minifloat(5, 24), 15));
    CHECK_FALSE(refused(minifloat(8, 23, Specials::ieee), 127));
    for (const Format& format : {minifloat(4, 3), unsigned_integer(4)}) {
        const auto narrow = Quantizer::make(format, Range::narrow);
        REQUIRE_FALSE(narrow);
        CHECK(problems_of(narrow.error()) == name(format) + " has no narrow range");
    }
}

TEST_CASE("quantizer: the squared error is that of the results") {
    std::mt19937 random(13);
    std::normal_distribution<float> normal(0, 2);
    for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 1023u, 1024u, 5000u}) {
        std::vector<float> numbers(size);
        for (float& x : numbers) x = normal(random);
        if (size > 20) {
            numbers[3] = infinity;
            numbers[20] = not_a_number;
        }
        double expected = 0;
        for (const float x : numbers)
            if (std::isfinite(x))
                expected += std::pow(static_cast<double>(reference::quantized(
                                         minifloat(2, 1), Range::full, x, 0.7F)) -
                                         static_cast<double>(x),
                                     2);
        CHECK(quantizer(minifloat(2, 1)).squared_error(numbers, 0.7F) ==
              Approx(expected).epsilon(1e-6));
    }
}

TEST_CASE("quantizer: all 2^32 numbers, some formats", "[.slow]") {
    using reference::Case;
    const std::vector<Case> cases = {{minifloat(4, 3)},
                                     {minifloat(4, 3, Specials::fn)},
                                     {minifloat(5, 2, Specials::ieee)},
                                     {minifloat(4, 3, Specials::fnuz)},
                                     {minifloat(2, 1)},
                                     {minifloat(3, 0)},
                                     {minifloat(7, 0, Specials::ieee)},
                                     {signed_integer(8)},
                                     {signed_integer(4), Range::narrow},
                                     {unsigned_integer(8)}};
    // The definition need not be asked 2^32 times: of a sign, codes grow with the magnitude, so
    // each run of equal codes is found by halving, and its ends are asked.
    constexpr std::uint32_t block = 1u << 20;
    std::vector<float> numbers(block);
    std::vector<float> results(block);
    for (const auto& [format, range] : cases) {
        INFO(name(format));
        const Quantizer subject = quantizer(format, range);
        std::uint64_t visited = 0;
        std::uint64_t wrong = 0;
        for (const std::uint32_t sign : {0u, 0x8000'0000u}) {
            const auto expected_at = [&](std::uint32_t magnitude) {
                return reference::quantized(format, range, std::bit_cast<float>(sign | magnitude),
                                            1);
            };
            const std::uint32_t end = 0x7f80'0000 + (has_nan(format) ? 0x7f'ffff : 0);  // inclusive
            float expected = 0;
            std::uint32_t last_of_run = 0;
            bool in_run = false;
            for (std::uint64_t from = 0; from <= end; from += block) {
                const auto size = static_cast<std::uint32_t>(
                    std::min<std::uint64_t>(block, std::uint64_t{end} - from + 1));
                for (std::uint32_t i = 0; i < size; ++i)
                    numbers[i] =
                        std::bit_cast<float>(sign | (static_cast<std::uint32_t>(from) + i));
                REQUIRE(subject.quantize(std::span(numbers).first(size), 1,
                                         std::span(results).first(size)));
                for (std::uint32_t i = 0; i < size; ++i, ++visited) {
                    const std::uint32_t at = static_cast<std::uint32_t>(from) + i;
                    if (!in_run || at > last_of_run) {
                        expected = expected_at(at);
                        std::uint32_t low = at;
                        std::uint32_t high = end;
                        while (low < high) {
                            const std::uint32_t middle = low + (high - low + 1) / 2;
                            if (same(expected_at(middle), expected))
                                low = middle;
                            else
                                high = middle - 1;
                        }
                        last_of_run = low;
                        in_run = true;
                    }
                    wrong += !same(results[i], expected);
                }
            }
        }
        CHECK(wrong == 0);
        CHECK(visited == 2 * (0x7f80'0001ull + (has_nan(format) ? 0x7f'ffff : 0)));
    }
}
