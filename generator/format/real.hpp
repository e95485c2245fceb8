// An exact real number on its way into a format, or one known to lie strictly between two exact
// ones. Rounding is done once, from this.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
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
    Integer significand = 0;  ///< never negative
    std::int64_t exponent = 0;
    bool sticky = false;
};

/// The exact value of a code.
Real to_real(const Format& format, std::uint32_t code);

/// A number written out is kept exactly where it is below 2^4096 and a whole multiple of 2^-1088;
/// what lies between two such multiples is bracketed with sticky. No format reaches so far: the
/// greatest values lie below 2^1256, the least quantum is 2^-1029 (biases of -1000 and 1000).
inline constexpr int text_greatest_exponent = 4096;
inline constexpr int text_least_exponent = -1088;

/// From text: decimal ("0.1", "-3e-5", ".5"), C hexfloat ("0x1.8p-3"), "inf", "-infinity", "nan"
/// (any case, an optional sign, no blanks). Exponents and digits may be as many as one likes. All
/// that is kept of a finite magnitude of 2^4096 or more is that it is that large: it comes back as
/// a bracket just above 2^4096. Error (request) where the text is none of these.
Result<Real> parse_real(std::string_view text);

/// A C hexfloat (as printf("%a") writes a double: "0x1.ep+8", "0x0p+0", "-0x0p+0"), "inf", "-inf",
/// "nan". Exact, without a limit on exponent or digits, and always normalized; not for Reals with
/// sticky.
std::string hexfloat(const Real& real);

/// A short decimal for people: exact where it takes at most 17 significant digits, else rounded to
/// them (to nearest, ties to even). Plain from 1e-6 up to below 1e17, else with an exponent. Not
/// for Reals with sticky.
std::string decimal(const Real& real);

}  // namespace bitshed::format
