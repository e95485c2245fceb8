// Float accumulators: acc + (sum of the lanes' products), exactly, then rounded once.
#include <algorithm>
#include <vector>

#include "golden/operand_table.hpp"
#include "golden/state.hpp"
#include "support/check.hpp"

namespace bitshed::golden {

namespace {

class FloatState final : public Mac::State {
  public:
    explicit FloatState(const Unit& unit)
        : weights_(operand_table<Integer>(unit.weight)),
          activations_(operand_table<Integer>(unit.activation)),
          lanes_(static_cast<std::size_t>(unit.lanes)),
          accumulator_(std::get<FloatAccumulator>(unit.accumulator)),
          product_exponent_(product_exponent(unit)),
          sum_exponent_(
              std::min(product_exponent_, format::quantum_exponent(accumulator_.format))) {}

    void clear() override {
        code_ = 0;  // the code of +0 in every format
        unheld_nan_ = false;
    }

    void resume(std::uint32_t code) override {
        check((code & ~format::code_mask(accumulator_.format)) == 0,
              "a code has its format's bits");
        code_ = code;
        unheld_nan_ = false;
    }

    void step(std::span<const std::uint32_t> w, std::span<const std::uint32_t> a) override {
        check(w.size() == lanes_ && a.size() == lanes_, "a step has a pair a lane");
        if (unheld_nan_) return;
        const format::Decoded acc = format::decode(accumulator_.format, code_);
        Special special = special_of(acc);
        Integer sum = 0;
        if (acc.class_ == format::Class::subnormal || acc.class_ == format::Class::normal) {
            sum = Integer(acc.significand) << (acc.exponent - sum_exponent_);
            if (acc.negative) sum = -sum;
        }
        // A sum of zeros is -0 only where every one of them is; exact cancellation is +0.
        bool only_negative_zeros = acc.class_ == format::Class::zero && acc.negative;
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            const Operand<Integer>& weight = weights_.at(w[lane]);
            const Operand<Integer>& activation = activations_.at(a[lane]);
            const Special product = product_special(weight.factor(), activation.factor());
            special = sum_special(special, product);
            if (product != Special::finite) continue;
            const Integer multiple = weight.multiple * activation.multiple;
            sum += multiple << (product_exponent_ - sum_exponent_);
            if (multiple != 0 || weight.negative == activation.negative)
                only_negative_zeros = false;
        }
        format::Real exact =
            special == Special::finite ? real_of(sum, sum_exponent_) : real_of(special);
        if (exact.class_ == format::Class::zero) exact.negative = only_negative_zeros;
        const auto rounded = format::encode(accumulator_.format, exact, accumulator_.overflow);
        code_ = rounded.value_or(0);
        unheld_nan_ = !rounded.has_value();
    }

    void code(std::span<std::uint64_t> limbs) const override {
        std::fill(limbs.begin(), limbs.end(), 0);
        limbs[0] = code_;
    }

    [[nodiscard]] Special special() const override {
        return unheld_nan_ ? Special::nan : special_of(format::decode(accumulator_.format, code_));
    }

    [[nodiscard]] format::Real value() const override {
        return unheld_nan_ ? real_of(Special::nan) : format::to_real(accumulator_.format, code_);
    }

    [[nodiscard]] bool outgrew_its_width() const override { return false; }

  private:
    std::vector<Operand<Integer>> weights_;
    std::vector<Operand<Integer>> activations_;
    std::size_t lanes_;
    FloatAccumulator accumulator_;
    int product_exponent_;  // of a product's least bit
    int sum_exponent_;      // of the least bit of anything that is added

    std::uint32_t code_ = 0;
    bool unheld_nan_ = false;  // a NaN was met and the format has none: it sticks all the same
};

}  // namespace

std::unique_ptr<Mac::State> make_float_state(const Unit& unit) {
    return std::make_unique<FloatState>(unit);
}

}  // namespace bitshed::golden
