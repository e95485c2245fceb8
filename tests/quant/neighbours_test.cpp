// The two values that a number lies between, against a search through all codes.
#include "quant/techniques/neighbours.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "reference.hpp"

using namespace bitshed::format;
using namespace bitshed::quant;

namespace {

struct Neighbours {
    std::vector<float> below;
    std::vector<float> above;
    std::vector<float> fraction;
};

Neighbours neighbours_of(const Quantizer& quantizer, const std::vector<float>& in,
                         const Slices& slices, const std::vector<float>& scales) {
    Neighbours found{std::vector<float>(in.size()), std::vector<float>(in.size()),
                     std::vector<float>(in.size())};
    neighbours(quantizer, in, slices, scales, found.below, found.above, found.fraction);
    return found;
}

/// All finite values of a case, rising, by the format library.
std::vector<float> values_of(const reference::Case& tried) {
    std::vector<float> values;
    for (std::uint32_t code = 0; code <= code_mask(tried.format); ++code) {
        const float value = reference::value(tried.format, code);
        const bool left_out = tried.range == Range::narrow && code == sign_mask(tried.format);
        if (std::isfinite(value) && !left_out) values.push_back(value);
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

}  // namespace

TEST_CASE("neighbours: on, beside and between the values of every operand format") {
    std::size_t looked_at = 0;
    for (const auto& tried : reference::operand_cases()) {
        const auto quantizer = Quantizer::make(tried.format, tried.range).value();
        const auto values = values_of(tried);
        // Powers of two keep u exact; the greatest magnitude times the scale must be a float32.
        const float scale = quantizer.allows_scale(4) ? 4 : 0.25F;
        std::vector<float> in;
        std::vector<float> low;
        std::vector<float> high;
        const auto expect = [&](float u, float below, float above) {
            if (!std::isfinite(u * scale)) return;
            in.push_back(u * scale);
            low.push_back(below);
            high.push_back(above);
        };
        for (std::size_t k = 0; k + 1 < values.size(); ++k) {
            const float step = values[k + 1] - values[k];
            for (const float part : {0.0F, 0.25F, 0.5F, 0.75F})
                expect(values[k] + part * step, values[k], values[k + 1]);
        }
        expect(values.back(), values.back(), values.back());
        expect(values.back() * 1.5F, values.back(), values.back());
        expect(values.front() - std::fabs(values.back()), values.front(), values[1]);
        const auto found = neighbours_of(quantizer, in, whole(in.size()), {scale});
        for (std::size_t i = 0; i < in.size(); ++i) {
            const float u = std::clamp(in[i] / scale, values.front(), values.back());
            const float fraction = high[i] > low[i] ? (u - low[i]) / (high[i] - low[i]) : 0;
            const bool right = found.below[i] == low[i] * scale &&
                               found.above[i] == high[i] * scale && found.fraction[i] == fraction;
            if (!right)
                FAIL(name(tried.format) << ": " << in[i] << " between " << found.below[i] << " and "
                                        << found.above[i]);
        }
        looked_at += in.size();
    }
    CHECK(looked_at > 100000);
}

TEST_CASE("neighbours: a minifloat's fraction is that of its own step") {
    // e2m1: 0 0.5 1 1.5 2 3 4 6. A fraction of u itself would be 0.5, 0.5, 0.4 and 0.2.
    const auto quantizer = Quantizer::make(minifloat(2, 1)).value();
    const auto found = neighbours_of(quantizer, {4.5F, -4.5F, 1.4F, 0.2F}, whole(4), {1});
    CHECK(found.below == std::vector<float>{4, -6, 1, 0});
    CHECK(found.above == std::vector<float>{6, -4, 1.5F, 0.5F});
    CHECK(found.fraction[0] == 0.25F);
    CHECK(found.fraction[1] == 0.75F);
    CHECK(found.fraction[2] == Approx(0.8));
    CHECK(found.fraction[3] == Approx(0.4));
}

TEST_CASE("neighbours: every slice has its scale") {
    const auto quantizer = Quantizer::make(signed_integer(4)).value();
    const auto found = neighbours_of(quantizer, {1.5F, 1.5F, 5, 5, -1.5F, -1.5F, 20, -20},
                                     {.outer = 2, .count = 2, .inner = 2}, {1, 2});
    CHECK(found.below == std::vector<float>{1, 1, 4, 4, -2, -2, 14, -16});
    CHECK(found.above == std::vector<float>{2, 2, 6, 6, -1, -1, 14, -14});
    CHECK(found.fraction == std::vector<float>{0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0.5F, 0, 0});
}
