#include "proof/reference_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <climits>
#include <variant>

#include "format/decoded.hpp"
#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::proof {

using format::Family;
using format::Format;
using format::Specials;

namespace {

std::string constant(int bits, std::uint64_t value) {
    return fmt::format("{}'d{}", bits, value);
}

/// The most places that a significand is moved up.
int greatest_places(const Format& format) {
    return format::is_minifloat(format) ? std::max(0, (1 << format.exponent_bits) - 2) : 0;
}

int significand_bits(const Format& format) {
    return format::is_minifloat(format) ? format.fraction_bits + 1 : format.integer_bits;
}

/// Verilog conditions for the wire `name`; `field` is its exponent field.
std::string nan_condition(const std::string& name, const Format& format) {
    const int top = format::width(format) - 1;
    if (!format::has_nan(format)) return "1'b0";
    switch (format.specials) {
        case Specials::fn:
            return fmt::format("{}[{}:0] == {}", name, top - 1,
                               constant(top, format::magnitude_mask(format)));
        case Specials::ieee:
            return fmt::format("&{0}_field & {0}[{1}:0] != 0", name, format.fraction_bits - 1);
        case Specials::fnuz:
            return fmt::format("{} == {}", name, constant(top + 1, format::sign_mask(format)));
        case Specials::none:
            break;
    }
    return "1'b0";
}

std::string infinity_condition(const std::string& name, const Format& format) {
    if (!format::has_infinity(format)) return "1'b0";
    std::string condition = fmt::format("&{}_field", name);
    if (format.fraction_bits > 0)
        condition += fmt::format(" & {}[{}:0] == 0", name, format.fraction_bits - 1);
    return condition;
}

/// The exponent of the leading one of a finite value other than 0.
int leading_exponent(const format::Decoded& value) {
    return value.exponent + static_cast<int>(std::bit_width(value.significand)) - 1;
}

bool is_nonzero_finite(const format::Decoded& value) {
    return value.class_ == format::Class::subnormal || value.class_ == format::Class::normal;
}

struct CodePair {
    std::uint32_t weight = 0, activation = 0;
};

/// The pair whose product a seeded mistake turns. On a grid, the two least quanta. Where sums are
/// rounded, a pair with the greatest product that surely does not overflow: beyond it both signs
/// may be the same NaN, and far below the sum nobody sees a sign.
CodePair seeded_pair(const golden::Unit& unit) {
    if (golden::is_on_grid(unit)) return {1, 1};
    const Format& sum = std::get<golden::FloatAccumulator>(unit.accumulator).format;
    const auto largest = format::decode(sum, format::largest_finite_code(sum));
    // A format without a finite value other than 0 makes every sum overflow.
    const int limit = is_nonzero_finite(largest) ? leading_exponent(largest) - 2 : INT_MAX;
    CodePair best{1, 1};
    int greatest = INT_MIN;
    for (std::uint32_t w = 1; w <= format::magnitude_mask(unit.weight); ++w)
        for (std::uint32_t a = 1; a <= format::magnitude_mask(unit.activation); ++a) {
            const auto w_value = format::decode(unit.weight, w);
            const auto a_value = format::decode(unit.activation, a);
            if (!is_nonzero_finite(w_value) || !is_nonzero_finite(a_value)) continue;
            const int exponent = leading_exponent(w_value) + leading_exponent(a_value);
            if (exponent > limit || exponent <= greatest) continue;
            greatest = exponent;
            best = {w, a};
        }
    return best;
}

}  // namespace

std::string decode_text(const std::string& name, const Format& format) {
    const int top = format::width(format) - 1;
    if (!format::is_minifloat(format)) {
        const bool has_sign = format.family == Family::signed_integer;
        return fmt::format(
            "  wire {0}_negative = {1};\n"
            "  wire {0}_nan = 1'b0;\n"
            "  wire {0}_infinite = 1'b0;\n"
            "  wire [{2}:0] {0}_significand = {0}_negative ? ~{0} + 1'b1 : {0};\n"
            "  wire {0}_places = 1'b0;\n",
            name, has_sign ? fmt::format("{}[{}]", name, top) : "1'b0", top);
    }
    const int fraction = format.fraction_bits;
    const std::string hidden =
        fraction == 0 ? fmt::format("{}_field != 0", name)
                      : fmt::format("{{{0}_field != 0, {0}[{1}:0]}}", name, fraction - 1);
    return fmt::format(
        "  wire {0}_negative = {0}[{1}];\n"
        "  wire [{2}:0] {0}_field = {0}[{3}:{4}];\n"
        "  wire {0}_nan = {5};\n"
        "  wire {0}_infinite = {6};\n"
        "  wire [{4}:0] {0}_significand = {0}_nan | {0}_infinite ? {8} : {7};\n"
        "  wire [{2}:0] {0}_places = {0}_field == 0 ? {0}_field : {0}_field - 1'b1;\n",
        name, top, format.exponent_bits - 1, top - 1, fraction, nan_condition(name, format),
        infinity_condition(name, format), hidden, constant(fraction + 1, 0));
}

int magnitude_bits(const Format& format) {
    return significand_bits(format) + greatest_places(format);
}

int term_bits(const golden::Unit& unit) {
    return magnitude_bits(unit.weight) + magnitude_bits(unit.activation) + 1;
}

std::string lane_text(const golden::Unit& unit, Seeded seeded) {
    const Format &w = unit.weight, &a = unit.activation;
    const int value = magnitude_bits(w);
    const int multiple = value + significand_bits(a);
    std::string copies;
    for (int i = 0; i < significand_bits(a); ++i)
        copies += fmt::format("{}    ({{{}{{a_significand[{}]}}}} & (w_wide << {}))",
                              i == 0 ? "" : " +\n", multiple, i, i);
    const CodePair wrong = seeded_pair(unit);
    const std::string pair =
        seeded == Seeded::no
            ? "1'b0"
            : fmt::format("w == {} & a == {}", constant(format::width(w), wrong.weight),
                          constant(format::width(a), wrong.activation));
    return fill_page(templates::reference_lane_v,
                     {{"W_TOP", fmt::to_string(format::width(w) - 1)},
                      {"A_TOP", fmt::to_string(format::width(a) - 1)},
                      {"DECODE_W", decode_text("w", w)},
                      {"DECODE_A", decode_text("a", a)},
                      {"VALUE_TOP", fmt::to_string(value - 1)},
                      {"MULTIPLE_TOP", fmt::to_string(multiple - 1)},
                      {"COPIES", copies},
                      {"MAGNITUDE_TOP", fmt::to_string(term_bits(unit) - 2)},
                      {"SEEDED_PAIR", pair}});
}

namespace {

/// Where the places of a number lie to those of the format it is rounded to.
struct Places {
    int up;     ///< the magnitude is moved up so that its unit is not above the format's step
    int below;  ///< then this many places lie below the step
};

Places places_of(const Rounding& rounding) {
    const int below = format::quantum_exponent(rounding.format) - rounding.exponent;
    return {std::max(0, -below), std::max(0, below)};
}

int kept_bits(const Format& format) {
    return format::is_minifloat(format) ? format.fraction_bits + 1 : 1;
}

std::string padding(int zeros) {
    return zeros > 0 ? fmt::format("{{{}{{1'b0}}}}, ", zeros) : "";
}

std::string bit_text(bool value) {
    return value ? "1'b1" : "1'b0";
}

std::string integer_rounder(const std::string& name, const Rounding& rounding, Seeded seeded) {
    const Format& format = rounding.format;
    const int wide = std::max(rounder_bits(rounding), format.integer_bits + 1);
    const int top = format.integer_bits - 1;
    return fill_page(templates::reference_integer_rounder_v,
                     {{"NAME", name},
                      {"FORMAT", format::name(format)},
                      {"MAGNITUDE_TOP", fmt::to_string(rounding.bits - 1)},
                      {"CODE_TOP", fmt::to_string(top)},
                      {"WIDE", fmt::to_string(wide)},
                      {"PADDING", padding(wide - rounding.bits)},
                      {"UP", fmt::to_string(places_of(rounding).up)},
                      {"PLACES_BELOW", fmt::to_string(places_of(rounding).below)},
                      {"GREATEST", fmt::to_string(format::largest_finite_code(format))},
                      {"LEAST", fmt::to_string(format::sign_mask(format))},
                      {"ZERO", constant(top + 1, 0)},
                      {"SEEDED", bit_text(seeded == Seeded::yes)}});
}

}  // namespace

int rounder_bits(const Rounding& rounding) {
    const Places places = places_of(rounding);
    return std::max(rounding.bits + places.up, places.below + kept_bits(rounding.format));
}

std::string rounder_text(const std::string& name, const Rounding& rounding, Seeded seeded) {
    const Format& format = rounding.format;
    if (!format::is_minifloat(format)) return integer_rounder(name, rounding, seeded);
    const Places places = places_of(rounding);
    const int wide = rounder_bits(rounding);
    const int shifts = wide - places.below - format.fraction_bits;
    const int shift_bits = std::max(1, static_cast<int>(bit_length(static_cast<unsigned>(shifts))));
    const int bits = format::width(format);
    const int work = std::max(bits, shift_bits + format.fraction_bits) + 2;
    const bool saturates = rounding.overflow == format::Overflow::saturate;
    const auto code = [&](std::uint32_t value) { return constant(bits, value); };
    const std::string nan = code(format::has_nan(format) ? format::nan_code(format) : 0);
    const auto infinity = [&](bool negative) {
        if (format::has_infinity(format)) return code(format::infinity_code(format, negative));
        if (!saturates) return nan;
        return code(negative ? format::least_finite_code(format)
                             : format::largest_finite_code(format));
    };
    std::string beyond = nan;
    if (saturates)
        beyond = fmt::format("(negative ? {} : {})", code(format::least_finite_code(format)),
                             code(format::largest_finite_code(format)));
    else if (format::has_infinity(format))
        beyond = fmt::format("(negative ? {} : {})", infinity(true), infinity(false));
    return fill_page(templates::reference_float_rounder_v,
                     {{"NAME", name},
                      {"FORMAT", format::name(format)},
                      {"PLACES_BELOW", fmt::to_string(places.below)},
                      {"MAGNITUDE_TOP", fmt::to_string(rounding.bits - 1)},
                      {"CODE_TOP", fmt::to_string(bits - 1)},
                      {"MAGNITUDE_CODE_TOP", fmt::to_string(bits - 2)},
                      {"FRACTION", fmt::to_string(format.fraction_bits)},
                      {"SHIFTS", fmt::to_string(shifts)},
                      {"WIDE", fmt::to_string(wide)},
                      {"PADDING", padding(wide - rounding.bits)},
                      {"UP", fmt::to_string(places.up)},
                      {"SHIFT_TOP", fmt::to_string(shift_bits - 1)},
                      {"WORK_TOP", fmt::to_string(work - 1)},
                      {"WORK_ZERO", constant(work, 0)},
                      {"LARGEST", fmt::to_string(format::largest_finite_code(format))},
                      {"HAS_NEGATIVE_ZERO", bit_text(format::has_negative_zero(format))},
                      {"BEYOND", beyond},
                      {"SEEDED", bit_text(seeded == Seeded::yes)},
                      {"PLUS_INFINITY", infinity(false)},
                      {"MINUS_INFINITY", infinity(true)},
                      {"NAN", nan},
                      {"LOSES_NAN", bit_text(!format::has_nan(format))}});
}

}  // namespace bitshed::proof
