// Exact and fixed accumulators: the sum is a whole multiple of 2^product_exponent.
#include <vector>

#include "golden/operand_table.hpp"
#include "golden/state.hpp"
#include "support/check.hpp"

namespace bitshed::golden {

namespace {

__extension__ using Narrow = __int128;

template <class Int>
class GridState final : public Mac::State {
  public:
    explicit GridState(const Unit& unit)
        : weights_(operand_table<Int>(unit.weight)),
          activations_(operand_table<Int>(unit.activation)),
          lanes_(static_cast<std::size_t>(unit.lanes)),
          bits_(accumulator_bits(unit)),
          exponent_(product_exponent(unit)),
          least_(-(Int(1) << (bits_ - 1))),
          greatest_((Int(1) << (bits_ - 1)) - 1) {
        if (const auto* exact = std::get_if<ExactAccumulator>(&unit.accumulator)) {
            terms_ = exact->terms;
        } else {
            keep_ = std::get<FixedAccumulator>(unit.accumulator).overflow ==
                            FixedAccumulator::Overflow::wrap
                        ? Keep::wrapped
                        : Keep::clamped;
        }
    }

    void clear() override {
        sum_ = 0;
        special_ = Special::finite;
        products_ = 0;
    }

    void resume(std::uint32_t) override { check(false, "only a float accumulator resumes"); }

    void step(std::span<const std::uint32_t> w, std::span<const std::uint32_t> a) override {
        check(w.size() == lanes_ && a.size() == lanes_, "a step has a pair a lane");
        for (std::size_t lane = 0; lane < lanes_; ++lane) {
            const Operand<Int>& weight = weights_.at(w[lane]);
            const Operand<Int>& activation = activations_.at(a[lane]);
            if (weight.special == Special::finite && activation.special == Special::finite)
                sum_ += weight.multiple * activation.multiple;
            else
                special_ =
                    sum_special(special_, product_special(weight.factor(), activation.factor()));
        }
        products_ += static_cast<std::int64_t>(lanes_);
        if (keep_ == Keep::wrapped) sum_ = wrapped(sum_);
        if (keep_ == Keep::clamped) sum_ = sum_ < least_ ? least_ : std::min(sum_, greatest_);
    }

    void code(std::span<std::uint64_t> limbs) const override {
        Int rest = wrapped(sum_);
        if (rest < 0) rest += Int(1) << bits_;
        for (auto& limb : limbs) {
            limb = static_cast<std::uint64_t>(rest & Int(~std::uint64_t{0}));
            rest >>= 64;
        }
    }

    [[nodiscard]] Special special() const override { return special_; }

    [[nodiscard]] format::Real value() const override {
        return special_ == Special::finite ? real_of(Integer(wrapped(sum_)), exponent_)
                                           : real_of(special_);
    }

    [[nodiscard]] bool outgrew_its_width() const override {
        return keep_ == Keep::everything && products_ <= terms_ && !fits(sum_);
    }

  private:
    enum class Keep { everything, wrapped, clamped };

    [[nodiscard]] bool fits(const Int& sum) const { return least_ <= sum && sum <= greatest_; }

    /// The number in the range of bits_ bits that is equal modulo 2^bits_.
    [[nodiscard]] Int wrapped(const Int& sum) const {
        if (fits(sum)) return sum;
        const Int modulus = Int(1) << bits_;
        Int rest = sum % modulus;  // has the sign of sum
        if (rest < least_) rest += modulus;
        if (rest > greatest_) rest -= modulus;
        return rest;
    }

    std::vector<Operand<Int>> weights_;
    std::vector<Operand<Int>> activations_;
    std::size_t lanes_;
    int bits_;
    int exponent_;
    Int least_;
    Int greatest_;
    Keep keep_ = Keep::everything;
    std::int64_t terms_ = 0;

    Int sum_ = 0;
    Special special_ = Special::finite;
    std::int64_t products_ = 0;
};

/// No sum of 2^40 steps leaves 128 bits, and the accumulator's range does not either.
bool fits_narrow(const Unit& unit) {
    const int product_bits = least_exact_bits(unit.weight, unit.activation, unit.lanes);
    return product_bits + 40 <= 128 && accumulator_bits(unit) <= 120;
}

}  // namespace

std::unique_ptr<Mac::State> make_grid_state(const Unit& unit, Arithmetic arithmetic) {
    if (arithmetic == Arithmetic::automatic && fits_narrow(unit))
        return std::make_unique<GridState<Narrow>>(unit);
    return std::make_unique<GridState<Integer>>(unit);
}

}  // namespace bitshed::golden
