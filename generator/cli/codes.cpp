#include "cli/codes.hpp"

#include <fmt/format.h>

#include <optional>

#include "format/real.hpp"

namespace bitshed::cli {

namespace {

nlohmann::ordered_json value_or_null(const format::Format& format,
                                     const std::optional<std::uint32_t>& code) {
    if (!code) return nullptr;
    return value_hexfloat(format, *code);
}

}  // namespace

std::string code_hex(const format::Format& format, std::uint32_t code) {
    return fmt::format("0x{:0{}x}", code, (format::width(format) + 3) / 4);
}

std::string code_bits(const format::Format& format, std::uint32_t code) {
    std::string bits = fmt::format("{:0{}b}", code, format::width(format));
    if (!format::is_minifloat(format)) return bits;
    if (format.fraction_bits > 0)
        bits.insert(1 + static_cast<std::size_t>(format.exponent_bits), " ");
    return bits.insert(1, " ");
}

std::string value_hexfloat(const format::Format& format, std::uint32_t code) {
    return format::hexfloat(format::to_real(format, code));
}

std::string value_decimal(const format::Format& format, std::uint32_t code) {
    return format::decimal(format::to_real(format, code));
}

nlohmann::ordered_json facts(const format::Format& format) {
    return {
        {"name", format::name(format)},
        {"width", format::width(format)},
        {"signed", format::is_signed(format)},
        {"exponent_bits", format.exponent_bits},
        {"fraction_bits", format.fraction_bits},
        {"bias", format.bias},
        {"kind", format::kind_name(format.specials)},
        {"max", value_hexfloat(format, format::largest_finite_code(format))},
        {"min", value_hexfloat(format, format::least_finite_code(format))},
        {"min_normal", value_or_null(format, format::least_normal_code(format))},
        {"min_subnormal", value_or_null(format, format::least_subnormal_code(format))},
    };
}

}  // namespace bitshed::cli
