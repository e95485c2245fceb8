#include "quant/techniques/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "format/format.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// The finite values of a quantizer, rising, one zero.
std::vector<float> values_of(const Quantizer& quantizer) {
    const int width = format::width(quantizer.format());
    check(width <= format::greatest_operand_width, "a format with neighbours has up to 8 bits");
    std::vector<std::uint8_t> codes(std::size_t{1} << static_cast<unsigned>(width));
    std::iota(codes.begin(), codes.end(), std::uint8_t{0});
    std::vector<float> values(codes.size());
    quantizer.decode(codes, 1, values);
    std::erase_if(values, [&](float value) {
        return !(value >= quantizer.least() && value <= quantizer.largest());
    });
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

}  // namespace

void neighbours(const Quantizer& quantizer, std::span<const float> in, const Slices& slices,
                std::span<const float> scales, std::span<float> below, std::span<float> above,
                std::span<float> fraction) {
    check(in.size() == slices.size() && below.size() == in.size() && above.size() == in.size() &&
              fraction.size() == in.size() && scales.size() == slices.count,
          "every element has neighbours, and every slice a scale");
    const std::vector<float> values = values_of(quantizer);
    for (std::size_t i = 0; i < in.size(); ++i) {
        const float scale = scales[i / slices.inner % slices.count];
        const float u = std::clamp(in[i] / scale, values.front(), values.back());
        const auto next = std::upper_bound(values.begin(), values.end(), u);
        const float low = *(next - 1);
        const float high = next == values.end() ? low : *next;
        below[i] = low * scale;
        above[i] = high * scale;
        fraction[i] = high > low ? (u - low) / (high - low) : 0.0F;
    }
}

}  // namespace bitshed::quant
