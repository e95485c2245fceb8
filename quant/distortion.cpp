#include "quant/distortion.hpp"

#include <algorithm>
#include <cmath>

#include "support/check.hpp"

namespace bitshed::quant {

std::optional<double> Distortion::sqnr_db() const {
    if (signal == 0 || noise == 0) return std::nullopt;
    return 10 * std::log10(signal / noise);
}

Distortion distortion(std::span<const float> numbers, std::span<const float> quantized) {
    check(numbers.size() == quantized.size(), "every number became another");
    Distortion found;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (!std::isfinite(numbers[i])) continue;
        const auto x = static_cast<double>(numbers[i]);
        const double error = static_cast<double>(quantized[i]) - x;
        found.max_error = std::max(found.max_error, std::fabs(error));
        found.signal += x * x;
        found.noise += error * error;
    }
    return found;
}

}  // namespace bitshed::quant
