#include "mac/build.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mac/align.hpp"
#include "mac/grid.hpp"
#include "mac/multiply.hpp"
#include "mac/operand.hpp"
#include "support/check.hpp"

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

/// On which pipeline stage each part of the datapath works.
struct StagePlan {
    int multiply, align, blocks, accumulate;
};

/// One register goes behind the product, the next before the adder; then the multiplier and the
/// shifter are cut.
StagePlan plan_stages(int stages) {
    switch (stages) {
        case 0:
            return {0, 0, 0, 0};
        case 1:
            return {0, 1, 1, 1};
        case 2:
            return {0, 1, 1, 2};
        case 3:
            return {1, 2, 2, 3};
        default:
            return {1, 2, 3, 4};
    }
}

/// What is added to the accumulator for a pair: term + carry, in two's complement.
struct Term {
    Value value;  ///< as wide as the accumulator
    Value carry;
};

/// The flags of a pair that is not finite; they accumulate by or: +infinity and -infinity make NaN.
struct PairSpecials {
    Value positive;  ///< +infinity or NaN
    Value negative;  ///< -infinity or NaN
};

class MacBuilder {
  public:
    explicit MacBuilder(const MacSpec& spec)
        : spec_(spec),
          stages_(plan_stages(spec.stages)),
          b_(module_name(spec)),
          accumulator_bits_(static_cast<unsigned>(spec.accumulator.bits)) {}

    rtl::Module build() {
        check(spec_.accumulator.kind == AccumulatorKind::exact && spec_.lanes == 1 &&
                  !spec_.result && spec_.handshake == Handshake::none,
              "the spec asks for what is built so far");
        b_.clock("clk_i", "clock, rising edge");
        const Value clear =
            b_.input("clear_i", 1, "clear", "drops this cycle's pair and sets the sum to +0");
        if (spec_.enable == Enable::present)
            b_.enable("en_i", "low: the unit holds, clear included");
        const Value w = b_.input("w_i", static_cast<unsigned>(format::width(spec_.weight)),
                                 "weight", format::name(spec_.weight));
        const Value a = b_.input("a_i", static_cast<unsigned>(format::width(spec_.activation)),
                                 "activation", format::name(spec_.activation));
        const bool integers =
            !format::is_minifloat(spec_.weight) && !format::is_minifloat(spec_.activation);
        const Term term = integers ? integer_term(w, a) : minifloat_term(w, a);
        accumulate(term, clear);
        return b_.finish();
    }

  private:
    /// Two integers: the product needs no alignment.
    Term integer_term(Value w, Value a) {
        b_.section("multiply", {}, stages_.multiply);
        if (!format::is_signed(spec_.weight) && !format::is_signed(spec_.activation)) {
            const Value product = multiply_unsigned(b_, w, a);
            b_.section("accumulate", {}, stages_.accumulate);
            return {fitted(product, b_.constant(1, 0)), b_.constant(1, 0)};
        }
        const SignedProduct booth = multiply_booth(b_, spec_.weight, w, spec_.activation, a);
        b_.section("accumulate", {}, stages_.accumulate);
        return {fitted(booth.product, booth.product.bit(booth.product.width() - 1)), booth.carry};
    }

    Term minifloat_term(Value w, Value a) {
        b_.section("decode",
                   {"A minifloat is (-1)^negative * significand * 2^(shift - 1) quanta; its "
                    "quantum is that of",
                    "the least subnormal."},
                   0);
        const bool always_zero = product_range(spec_.weight, spec_.activation).greatest == 0;
        const Shifting shifting = always_zero ? Shifting::needless : Shifting::needed;
        DecodedOperand weight = decode_operand(b_, spec_.weight, w, "w", shifting);
        const DecodedOperand activation = decode_operand(b_, spec_.activation, a, "a", shifting);
        const std::optional<Value> special = find_specials(weight, activation);

        b_.section("multiply", {}, stages_.multiply);
        const Value negative = product_sign(weight, activation);
        if (special)
            weight.significand =
                b_.name("w_significand_finite",
                        weight.significand & ~b_.repeat(*special, weight.significand.width()),
                        "a pair that is not finite adds nothing");
        Value product = multiply_unsigned(b_, weight.significand, activation.significand);
        if (always_zero)
            product =
                b_.name("product_set", b_.any(product), "never: the only finite product is 0");
        const Value signed_product =
            b_.name("signed_product", product ^ b_.repeat(negative, product.width()),
                    "one's complement where negative: the 1 is carried in below");
        return align_product(weight, activation, signed_product, negative);
    }

    Term align_product(const DecodedOperand& weight, const DecodedOperand& activation,
                       Value signed_product, Value negative) {
        const ProductRange range = product_range(spec_.weight, spec_.activation);
        const auto magnitude_bits =
            static_cast<unsigned>(twos_complement_width(-range.greatest, range.greatest)) - 1;
        const unsigned places = std::min(std::max(magnitude_bits, 1u), accumulator_bits_);
        if (!weight.shift && !activation.shift) {
            b_.section("accumulate", {}, stages_.accumulate);
            return {fitted(signed_product, negative), negative};
        }
        const unsigned least = (weight.shift ? 1u : 0u) + (activation.shift ? 1u : 0u);
        const Value shift = sum_of_shifts(weight, activation);
        b_.section("align",
                   {fmt::format("The product moves up by the sum of both shifts{}.",
                                least == 2 ? ", which is at least 2" : ", which is at least 1")},
                   stages_.align);
        const Value term =
            align(b_, {signed_product, shift, least, places, negative}, stages_.blocks);
        b_.section("accumulate", {}, stages_.accumulate);
        return {fitted(term, negative), negative};
    }

    Value sum_of_shifts(const DecodedOperand& weight, const DecodedOperand& activation) {
        if (!weight.shift || !activation.shift) {
            const Value only = weight.shift ? *weight.shift : *activation.shift;
            return b_.name("shift", only, "only one operand has an exponent");
        }
        const unsigned greatest =
            (1u << weight.shift->width()) + (1u << activation.shift->width()) - 2;
        unsigned width = 1;
        while ((greatest >> width) != 0) ++width;
        return b_.name(
            "shift",
            b_.zero_extended(*weight.shift, width) + b_.zero_extended(*activation.shift, width),
            "of the product");
    }

    Value product_sign(const DecodedOperand& weight, const DecodedOperand& activation) {
        if (!weight.negative)
            return b_.name("negative", *activation.negative, "sign of the product");
        if (!activation.negative)
            return b_.name("negative", *weight.negative, "sign of the product");
        return b_.name("negative", *weight.negative ^ *activation.negative, "sign of the product");
    }

    /// Makes the pair's flags where an operand has NaN or infinity; gives "the pair is not finite".
    std::optional<Value> find_specials(const DecodedOperand& weight,
                                       const DecodedOperand& activation) {
        const auto either = [&](const std::optional<Value>& x, const std::optional<Value>& y) {
            return !x ? y : !y ? x : std::optional<Value>(*x | *y);
        };
        const std::optional<Value> nans = either(weight.nan, activation.nan);
        const std::optional<Value> infinities = either(weight.infinity, activation.infinity);
        if (!nans && !infinities) return std::nullopt;
        b_.section("special values",
                   {"NaN and infinity are flags beside the sum: +infinity and -infinity each set a "
                    "bit, NaN both,",
                    "so that or obeys IEEE 754. Infinity times zero is NaN."},
                   0);
        std::optional<Value> nan = nans;
        if (weight.infinity) nan = either(nan, *weight.infinity & is_zero(activation, "a"));
        if (activation.infinity) nan = either(nan, *activation.infinity & is_zero(weight, "w"));
        const Value nan_pair =
            b_.name("nan_pair", nan ? *nan : b_.constant(1, 0), "the product is NaN");
        const Value negative = *weight_or_activation_sign(weight, activation);
        if (infinities) {
            const Value infinite = b_.name("infinite_pair", *infinities, "an operand is infinite");
            specials_ = PairSpecials{
                b_.name("adds_positive", nan_pair | (infinite & ~negative), "+infinity or NaN"),
                b_.name("adds_negative", nan_pair | (infinite & negative), "-infinity or NaN")};
            return b_.name("special_pair", nan_pair | infinite, "the product is not finite");
        }
        specials_ = PairSpecials{nan_pair, nan_pair};
        return nan_pair;
    }

    std::optional<Value> weight_or_activation_sign(const DecodedOperand& weight,
                                                   const DecodedOperand& activation) {
        if (!weight.negative) return activation.negative;
        if (!activation.negative) return weight.negative;
        return *weight.negative ^ *activation.negative;
    }

    Value is_zero(const DecodedOperand& operand, const std::string& prefix) {
        return b_.name(prefix + "_zero", ~b_.any(operand.significand), "");
    }

    /// As wide as the accumulator: cut, or continued with copies of `fill`.
    Value fitted(Value value, Value fill) {
        if (value.width() > accumulator_bits_) return value(accumulator_bits_ - 1, 0);
        return b_.extended(value, accumulator_bits_, fill);
    }

    void accumulate(const Term& term, Value clear) {
        const Value acc = b_.reg("acc_q", accumulator_bits_, "the sum, two's complement");
        const Value next = b_.name("acc_d", b_.add(acc, term.value, term.carry), "");
        b_.connect(acc, next, clear);
        b_.output("acc_o", acc, "accumulator",
                  fmt::format("the sum in units of 2^{}, two's complement",
                              spec_.accumulator.lsb_exponent));
        if (!specials_) return;
        const Value special =
            b_.reg("special_q", 2, "0 finite, 1 +infinity, 2 -infinity, 3 NaN; sticks until clear");
        b_.connect(special,
                   b_.name("special_d",
                           special | b_.concat({specials_->negative, specials_->positive}), ""),
                   clear);
        b_.output("special_o", special, "special", "0 finite, 1 +infinity, 2 -infinity, 3 NaN");
    }

    const MacSpec& spec_;
    StagePlan stages_;
    Builder b_;
    unsigned accumulator_bits_;
    std::optional<PairSpecials> specials_;
};

}  // namespace

rtl::Module build_mac(const MacSpec& spec) {
    return MacBuilder(spec).build();
}

}  // namespace bitshed::mac
