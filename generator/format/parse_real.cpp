// Written numbers, read exactly: parse_real of real.hpp.

#include <algorithm>
#include <cctype>
#include <optional>

#include "format/real.hpp"
#include "support/text.hpp"

namespace bitshed::format {

namespace {

using boost::multiprecision::divide_qr;
using boost::multiprecision::pow;

// The greatest and least powers of ten that matter: 10^1234 > 2^4096 and 10^-328 < 2^-1088.
constexpr std::int64_t greatest_ten = 1234;
constexpr std::int64_t least_ten = -328;

/// The digits of a written number as a scanner finds them: value = 0.d1 d2 d3 ... * base^point,
/// times 2^scale. There is no leading zero; no digits means 0.
struct Digits {
    std::string text;
    std::int64_t point = 0;
    std::int64_t scale = 0;
};

bool is_digit(char c, int base) {
    const auto byte = static_cast<unsigned char>(c);
    return base == 16 ? std::isxdigit(byte) != 0 : std::isdigit(byte) != 0;
}

bool same_letters(std::string_view text, std::string_view lower_case) {
    return std::equal(
        text.begin(), text.end(), lower_case.begin(), lower_case.end(),
        [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

/// Takes a sign off the front of `text`; true for '-'.
bool take_sign(std::string_view& text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    return negative;
}

/// An optional sign and decimal digits. Nothing if it is not that; clamped far beyond any use.
std::optional<std::int64_t> scan_exponent(std::string_view text) {
    constexpr std::int64_t limit = 1'000'000'000'000'000;
    const bool negative = take_sign(text);
    if (text.empty()) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c, 10)) return std::nullopt;
        value = std::min(limit, value * 10 + (c - '0'));
    }
    return negative ? -value : value;
}

/// Digits with at most one point, then perhaps `marker` and an exponent. Nothing if it is not that.
std::optional<Digits> scan(std::string_view text, int base, char marker) {
    Digits digits;
    bool seen_digit = false;
    bool seen_point = false;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '.' && !seen_point) {
            seen_point = true;
        } else if (is_digit(c, base)) {
            seen_digit = true;
            if (c != '0' || !digits.text.empty()) {
                digits.text += c;
                if (!seen_point) ++digits.point;
            } else if (seen_point) {
                --digits.point;
            }
        } else {
            break;
        }
    }
    if (!seen_digit) return std::nullopt;
    if (at == text.size()) return digits;
    if (std::tolower(static_cast<unsigned char>(text[at])) != marker) return std::nullopt;
    const auto exponent = scan_exponent(text.substr(at + 1));
    if (!exponent) return std::nullopt;
    (base == 10 ? digits.point : digits.scale) += *exponent;
    return digits;
}

bool any_nonzero(std::string_view digits) {
    return digits.find_first_not_of('0') != std::string_view::npos;
}

/// A finite Real without trailing zero bits where it is exact.
Real reduced(Integer significand, std::int64_t exponent, bool sticky) {
    Real real{.class_ = Class::normal, .exponent = exponent, .sticky = sticky};
    if (!sticky) {
        const auto zeros = lsb(significand);
        significand >>= zeros;
        real.exponent += static_cast<std::int64_t>(zeros);
    }
    real.significand = std::move(significand);
    return real;
}

Real beyond_every_format() {
    return {.class_ = Class::normal,
            .significand = 1,
            .exponent = text_greatest_exponent,
            .sticky = true};
}

Real below_every_quantum() {
    return {.class_ = Class::normal, .exponent = text_least_exponent, .sticky = true};
}

Real from_decimal(const Digits& digits) {
    // The value lies in [10^(point - 1), 10^point).
    if (digits.point > greatest_ten) return beyond_every_format();
    if (digits.point <= least_ten) return below_every_quantum();

    // Digits below 10^-1088 decide nothing but sticky: every multiple of 2^-1088 is one of
    // 10^-1088, so none of them lies strictly inside what such digits can add.
    const auto kept =
        std::min(digits.text.size(), static_cast<std::size_t>(digits.point - text_least_exponent));
    const bool dropped = any_nonzero(std::string_view(digits.text).substr(kept));
    const Integer whole(digits.text.substr(0, kept));
    const std::int64_t last_place = digits.point - static_cast<std::int64_t>(kept);
    if (last_place >= 0)
        return reduced(whole * pow(Integer(10), static_cast<unsigned>(last_place)), 0, false);

    Integer quotient;
    Integer remainder;
    divide_qr(Integer(whole << static_cast<unsigned>(-text_least_exponent)),
              Integer(pow(Integer(10), static_cast<unsigned>(-last_place))), quotient, remainder);
    return reduced(std::move(quotient), text_least_exponent, remainder != 0 || dropped);
}

Real from_hex(const Digits& digits) {
    // The value lies in [2^(top - 4), 2^top).
    const std::int64_t top = 4 * digits.point + digits.scale;
    if (top - 4 >= text_greatest_exponent) return beyond_every_format();
    if (top <= text_least_exponent) return below_every_quantum();

    const auto kept =
        std::min(digits.text.size(), static_cast<std::size_t>((top - text_least_exponent + 3) / 4));
    const bool dropped = any_nonzero(std::string_view(digits.text).substr(kept));
    const std::int64_t last_place = top - 4 * static_cast<std::int64_t>(kept);
    return reduced(Integer("0x" + digits.text.substr(0, kept)), last_place, dropped);
}

std::optional<Real> parse_magnitude(std::string_view text) {
    if (same_letters(text, "inf") || same_letters(text, "infinity"))
        return Real{.class_ = Class::infinity};
    if (same_letters(text, "nan")) return Real{.class_ = Class::nan};
    const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
    const auto digits = is_hex ? scan(text.substr(2), 16, 'p') : scan(text, 10, 'e');
    if (!digits) return std::nullopt;
    if (digits->text.empty()) return Real{};
    return is_hex ? from_hex(*digits) : from_decimal(*digits);
}

}  // namespace

Result<Real> parse_real(std::string_view text) {
    std::string_view rest = text;
    const bool negative = take_sign(rest);
    auto real = parse_magnitude(rest);
    if (!real)
        return Error(ErrorKind::request, printable(text) + " is not a real number",
                     "a decimal (0.1, -3e-5), a C hexfloat (0x1.8p-3), inf, -inf or nan");
    real->negative = negative && real->class_ != Class::nan;
    return *std::move(real);
}

}  // namespace bitshed::format
