// A number format of 2 to 32 bits as a value: widths, bias and the rule for its top codes.
// Every behaviour hangs on a field, never on a name; every derived fact is a function.
//
// Sources: "Shedding the Bits" (FPL 2024) section II for the rule `finite`; OCP 8-bit Floating
// Point Specification 1.0 for `fn` and `ieee`; IEEE 754-2019 clause 3.4 for `ieee`; Graphcore,
// AMD and Qualcomm (arXiv 2206.02915) for `fnuz`.
#pragma once

#include <cstdint>
#include <string>

namespace bitshed::format {

/// What the bits of a code are.
enum class Family {
    minifloat,         ///< sign, exponent field, fraction
    signed_integer,    ///< two's complement over its whole range
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
    int integer_bits = 0;   ///< N of int<N> and uint<N>, 2..8; 0 for minifloats

    friend bool operator==(const Format&, const Format&) = default;
};

/// The least and greatest widths, in bits.
inline constexpr int least_width = 2;
inline constexpr int greatest_operand_width = 8;
inline constexpr int greatest_width = 32;

/// A minifloat with the default bias of its kind (2^(E-1) - 1; fnuz: 2^(E-1)).
Format minifloat(int exponent_bits, int fraction_bits, Specials specials = Specials::none);
Format signed_integer(int bits);
Format unsigned_integer(int bits);

/// 2^(E-1) - 1, one higher for fnuz.
int default_bias(int exponent_bits, Specials specials);

int width(const Format& format);                    ///< bits of a code
bool is_minifloat(const Format& format);
bool is_signed(const Format& format);               ///< false for uint only
bool has_infinity(const Format& format);            ///< ieee only
bool has_nan(const Format& format);                 ///< ieee (M >= 1), fn, fnuz
bool has_negative_zero(const Format& format);       ///< minifloats but fnuz
std::uint32_t code_mask(const Format& format);      ///< width ones
std::uint32_t sign_mask(const Format& format);      ///< the sign bit of a minifloat or an int; 0 for uint

/// The code of the largest finite value, of the least (most negative) finite value, of +-infinity
/// (only where has_infinity) and of the NaN we produce (only where has_nan): for ieee the quiet
/// NaN with a fraction of 1 and zeros and sign 0, for fn sign 0, for fnuz the only one.
std::uint32_t largest_finite_code(const Format& format);
std::uint32_t least_finite_code(const Format& format);
std::uint32_t infinity_code(const Format& format, bool negative);
std::uint32_t nan_code(const Format& format);

/// The exponent of the quantum, the weight of a subnormal's least fraction bit: every finite value
/// is a whole multiple of 2^quantum_exponent. 1 - bias - M for minifloats, 0 for integers.
int quantum_exponent(const Format& format);

/// The canonical name: e4m3, e4m3b11fnuz, int8. One format, one name.
std::string name(const Format& format);

}  // namespace bitshed::format
