// A number format of 2 to 32 bits as a value: widths, bias and the rule for its top codes.
// Every behaviour hangs on a field, never on a name; every derived fact is a function.
//
// Sources: "Shedding the Bits" (FPL 2024, arXiv 2311.12359) section II for `none`; OCP 8-bit
// Floating Point Specification (OFP8) 1.0, Table 2, for `fn` (its E4M3) and `ieee` (its E5M2);
// IEEE 754-2019 clause 3.4 for `ieee`; Noune et al., "8-bit Numerical Formats for Deep Neural
// Networks" (arXiv 2206.02915) for `fnuz`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bitshed::format {

/// What the bits of a code are.
enum class Family {
    minifloat,       ///< sign, exponent field, fraction
    signed_integer,  ///< two's complement over its whole range
    unsigned_integer,
};

/// What the top codes of a minifloat mean. Subnormals are always kept.
enum class Specials {
    none,  ///< every code is finite; +0 and -0
    fn,    ///< magnitude bits all ones: NaN; no infinity
    ieee,  ///< exponent field all ones: infinity where the fraction is 0, else NaN
    fnuz,  ///< the code of -0 is the only NaN; no infinity
};

/// A minifloat has 1 sign bit, then `exponent_bits`, then `fraction_bits` (least significant).
/// An integer has neither: its width stands in `integer_bits`.
struct Format {
    Family family = Family::minifloat;
    int exponent_bits = 0;  ///< E, 1..8; 0 for integers
    int fraction_bits = 0;  ///< M, 0..30; 0 for integers
    int bias = 0;           ///< exponent = exponent field - bias; -1000..1000; 0 for integers
    Specials specials = Specials::none;
    int integer_bits = 0;  ///< N of int<N> and uint<N>, 2..8; 0 for minifloats

    friend bool operator==(const Format&, const Format&) = default;
};

/// The least and greatest widths, in bits, and the limits of a minifloat's exponent.
inline constexpr int least_width = 2;
inline constexpr int greatest_operand_width = 8;
inline constexpr int greatest_width = 32;
inline constexpr int greatest_exponent_bits = 8;
inline constexpr int least_bias = -1000;
inline constexpr int greatest_bias = 1000;

/// A minifloat with the default bias of its kind (2^(E-1) - 1; fnuz: 2^(E-1)).
Format minifloat(int exponent_bits, int fraction_bits, Specials specials = Specials::none);
Format signed_integer(int bits);
Format unsigned_integer(int bits);

/// 2^(E-1) - 1, one higher for fnuz.
int default_bias(int exponent_bits, Specials specials);

constexpr bool is_minifloat(const Format& format) {
    return format.family == Family::minifloat;
}
/// False for uint only.
constexpr bool is_signed(const Format& format) {
    return format.family != Family::unsigned_integer;
}
/// The bits of a code.
constexpr int width(const Format& format) {
    return is_minifloat(format) ? 1 + format.exponent_bits + format.fraction_bits
                                : format.integer_bits;
}
/// As many ones as a code has bits.
constexpr std::uint32_t code_mask(const Format& format) {
    return ~std::uint32_t{0} >> (greatest_width - width(format));
}
/// The top bit of a minifloat or an int; 0 for uint.
constexpr std::uint32_t sign_mask(const Format& format) {
    return is_signed(format) ? std::uint32_t{1} << (width(format) - 1) : 0;
}
/// The bits of code_mask below the sign.
constexpr std::uint32_t magnitude_mask(const Format& format) {
    return code_mask(format) & ~sign_mask(format);
}

bool has_infinity(const Format& format);       ///< ieee only
bool has_nan(const Format& format);            ///< fn, fnuz, and ieee where M >= 1
bool has_specials(const Format& format);       ///< infinity or NaN
bool has_negative_zero(const Format& format);  ///< every minifloat but fnuz
/// A minifloat whose values have exponents to tell apart: E >= 2.
constexpr bool has_exponents(const Format& format) {
    return is_minifloat(format) && format.exponent_bits > 1;
}

/// The code of the largest finite value: +0 where a format has no other (e1m0fn, e1m0ieee).
std::uint32_t largest_finite_code(const Format& format);
/// The code of the least (most negative) finite value: -0 where a minifloat has no other; uint: 0.
std::uint32_t least_finite_code(const Format& format);
/// The code of the least positive normal value; nothing where no code is one (e1m0fn, e1m3ieee).
/// Integers: 1, for every nonzero integer counts as normal.
std::optional<std::uint32_t> least_normal_code(const Format& format);
/// The code of the least positive subnormal value; nothing where M = 0 and for integers.
std::optional<std::uint32_t> least_subnormal_code(const Format& format);
/// The code of +infinity or -infinity; only where has_infinity.
std::uint32_t infinity_code(const Format& format, bool negative);
/// The code of the NaN we produce; only where has_nan. ieee: the quiet NaN of sign 0 whose fraction
/// is a 1 and then zeros; fn: sign 0; fnuz: the only one.
std::uint32_t nan_code(const Format& format);

/// The exponent of the quantum, the weight of a subnormal's least fraction bit: every finite value
/// is a whole multiple of 2^quantum_exponent. 1 - bias - M for minifloats, 0 for integers.
int quantum_exponent(const Format& format);

/// "none", "fn", "ieee", "fnuz".
std::string_view kind_name(Specials specials);

/// The canonical name: e4m3, e4m3b11fnuz, int8. One format, one name.
std::string name(const Format& format);

}  // namespace bitshed::format
