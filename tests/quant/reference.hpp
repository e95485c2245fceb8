// What quantizing means, one number at a time, written from the definition in quant/quantizer.hpp
// with the format library's exact rounding; and the formats that the tests walk through.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "format/decoded.hpp"
#include "format/encode.hpp"
#include "format/format.hpp"
#include "quant/quantizer.hpp"

namespace reference {

using bitshed::format::Class;
using bitshed::format::Format;
using bitshed::format::Real;
using bitshed::format::Specials;
using bitshed::quant::Quantizer;
using bitshed::quant::Range;

inline std::uint32_t bits_of(float x) {
    return std::bit_cast<std::uint32_t>(x);
}

/// The exact value of a float32, from its bits.
inline Real real_of(float x) {
    const std::uint32_t field = bits_of(x) >> 23 & 0xff;
    const std::uint32_t fraction = bits_of(x) & 0x7fffff;
    Real real{.negative = bits_of(x) >> 31 != 0};
    if (field == 0xff) {
        real.class_ = fraction == 0 ? Class::infinity : Class::nan;
    } else if (field != 0 || fraction != 0) {
        real.class_ = Class::normal;
        real.significand = field != 0 ? fraction | 0x800000 : fraction;
        real.exponent = static_cast<int>(field != 0 ? field : 1) - 150;
    }
    return real;
}

/// x / scale in float32; a finite x never becomes infinite.
inline float quotient(float x, float scale) {
    const float u = x / scale;
    return std::isinf(u) && !std::isinf(x) ? std::copysign(std::numeric_limits<float>::max(), x)
                                           : u;
}

/// The code of x. In a narrow range the least integer gives way to its neighbour.
inline std::uint32_t code(const Format& format, Range range, float x, float scale) {
    const auto found =
        *encode(format, real_of(quotient(x, scale)), bitshed::format::Overflow::saturate);
    const bool is_left_out = range == Range::narrow && found == sign_mask(format);
    return is_left_out ? found + 1 : found;
}

/// The value of a code as float32.
inline float value(const Format& format, std::uint32_t code) {
    const auto decoded = decode(format, code);
    const float sign = decoded.negative ? -1.0F : 1.0F;
    switch (decoded.class_) {
        case Class::nan:
            return std::numeric_limits<float>::quiet_NaN();
        case Class::infinity:
            return sign * std::numeric_limits<float>::infinity();
        case Class::zero:
            return sign * 0.0F;
        case Class::subnormal:
        case Class::normal:
            break;
    }
    return sign * static_cast<float>(
                      std::ldexp(static_cast<double>(decoded.significand), decoded.exponent));
}

inline float quantized(const Format& format, Range range, float x, float scale) {
    return value(format, code(format, range, x, scale)) * scale;
}

/// Equal bits, or both NaN.
inline bool same(float a, float b) {
    return bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b));
}

struct Case {
    Format format;
    Range range = Range::full;
};

/// Every integer, full and narrow, and every minifloat of 2..8 bits of every kind, with its default
/// bias and others of either parity, as far as they can be quantized to.
inline std::vector<Case> operand_cases() {
    std::vector<Case> cases;
    for (int bits = 2; bits <= 8; ++bits) {
        cases.push_back({bitshed::format::signed_integer(bits)});
        cases.push_back({bitshed::format::signed_integer(bits), Range::narrow});
        cases.push_back({bitshed::format::unsigned_integer(bits)});
        for (int exponent_bits = 1; exponent_bits < bits; ++exponent_bits)
            for (const Specials kind :
                 {Specials::none, Specials::fn, Specials::ieee, Specials::fnuz}) {
                Format format =
                    bitshed::format::minifloat(exponent_bits, bits - 1 - exponent_bits, kind);
                const int usual = format.bias;
                for (const int bias : {usual, usual + 1, -3, -20, 40, 127}) {
                    format.bias = bias;
                    if (Quantizer::make(format)) cases.push_back({format});
                }
            }
    }
    return cases;
}

/// Formats wider than a byte, among them those whose steps reach both ends of float32.
inline std::vector<Case> wide_cases() {
    using bitshed::format::minifloat;
    std::vector<Case> cases = {{minifloat(5, 10, Specials::ieee)},
                               {minifloat(8, 7, Specials::ieee)},
                               {minifloat(8, 23, Specials::ieee)},
                               {minifloat(7, 8)},
                               {minifloat(8, 0, Specials::ieee)},
                               {minifloat(7, 23)},
                               {minifloat(6, 22)},
                               {minifloat(1, 23, Specials::fnuz)},
                               {minifloat(8, 22, Specials::ieee)},
                               {minifloat(2, 20, Specials::fn)}};
    Format at_the_top = minifloat(3, 5);
    at_the_top.bias = -98;  // the quantum is 2^94
    cases.push_back({at_the_top});
    return cases;
}

}  // namespace reference
