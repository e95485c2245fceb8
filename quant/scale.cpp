#include "quant/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "format/encode.hpp"
#include "format/real.hpp"
#include "support/check.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

constexpr std::string_view percentile_prefix = "percentile:";
constexpr std::size_t small_tensor = 4096;
constexpr int fine_octave = 32;   ///< first steps an octave for up to so many elements
constexpr int coarse_octave = 8;  ///< and for more
constexpr int octaves_down = 7;   ///< tried below absmax's scale
constexpr int octaves_up = 1;     ///< and above
constexpr int refinements = 2;
constexpr int refined_steps = 8;  ///< on either side; each the last step divided by as many

std::optional<double> percent_in(std::string_view text) {
    double value = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (!(value > 0 && value <= 100)) return std::nullopt;
    return value;
}

/// A written number rounded to float32; nothing where it is none, or not positive and finite.
std::optional<float> float_in(std::string_view text) {
    const auto real = format::parse_real(text);
    if (!real) return std::nullopt;
    const format::Format fp32 = format::minifloat(8, 23, format::Specials::ieee);
    const auto code = format::encode(fp32, real.value(), format::Overflow::ieee);
    const auto value = std::bit_cast<float>(code.value());
    if (!(value > 0 && value <= std::numeric_limits<float>::max())) return std::nullopt;
    return value;
}

std::vector<float> finite_magnitudes(std::span<const float> values) {
    std::vector<float> magnitudes;
    magnitudes.reserve(values.size());
    for (const float value : values)
        if (std::isfinite(value)) magnitudes.push_back(std::fabs(value));
    return magnitudes;
}

}  // namespace

Result<ScaleRule> parse_scale_rule(std::string_view text) {
    if (text == "absmax") return ScaleRule{.statistic = Statistic::absmax};
    if (text == "mse") return ScaleRule{.statistic = Statistic::mse};
    if (text.starts_with(percentile_prefix)) {
        const auto percent = percent_in(text.substr(percentile_prefix.size()));
        if (!percent)
            return Error(ErrorKind::request,
                         fmt::format("scale {}: there is no such percentile", printable(text)),
                         "percentile:P, with P above 0 and up to 100, as in percentile:99.9");
        return ScaleRule{.statistic = Statistic::percentile, .parameter = *percent};
    }
    if (const auto scale = float_in(text))
        return ScaleRule{.statistic = Statistic::fixed, .parameter = static_cast<double>(*scale)};
    return Error(ErrorKind::request,
                 fmt::format("scale {}: there is no such statistic, and it is no positive float32",
                             printable(text)),
                 "absmax, mse, percentile:P or a number above 0, as in 0.05 or 0x1p-4");
}

std::string to_string(const ScaleRule& rule) {
    switch (rule.statistic) {
        case Statistic::absmax:
            return "absmax";
        case Statistic::percentile:
            return fmt::format("{}{}", percentile_prefix, rule.parameter);
        case Statistic::mse:
            return "mse";
        case Statistic::fixed:
            return fmt::format("{}", static_cast<float>(rule.parameter));
    }
    check(false, "the statistics are four");
    return {};
}

float absmax(std::span<const float> values) {
    float greatest = 0;
    for (const float value : values) {
        const float magnitude = std::fabs(value);
        const bool counts = magnitude > greatest && magnitude <= std::numeric_limits<float>::max();
        greatest = counts ? magnitude : greatest;
    }
    return greatest;
}

double percentile(std::span<const float> values, double percent) {
    check(percent >= 0 && percent <= 100, "a percentile is asked of 0 to 100 percent");
    std::vector<float> magnitudes = finite_magnitudes(values);
    if (magnitudes.empty()) return 0;
    const double place = static_cast<double>(magnitudes.size() - 1) * (percent / 100);
    const auto below = static_cast<std::ptrdiff_t>(std::floor(place));
    const auto at = magnitudes.begin() + below;
    std::nth_element(magnitudes.begin(), at, magnitudes.end());
    const auto low = static_cast<double>(*at);
    if (at + 1 == magnitudes.end()) return low;
    const auto high = static_cast<double>(*std::min_element(at + 1, magnitudes.end()));
    const double part = place - std::floor(place);
    // From the nearer end, so that both ends are met exactly.
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

float scale_from_statistic(const Quantizer& quantizer, double statistic) {
    if (!(statistic > 0)) return 1;
    const auto largest = static_cast<double>(quantizer.largest());
    float scale =
        std::max(static_cast<float>(statistic / largest), std::numeric_limits<float>::denorm_min());
    if (quantizer.allows_scale(scale)) return scale;
    // The end of float32: the quotient was rounded up, or an int's least value reaches further.
    scale = std::numeric_limits<float>::max() / std::max(quantizer.largest(), -quantizer.least());
    while (!quantizer.allows_scale(scale)) scale = std::nextafter(scale, 0.0F);
    return scale;
}

float search_scale(const Quantizer& quantizer, std::span<const float> values) {
    const auto base =
        static_cast<double>(scale_from_statistic(quantizer, static_cast<double>(absmax(values))));
    auto best = static_cast<float>(base);
    double least = quantizer.squared_error(values, best);
    double best_octaves = 0;
    const auto attempt = [&](double octaves) {
        const auto scale = static_cast<float>(base * std::exp2(octaves));
        if (!quantizer.allows_scale(scale)) return;
        const double error = quantizer.squared_error(values, scale);
        if (!(error < least)) return;
        least = error;
        best = scale;
        best_octaves = octaves;
    };
    const int octave = values.size() <= small_tensor ? fine_octave : coarse_octave;
    double step = 1.0 / octave;
    for (int k = -octaves_down * octave; k <= octaves_up * octave; ++k) attempt(k * step);
    for (int round = 0; round < refinements; ++round) {
        const double middle = best_octaves;
        step /= refined_steps;
        for (int k = -refined_steps; k <= refined_steps; ++k)
            if (k != 0) attempt(middle + k * step);
    }
    return best;
}

Result<float> find_scale(const Quantizer& quantizer, const ScaleRule& rule,
                         std::span<const float> values) {
    switch (rule.statistic) {
        case Statistic::absmax:
            break;
        case Statistic::percentile: {
            const double statistic = percentile(values, rule.parameter);
            if (statistic > 0) return scale_from_statistic(quantizer, statistic);
            break;
        }
        case Statistic::mse:
            return search_scale(quantizer, values);
        case Statistic::fixed: {
            const auto scale = static_cast<float>(rule.parameter);
            if (quantizer.allows_scale(scale)) return scale;
            return Error(
                ErrorKind::request,
                fmt::format("scale {}: {} times it is beyond float32", scale, quantizer.largest()),
                "a positive number whose product with the largest value is a float32");
        }
    }
    return scale_from_statistic(quantizer, static_cast<double>(absmax(values)));
}

Result<std::vector<float>> find_scales(const Quantizer& quantizer, const ScaleRule& rule,
                                       std::span<const float> values, const Slices& slices) {
    check(values.size() == slices.size(), "the slices are those of the tensor");
    std::vector<float> scales;
    scales.reserve(slices.count);
    std::vector<float> slice;
    for (std::size_t k = 0; k < slices.count; ++k) {
        slice.clear();
        for (std::size_t outer = 0; outer < slices.outer; ++outer) {
            const auto run =
                values.subspan((outer * slices.count + k) * slices.inner, slices.inner);
            slice.insert(slice.end(), run.begin(), run.end());
        }
        const auto scale = find_scale(quantizer, rule, slice);
        if (!scale) return scale.error();
        scales.push_back(scale.value());
    }
    return scales;
}

}  // namespace bitshed::quant
