// An exact real number on its way into a format, or one known to lie strictly between two exact
// ones. Rounding is done once, from this.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <string_view>

#include "format/decoded.hpp"
#include "support/result.hpp"

namespace bitshed::format {

using Integer = boost::multiprecision::cpp_int;

/// `class_` has precedence as in Decoded (subnormal is not used: a finite nonzero Real is normal).
/// A normal Real has magnitude significand * 2^exponent exactly, or, with `sticky`, lies strictly
/// between that and (significand + 1) * 2^exponent. With sticky the significand may be 0.
struct Real {
    Class class_ = Class::zero;
    bool negative = false;
    Integer significand = 0;
    std::int64_t exponent = 0;
    bool sticky = false;
};

/// The exact value of a code.
Real to_real(const Format& format, std::uint32_t code);

/// From text, exactly: decimal ("0.1", "-3e-5"), C hexfloat ("0x1.8p-3"), "inf", "-infinity",
/// "nan" (any case). Error (request) where it is none of these. Huge exponents are fine.
Result<Real> parse_real(std::string_view text);

/// A C hexfloat (as printf("%a") writes a double: "0x1.ep+8", "0x0p+0", "-0x0p+0"), "inf", "-inf",
/// "nan". Exact, without a limit on exponent or digits; not for Reals with sticky.
std::string hexfloat(const Real& real);

/// A short decimal for people: exact where it takes at most 17 significant digits, else rounded to them.
std::string decimal(const Real& real);

}  // namespace bitshed::format
