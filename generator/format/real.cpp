#include "format/real.hpp"

#include <fmt/format.h>

#include "support/check.hpp"

namespace bitshed::format {

namespace {

using boost::multiprecision::pow;

/// What a class other than normal is printed as; nothing for normal.
std::string_view special_text(const Real& real, std::string_view zero,
                              std::string_view minus_zero) {
    check(!real.sticky, "a real that is printed is exact");
    switch (real.class_) {
        case Class::nan:
            return "nan";
        case Class::infinity:
            return real.negative ? "-inf" : "inf";
        case Class::zero:
            return real.negative ? minus_zero : zero;
        case Class::subnormal:
        case Class::normal:
            break;
    }
    return {};
}

/// Decimal digits without trailing zeros, and the power of ten of the first: 480 is "48" and 2.
struct Scientific {
    std::string digits;
    std::int64_t exponent = 0;
};

Scientific exact_decimal(const Real& real) {
    Integer whole = real.significand;
    std::int64_t last_place = 0;
    if (real.exponent >= 0) {
        whole <<= static_cast<unsigned>(real.exponent);
    } else {  // n / 2^k = n * 5^k / 10^k
        whole *= pow(Integer(5), static_cast<unsigned>(-real.exponent));
        last_place = real.exponent;
    }
    Scientific result{.digits = whole.str()};
    result.exponent = last_place + static_cast<std::int64_t>(result.digits.size()) - 1;
    result.digits.erase(result.digits.find_last_not_of('0') + 1);
    return result;
}

Scientific rounded(Scientific value, std::size_t most_digits) {
    if (value.digits.size() <= most_digits) return value;
    // There are no trailing zeros: a lone 5 is a tie, anything after it is more than one.
    const std::string rest = value.digits.substr(most_digits);
    value.digits.resize(most_digits);
    const bool is_odd = (value.digits.back() - '0') % 2 != 0;
    if (rest > "5" || (rest == "5" && is_odd)) {
        while (!value.digits.empty() && value.digits.back() == '9') value.digits.pop_back();
        if (value.digits.empty()) return {.digits = "1", .exponent = value.exponent + 1};
        ++value.digits.back();
    }
    value.digits.erase(value.digits.find_last_not_of('0') + 1);
    return value;
}

}  // namespace

Real to_real(const Format& format, std::uint32_t code) {
    const Decoded decoded = decode(format, code);
    const bool is_finite = decoded.class_ == Class::normal || decoded.class_ == Class::subnormal;
    return {.class_ = is_finite ? Class::normal : decoded.class_,
            .negative = decoded.negative,
            .significand = decoded.significand,
            .exponent = decoded.exponent};
}

std::string hexfloat(const Real& real) {
    const auto special = special_text(real, "0x0p+0", "-0x0p+0");
    if (!special.empty()) return std::string(special);

    // The bits below the top one, four to a hex digit from the left.
    const unsigned top = msb(real.significand);
    const unsigned digit_count = (top + 3) / 4;
    const Integer aligned = real.significand << (4 * digit_count - top);
    std::string digits;
    for (unsigned i = digit_count; i-- > 0;)
        digits += "0123456789abcdef"[static_cast<unsigned>((aligned >> 4 * i) & 0xf)];
    digits.erase(digits.find_last_not_of('0') + 1);
    if (!digits.empty()) digits.insert(0, 1, '.');
    return fmt::format("{}0x1{}p{:+}", real.negative ? "-" : "", digits, real.exponent + top);
}

std::string decimal(const Real& real) {
    const auto special = special_text(real, "0", "-0");
    if (!special.empty()) return std::string(special);

    constexpr std::size_t most_digits = 17;
    const Scientific value = rounded(exact_decimal(real), most_digits);
    const std::string_view sign = real.negative ? "-" : "";
    const auto count = static_cast<std::int64_t>(value.digits.size());
    if (value.exponent < -6 || value.exponent >= static_cast<std::int64_t>(most_digits)) {
        const std::string fraction = value.digits.substr(1);
        return fmt::format("{}{}{}{}e{:+03}", sign, value.digits[0], fraction.empty() ? "" : ".",
                           fraction, value.exponent);
    }
    if (value.exponent < 0) {
        const std::string zeros(static_cast<std::size_t>(-value.exponent - 1), '0');
        return fmt::format("{}0.{}{}", sign, zeros, value.digits);
    }
    const std::int64_t before_point = value.exponent + 1;
    if (count <= before_point) {
        const std::string zeros(static_cast<std::size_t>(before_point - count), '0');
        return fmt::format("{}{}{}", sign, value.digits, zeros);
    }
    const auto split_at = static_cast<std::size_t>(before_point);
    return fmt::format("{}{}.{}", sign, value.digits.substr(0, split_at),
                       value.digits.substr(split_at));
}

}  // namespace bitshed::format
