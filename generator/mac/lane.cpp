#include "mac/lane.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mac/grid.hpp"
#include "mac/multiply_cells.hpp"
#include "mac/multiply_rows.hpp"
#include "mac/twos_complement.hpp"

namespace bitshed::mac {

using rtl::Builder;
using rtl::Value;

namespace {

std::optional<Value> either(const std::optional<Value>& x, const std::optional<Value>& y) {
    return !x ? y : !y ? x : std::optional<Value>(*x | *y);
}

}  // namespace

LanePlan plan_lanes(const MacSpec& spec, unsigned kept_places) {
    LanePlan plan;
    plan.integers = !format::is_minifloat(spec.weight) && !format::is_minifloat(spec.activation);
    plan.has_specials = format::has_specials(spec.weight) || format::has_specials(spec.activation);
    const ProductRange range = product_range(spec.weight, spec.activation);
    plan.always_zero = range.greatest == 0;
    plan.has_table = spec.architecture.product == Product::table;
    plan.moves = !plan.has_table && !plan.always_zero &&
                 (format::has_exponents(spec.weight) || format::has_exponents(spec.activation));
    plan.least_shift = (format::has_exponents(spec.weight) ? 1u : 0u) +
                       (format::has_exponents(spec.activation) ? 1u : 0u);
    const auto product_bits =
        static_cast<unsigned>(twos_complement_width(-range.greatest, range.greatest)) - 1;
    plan.places = std::min(std::max(product_bits, 1u), kept_places);
    return plan;
}

unsigned most_parts_of_multiplier(const MacSpec& spec, const LanePlan& plan) {
    if (plan.has_table) return 1;
    // A lane knows it, whatever it is built in.
    Builder b("scratch");
    const auto code = [&](const char* name, const format::Format& format) {
        return b.input(name, static_cast<unsigned>(format::width(format)), "", "");
    };
    const Value w = code("w_i", spec.weight), a = code("a_i", spec.activation);
    b.section("multiply", {}, 0);
    Lane lane(b, spec, plan, w, a);
    if (plan.integers) return lane.integer_multiplier()->most_parts();
    lane.decode();
    return lane.significand_multiplier()->most_parts();
}

Lane::Lane(Builder& builder, const MacSpec& spec, const LanePlan& plan, Value w, Value a)
    : b_(builder), spec_(spec), plan_(plan), w_(w), a_(a) {}

void Lane::decode() {
    if (plan_.has_table) {
        const auto sign_bit = [](const Value& code) { return code.width() - 1; };
        const Value w_negative = b_.name("w_negative", w_.bit(sign_bit(w_)), "sign");
        const Value a_negative = b_.name("a_negative", a_.bit(sign_bit(a_)), "sign");
        negative_ = b_.name("negative", w_negative ^ a_negative, "sign of the product");
        magnitudes_ =
            b_.name("magnitudes", b_.concat({w_(sign_bit(w_) - 1, 0), a_(sign_bit(a_) - 1, 0)}),
                    "both codes without their signs");
        return;
    }
    const Shifting shifting = plan_.always_zero ? Shifting::needless : Shifting::needed;
    weight_ = decode_operand(b_, spec_.weight, w_, "w", shifting);
    activation_ = decode_operand(b_, spec_.activation, a_, "a", shifting);
}

Value Lane::is_zero(const DecodedOperand& operand, const char* name) {
    return b_.name(name, ~b_.any(operand.significand), "");
}

Value Lane::sign() const {
    if (!weight_->negative) return *activation_->negative;
    if (!activation_->negative) return *weight_->negative;
    return *weight_->negative ^ *activation_->negative;
}

void Lane::find_specials() {
    const std::optional<Value> infinite = either(weight_->infinity, activation_->infinity);
    std::optional<Value> nan = either(weight_->nan, activation_->nan);
    if (weight_->infinity) nan = either(nan, *weight_->infinity & is_zero(*activation_, "a_zero"));
    if (activation_->infinity)
        nan = either(nan, *activation_->infinity & is_zero(*weight_, "w_zero"));
    const Value nan_pair = b_.name("nan_pair", *nan, "the product is NaN");
    if (!infinite) {
        flags_ = Flags{nan_pair, nan_pair};
        special_pair_ = nan_pair;
        return;
    }
    const Value infinite_pair = b_.name("infinite_pair", *infinite, "an operand is infinite");
    const Value minus = b_.name("pair_negative", sign(), "sign of an infinity");
    flags_ =
        Flags{b_.name("adds_positive", nan_pair | (infinite_pair & ~minus), "+infinity or NaN"),
              b_.name("adds_negative", nan_pair | (infinite_pair & minus), "-infinity or NaN")};
    special_pair_ = b_.name("special_pair", nan_pair | infinite_pair, "the product is not finite");
}

bool Lane::is_two_s_complement() const {
    return has_signed_factors(spec_.weight, spec_.activation);
}

bool Lane::makes_star() const {
    return spec_.architecture.product == Product::dsp ||
           spec_.architecture.product == Product::packed;
}

RowOrder Lane::row_order() const {
    return spec_.architecture.product == Product::tree ? RowOrder::tree : RowOrder::chain;
}

Factors Lane::factors() {
    using Kind = Factor::Kind;
    if (is_two_s_complement()) {
        const auto factor = [&](const format::Format& format, Value code) {
            return Factor{as_signed(b_, format, code), Kind::twos_complement};
        };
        return {factor(spec_.weight, w_), factor(spec_.activation, a_)};
    }
    if (plan_.integers) return {{w_, Kind::magnitude}, {a_, Kind::magnitude}};
    return {{finite_significand(), Kind::magnitude}, {activation_->significand, Kind::magnitude}};
}

std::unique_ptr<Multiplier> Lane::integer_multiplier() {
    if (makes_star() && is_two_s_complement())
        return integer_multiplier_of_tools(b_, spec_.weight, w_, spec_.activation, a_);
    if (makes_star()) return multiplier_of_tools(b_, w_, a_);
    if (spec_.architecture.cells == Cells::ecp5) {
        const auto factor = [](const format::Format& format, Value code) {
            return Factor{code, format::is_signed(format) ? Factor::Kind::twos_complement
                                                          : Factor::Kind::magnitude};
        };
        return multiplier_in_ecp5_cells(b_, factor(spec_.weight, w_), factor(spec_.activation, a_));
    }
    if (is_two_s_complement())
        return booth_multiplier(b_, spec_.weight, w_, spec_.activation, a_, row_order());
    return multiplier_of_tools(b_, w_, a_);
}

Value Lane::finite_significand() {
    const Value significand = weight_->significand;
    if (!special_pair_) return significand;
    return b_.name("w_significand_finite",
                   significand & ~b_.repeat(*special_pair_, significand.width()),
                   "a pair that is not finite adds nothing");
}

std::unique_ptr<Multiplier> Lane::significand_multiplier() {
    const Value significand = finite_significand();
    if (makes_star()) return multiplier_of_tools(b_, significand, activation_->significand);
    if (spec_.architecture.cells == Cells::ecp5)
        return multiplier_in_ecp5_cells(b_, {significand}, {activation_->significand});
    return multiplier_by_rows(b_, significand, activation_->significand, row_order());
}

void Lane::multiply(unsigned part, unsigned parts) {
    if (part == 0) {
        if (!plan_.integers) negative_ = b_.name("negative", sign(), "sign of the product");
        if (!multiplier_)
            multiplier_ = plan_.integers ? integer_multiplier() : significand_multiplier();
    }
    multiplier_->make_part(part, parts);
    if (part + 1 < parts) return;
    const CarriedProduct made = multiplier_->product();
    if (is_two_s_complement())
        integer_product_ = made;
    else if (plan_.integers)
        placed_ = made.product;
    else if (plan_.always_zero)
        product_ =
            b_.name("product_set", b_.any(made.product), "never: the only finite product is 0");
    else
        product_ = made.product;
}

void Lane::look_up(const std::vector<Value>& tables) {
    std::vector<Value> bits;  // the least last, as a concatenation wants it
    for (const Value table : tables) bits.insert(bits.begin(), b_.lookup(table, *magnitudes_));
    product_ = b_.name("product", b_.concat(bits), "in its place on the grid");
}

namespace {

Value one_s_complement(Builder& b, const char* name, Value value, Value negative) {
    return b.name(name, value ^ b.repeat(negative, value.width()),
                  "one's complement where negative: the 1 is carried in below");
}

}  // namespace

/// As it is moved: with an early sign, the one's complement, which will be filled with the sign.
void Lane::give_sign() {
    const bool early = spec_.architecture.sign == Sign::early;
    signed_ = early ? one_s_complement(b_, "signed_product", *product_, *negative_) : *product_;
    if (!plan_.moves) placed_ = signed_;
}

void Lane::find_negative_zero() {
    if (!plan_.integers) {
        negative_zero_ =
            b_.name("negative_zero", *negative_ & ~b_.any(*product_), "the product is -0");
        return;
    }
    // An integer's zero is +0, and +0 times a negative number is -0.
    const auto negative = [&](const format::Format& format, Value code) {
        return format::is_signed(format) ? code.bit(code.width() - 1) : b_.constant(1, 0);
    };
    negative_zero_ = b_.name(
        "negative_zero",
        (negative(spec_.weight, w_) ^ negative(spec_.activation, a_)) & ~(b_.any(w_) & b_.any(a_)),
        "the product is -0");
}

void Lane::add_shifts() {
    if (!weight_->shift || !activation_->shift) {
        shift_ = b_.name("shift", weight_->shift ? *weight_->shift : *activation_->shift,
                         "only one operand has an exponent");
        return;
    }
    const unsigned greatest =
        (1u << weight_->shift->width()) + (1u << activation_->shift->width()) - 2;
    unsigned width = 1;
    while ((greatest >> width) != 0) ++width;
    shift_ = b_.name(
        "shift",
        b_.zero_extended(*weight_->shift, width) + b_.zero_extended(*activation_->shift, width),
        "of the product");
}

bool Lane::has_blocks() const {
    return alignment_ && needs_blocks(*alignment_);
}

void Lane::align() {
    const Architecture& architecture = spec_.architecture;
    alignment_ = Alignment{*signed_,
                           *shift_,
                           plan_.least_shift,
                           plan_.places,
                           architecture.sign == Sign::early ? *negative_ : b_.constant(1, 0),
                           architecture.shifter,
                           architecture.sign,
                           architecture.cells};
    fine_ = align_finely(b_, *alignment_);
}

void Lane::place() {
    if (leaves_a_choice(*alignment_))
        shown_ = show_parts(b_, *fine_);
    else
        placed_ = b_.name("term", place_blocks(b_, *fine_), "the product on the grid");
}

/// The gates that end a term are left for the accumulator's carry cells.
Term Lane::term_for_cells(Value sign) {
    Term term{sign, sign, Term::End::cells, std::nullopt, std::nullopt};
    const auto with_sign = [&](Value value) { return b_.concat({sign, value}); };
    std::optional<Choice> choice = fine_ ? last_step(b_, *fine_) : std::nullopt;
    if (shown_)
        choice = Choice{b_.zero_extended(shown_->where, plan_.places + 1), shown_->what,
                        b_.repeat(sign, plan_.places)};
    if (choice) {
        term.choice = Choice{choice->select, with_sign(choice->if_one), with_sign(choice->if_zero)};
        term.value = term.choice->if_zero;
        return term;
    }
    if (negative_ && spec_.architecture.sign == Sign::late) {
        term.value = b_.zero_extended(*placed_, placed_->width() + 1);
        term.flip = sign;
    } else {
        term.value = with_sign(*placed_);
    }
    return term;
}

Term Lane::term() {
    if (integer_product_) return {integer_product_->product, integer_product_->carry};
    const Value sign = negative_ ? *negative_ : b_.constant(1, 0);
    if (spec_.architecture.cells == Cells::ecp5) return term_for_cells(sign);
    if (negative_ && spec_.architecture.sign == Sign::late)
        placed_ = one_s_complement(b_, "signed_term", *placed_, sign);
    return {b_.concat({sign, *placed_}), sign, Term::End::gates};
}

}  // namespace bitshed::mac
