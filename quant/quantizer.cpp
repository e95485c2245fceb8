#include "quant/quantizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "format/decoded.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

using format::Class;
using format::Format;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float greatest_float = std::numeric_limits<float>::max();
constexpr int float_fraction_bits = 23;
constexpr int float_bias = 127;
/// Runs shorter than this are put together, with a scale for each element.
constexpr std::size_t short_run = 32;
constexpr std::size_t block_size = 1024;

/// The value of a code, exact where it is a double.
double value_of(const Format& format, std::uint32_t code) {
    const format::Decoded decoded = format::decode(format, code);
    const double sign = decoded.negative ? -1.0 : 1.0;
    switch (decoded.class_) {
        case Class::nan:
            return std::numeric_limits<double>::quiet_NaN();
        case Class::infinity:
            return sign * std::numeric_limits<double>::infinity();
        case Class::zero:
        case Class::subnormal:
        case Class::normal:
            break;
    }
    return sign * std::ldexp(static_cast<double>(decoded.significand), decoded.exponent);
}

double largest_of(const Format& format) {
    return value_of(format, format::largest_finite_code(format));
}

float least_of(const Format& format, Range range) {
    if (range == Range::narrow) return -static_cast<float>(largest_of(format));
    return static_cast<float>(value_of(format, format::least_finite_code(format)));
}

/// What keeps a format from being quantized to; empty where nothing does.
std::string obstacle(const Format& format) {
    if (largest_of(format) == 0) return "it has no value but 0";
    if (!format::is_minifloat(format)) return {};
    if (format.fraction_bits > float_fraction_bits)
        return fmt::format("its values have {} fraction bits, more than float32",
                           format.fraction_bits);
    if (largest_of(format) > static_cast<double>(greatest_float))
        return "its largest value is beyond float32";
    if (format.bias > float_bias) return "its least normal value is below that of float32";
    if (format::quantum_exponent(format) + float_fraction_bits > float_bias)
        return "its quantum is above 2^104";
    return {};
}

Rounding rounding_of(const Format& format, Range range) {
    Rounding rounding{
        .lowest = least_of(format, range),
        .highest = static_cast<float>(largest_of(format)),
        .zero = format::has_negative_zero(format) ? -0.0F : 0.0F,
        .pass_above = format::has_infinity(format) ? greatest_float : infinity,
        .quantum_power = std::ldexp(1.0F, format::quantum_exponent(format) + float_fraction_bits),
        .least_normal = infinity,
    };
    if (!format::is_minifloat(format)) return rounding;

    rounding.least_normal = std::ldexp(1.0F, 1 - format.bias);
    rounding.dropped = static_cast<std::uint32_t>(float_fraction_bits - format.fraction_bits);
    const int power_of_highest = std::ilogb(rounding.highest) + static_cast<int>(rounding.dropped);
    if (format.fraction_bits == 0 || format.fraction_bits == float_fraction_bits ||
        power_of_highest > float_bias) {
        rounding.method = Method::carry;
        rounding.parity_mask = rounding.dropped > 0 ? 1 : 0;
        rounding.below_half =
            rounding.dropped > 0 ? (std::uint32_t{1} << (rounding.dropped - 1)) - 1 : 0;
        // Without fraction bits the last bit is that of the exponent field; the biases differ.
        rounding.odd_when = format.fraction_bits == 0
                                ? static_cast<std::uint32_t>(float_bias - format.bias) & 1
                                : 0;
    }
    return rounding;
}

/// Calls run(at, size, scale) or each(at, size, scales of the elements) until all elements have had
/// their turn.
template <class Run, class Each>
void with_scales(const Slices& slices, std::span<const float> scales, Run run, Each each) {
    check(scales.size() == slices.count, "every slice has a scale");
    if (slices.size() == 0) return;
    if (slices.inner >= short_run || slices.count == 1) {
        const std::size_t run_size = slices.count == 1 ? slices.size() : slices.inner;
        for (std::size_t at = 0, k = 0; at < slices.size(); at += run_size, ++k)
            run(at, run_size, scales[k % slices.count]);
        return;
    }
    const std::size_t row = slices.count * slices.inner;
    const std::size_t rows = std::clamp<std::size_t>(block_size / row, 1, slices.outer);
    std::vector<float> expanded;
    expanded.reserve(rows * row);
    for (std::size_t filled = 0; filled < rows; ++filled)
        for (const float scale : scales) expanded.insert(expanded.end(), slices.inner, scale);
    for (std::size_t at = 0; at < slices.size(); at += expanded.size())
        each(at, std::min(expanded.size(), slices.size() - at), expanded.data());
}

/// The codes of values of the format, infinities and NaN.
void codes_of(const Format& format, const Rounding& rounding, std::span<const float> values,
              std::uint8_t* codes) {
    if (!format::is_minifloat(format)) {
        for (std::size_t i = 0; i < values.size(); ++i)
            codes[i] = static_cast<std::uint8_t>(
                static_cast<std::uint32_t>(static_cast<std::int32_t>(values[i])) &
                format::code_mask(format));
        return;
    }
    const std::uint32_t sign = format::sign_mask(format);
    const auto below_fields = static_cast<std::uint32_t>(float_bias - format.bias)
                              << static_cast<unsigned>(format.fraction_bits);
    const std::uint32_t infinity_code =
        format::has_infinity(format) ? format::infinity_code(format, false) : 0;
    const std::uint32_t nan_code = format::has_nan(format) ? format::nan_code(format) : 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(values[i]);
        const float size = std::fabs(values[i]);
        const std::uint32_t quanta = std::bit_cast<std::uint32_t>(size + rounding.quantum_power) &
                                     ((std::uint32_t{1} << float_fraction_bits) - 1);
        const std::uint32_t normal =
            ((bits & ~(std::uint32_t{1} << 31)) >> rounding.dropped) - below_fields;
        std::uint32_t code = size < rounding.least_normal ? quanta : normal;
        code = size == infinity ? infinity_code : code;
        code |= (bits >> 31) != 0 ? sign : 0;
        code = std::isnan(values[i]) ? nan_code : code;
        codes[i] = static_cast<std::uint8_t>(code);
    }
}

void check_codes_are_bytes(const Format& format) {
    check(format::width(format) <= format::greatest_operand_width, "a code fits a byte");
}

}  // namespace

Quantizer::Quantizer(const Format& format, Range range)
    : format_(format), range_(range), rounding_(rounding_of(format, range)) {}

Result<Quantizer> Quantizer::make(const Format& format, Range range) {
    std::vector<Complaint> complaints;
    if (const std::string why = obstacle(format); !why.empty())
        complaints.push_back(
            {fmt::format("{} cannot be quantized to: {}", format::name(format), why),
             "formats whose values are float32 numbers: at most 23 fraction bits, a bias of at "
             "most 127, a largest value above 0 and below 2^128, a quantum of at most 2^104"});
    if (range == Range::narrow && format.family != format::Family::signed_integer)
        complaints.push_back({fmt::format("{} has no narrow range", format::name(format)),
                              "int2 to int8, whose least value it leaves out"});
    if (!complaints.empty()) return Error(ErrorKind::request, complaints);
    return Quantizer(format, range);
}

bool Quantizer::allows_scale(float scale) const {
    const float greatest = std::max(rounding_.highest, -rounding_.lowest);
    return scale > 0 && scale < infinity && greatest * scale < infinity;
}

Outcome Quantizer::no_nan(std::span<const float> in, bool saw_nan) const {
    if (!saw_nan || format::has_nan(format_)) return success();
    const auto first = std::find_if(in.begin(), in.end(), [](float x) { return std::isnan(x); });
    return Error(ErrorKind::request,
                 fmt::format("element {} is NaN, and {} has none", first - in.begin(),
                             format::name(format_)),
                 "numbers and infinities, or a format of kind fn, fnuz or ieee");
}

Outcome Quantizer::quantize(std::span<const float> in, float scale, std::span<float> out) const {
    return quantize(in, whole(in.size()), {&scale, 1}, out);
}

Outcome Quantizer::quantize(std::span<const float> in, const Slices& slices,
                            std::span<const float> scales, std::span<float> out) const {
    check(in.size() == out.size() && in.size() == slices.size(), "in and out have one size");
    for (const float scale : scales) check(allows_scale(scale), "a scale that is used is allowed");
    bool nan = false;
    with_scales(
        slices, scales,
        [&](std::size_t at, std::size_t size, float scale) {
            nan |= round_run(rounding_, &in[at], &out[at], size, scale, scale);
        },
        [&](std::size_t at, std::size_t size, const float* each) {
            nan |= round_each(rounding_, &in[at], &out[at], size, each, each);
        });
    return no_nan(in, nan);
}

Outcome Quantizer::encode(std::span<const float> in, float scale,
                          std::span<std::uint8_t> codes) const {
    return encode(in, whole(in.size()), {&scale, 1}, codes);
}

Outcome Quantizer::encode(std::span<const float> in, const Slices& slices,
                          std::span<const float> scales, std::span<std::uint8_t> codes) const {
    check_codes_are_bytes(format_);
    check(in.size() == codes.size() && in.size() == slices.size(), "in and codes have one size");
    for (const float scale : scales) check(allows_scale(scale), "a scale that is used is allowed");
    std::array<float, block_size> values;
    const std::vector<float> ones(block_size, 1.0F);
    bool nan = false;
    const auto by_blocks = [&](std::size_t at, std::size_t size, auto round) {
        for (std::size_t done = 0; done < size; done += block_size) {
            const std::size_t part = std::min(block_size, size - done);
            nan |= round(at + done, done, part);
            codes_of(format_, rounding_, std::span(values).first(part), &codes[at + done]);
        }
    };
    with_scales(
        slices, scales,
        [&](std::size_t at, std::size_t size, float scale) {
            by_blocks(at, size, [&](std::size_t from, std::size_t, std::size_t part) {
                return round_run(rounding_, &in[from], values.data(), part, scale, 1.0F);
            });
        },
        [&](std::size_t at, std::size_t size, const float* each) {
            by_blocks(at, size, [&](std::size_t from, std::size_t done, std::size_t part) {
                return round_each(rounding_, &in[from], values.data(), part, each + done,
                                  ones.data());
            });
        });
    return no_nan(in, nan);
}

void Quantizer::decode(std::span<const std::uint8_t> codes, float scale,
                       std::span<float> out) const {
    decode(codes, whole(codes.size()), {&scale, 1}, out);
}

void Quantizer::decode(std::span<const std::uint8_t> codes, const Slices& slices,
                       std::span<const float> scales, std::span<float> out) const {
    check_codes_are_bytes(format_);
    check(codes.size() == out.size() && codes.size() == slices.size(),
          "codes and out have one size");
    std::array<float, std::size_t{1} << format::greatest_operand_width> table{};
    for (std::uint32_t code = 0; code <= format::code_mask(format_); ++code)
        table[code] = static_cast<float>(value_of(format_, code));
    const auto value = [&](std::uint8_t code) {
        check(code <= format::code_mask(format_), "a code that is decoded fits the format's width");
        return table[code];
    };
    with_scales(
        slices, scales,
        [&](std::size_t at, std::size_t size, float scale) {
            for (std::size_t i = at; i < at + size; ++i) out[i] = value(codes[i]) * scale;
        },
        [&](std::size_t at, std::size_t size, const float* each) {
            for (std::size_t i = 0; i < size; ++i) out[at + i] = value(codes[at + i]) * each[i];
        });
}

double Quantizer::squared_error(std::span<const float> in, float scale) const {
    check(allows_scale(scale), "a scale that is used is allowed");
    std::array<float, block_size> rounded;
    double sum = 0;
    for (std::size_t at = 0; at < in.size(); at += block_size) {
        const std::size_t size = std::min(block_size, in.size() - at);
        round_run(rounding_, &in[at], rounded.data(), size, scale, scale);
        sum += squared_distance(&in[at], rounded.data(), size);
    }
    return sum;
}

}  // namespace bitshed::quant
