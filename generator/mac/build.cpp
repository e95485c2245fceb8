#include "mac/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "mac/control.hpp"
#include "mac/float_step.hpp"
#include "mac/lane.hpp"
#include "mac/multiply_packed.hpp"
#include "mac/result.hpp"
#include "mac/stages.hpp"
#include "mac/sum.hpp"
#include "mac/table.hpp"

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

class MacBuilder {
  public:
    explicit MacBuilder(const MacSpec& spec)
        : spec_(spec),
          b_(module_name(spec)),
          control_(b_, spec),
          is_float_(spec.accumulator.kind == AccumulatorKind::floating),
          bits_(static_cast<unsigned>(spec.accumulator.bits)),
          plan_(plan_lanes(spec, kept_places())),
          stages_(plan_stages(spec, plan_)) {}

    rtl::Module build() {
        // A narrow sum that wraps never looks at the places above it; more lanes than terms make
        // sums that never get so large; and where ranges are far apart (a bias of 1000) a
        // conversion is left with comparisons whose differences nobody needs.
        if (spec_.accumulator.kind != AccumulatorKind::exact || spec_.result || spec_.lanes > 1)
            b_.leave_unread();
        make_inputs();
        if (spec_.handshake != Handshake::none) {
            b_.section("handshake", {}, 0);
            control_.begin();
        }
        make_lanes();
        const Term sum = add_lanes();
        if (is_float_)
            accumulate_float(sum);
        else
            accumulate_on_grid(sum);
        control_.make_outputs();
        return b_.finish();
    }

  private:
    /// How many low places of a product matter to the accumulator.
    [[nodiscard]] unsigned kept_places() const {
        const bool wraps = spec_.accumulator.kind != AccumulatorKind::floating &&
                           spec_.accumulator.overflow != Overflow::saturate;
        return wraps ? static_cast<unsigned>(spec_.accumulator.bits) : ~0u;
    }

    void make_inputs() {
        control_.make_inputs();
        const auto port = [&](const char* name, const format::Format& format, const char* role) {
            const auto width = static_cast<unsigned>(format::width(format));
            const auto lanes = static_cast<unsigned>(spec_.lanes);
            const std::string why = lanes == 1
                                        ? format::name(format)
                                        : fmt::format("{} codes of {}, lane 0 in the low bits",
                                                      lanes, format::name(format));
            return b_.input(name, width * lanes, role, why);
        };
        w_ = port("w_i", spec_.weight, "weight");
        a_ = port("a_i", spec_.activation, "activation");
    }

    /// One lane's code out of a port.
    Value code(Value port, const format::Format& format, unsigned lane) {
        const auto width = static_cast<unsigned>(format::width(format));
        return port(width * lane + width - 1, width * lane);
    }

    template <class Phase>
    void for_each_lane(Phase phase) {
        for (unsigned i = 0; i < lanes_.size(); ++i) {
            if (lanes_.size() > 1) b_.prefix(fmt::format("l{}_", i));
            phase(lanes_[i]);
        }
        b_.prefix("");
    }

    void make_lanes() {
        if (plan_.integers)
            b_.section("multiply", {}, stages_.multiply.front());
        else if (plan_.has_table)
            b_.section("decode", {"A table gives the product of the magnitudes."}, 0);
        else
            b_.section("decode",
                       {"A minifloat is (-1)^negative * significand * 2^(shift - 1) quanta; its "
                        "quantum is that of",
                        "the least subnormal."},
                       0);
        for (unsigned i = 0; i < static_cast<unsigned>(spec_.lanes); ++i)
            lanes_.emplace_back(b_, spec_, plan_, code(*w_, spec_.weight, i),
                                code(*a_, spec_.activation, i));
        if (!plan_.integers) for_each_lane([](Lane& lane) { lane.decode(); });
        if (plan_.has_specials) {
            b_.section("special values",
                       {"NaN and infinity are flags beside the product: +infinity and -infinity "
                        "each set a bit, NaN",
                        "both, so that or obeys IEEE 754. Infinity times zero is NaN."},
                       0);
            for_each_lane([](Lane& lane) { lane.find_specials(); });
        }
        make_products();
        if (!plan_.moves) return;
        b_.section(
            "align",
            {fmt::format("The product moves up by the sum of both shifts, which is at least {}.",
                         plan_.least_shift)},
            stages_.align);
        for_each_lane([&](Lane& lane) {
            if (signs_when_moved()) lane.give_sign();
            lane.align();
        });
        if (lanes_.front().has_blocks())
            b_.section("place", notes_on_blocks(spec_.architecture), stages_.place);
        for_each_lane([](Lane& lane) { lane.place(); });
    }

    /// The gates that give a product its sign fit those that move it; a register in between comes
    /// first.
    [[nodiscard]] bool signs_when_moved() const {
        return plan_.moves && stages_.align > stages_.multiply.back();
    }

    /// Two lanes each get a multiplier together; the last of an odd number keeps its own.
    void pack_products() {
        std::vector<Factors> factors;
        for_each_lane([&](Lane& lane) {
            if (factors.size() < lanes_.size() / 2 * 2) factors.push_back(lane.factors());
        });
        for (std::size_t i = 0; i < factors.size(); i += 2) {
            auto [low, high] = packed_multipliers(b_, factors[i], factors[i + 1]);
            lanes_[i].multiply_by(std::move(low));
            lanes_[i + 1].multiply_by(std::move(high));
        }
    }

    void make_products() {
        std::vector<Value> tables;
        if (plan_.has_table) {
            b_.section("multiply", {"A table for each place of the product, shared by all lanes."},
                       stages_.multiply.front());
            tables = make_tables(b_, spec_.weight, spec_.activation, plan_.places);
        }
        const auto parts = static_cast<unsigned>(stages_.multiply.size());
        for (unsigned part = 0; part < parts; ++part) {
            if (part > 0)
                b_.section("multiply: add further rows", {}, stages_.multiply[part]);
            else if (!plan_.integers && !plan_.has_table)
                b_.section("multiply", {}, stages_.multiply[part]);
            const bool last = part + 1 == parts;
            if (part == 0 && spec_.architecture.product == Product::packed) pack_products();
            for_each_lane([&](Lane& lane) {
                plan_.has_table ? lane.look_up(tables) : lane.multiply(part, parts);
                if (last && !plan_.integers && !signs_when_moved()) lane.give_sign();
                if (part == 0 && plan_.moves) lane.add_shifts();
                if (is_float_ && (plan_.integers ? part == 0 : last)) lane.find_negative_zero();
            });
        }
    }

    Term add_lanes() {
        if (lanes_.size() > 1)
            b_.section("add the lanes",
                       {"Each adder takes one lane's carry in; the last carry is left for the "
                        "accumulator."},
                       stages_.add_lanes);
        else
            open_accumulator();
        std::vector<Term> terms;
        for_each_lane([&](Lane& lane) { terms.push_back(lane.term()); });
        std::optional<Value> zeros =
            is_float_ ? std::optional<Value>(lanes_.front().negative_zero()) : std::nullopt;
        flags_ = lanes_.front().flags();
        for (std::size_t i = 1; i < lanes_.size(); ++i) {
            if (is_float_) zeros = *zeros & lanes_[i].negative_zero();
            if (flags_)
                flags_ = Flags{flags_->positive | lanes_[i].flags()->positive,
                               flags_->negative | lanes_[i].flags()->negative};
        }
        const Term sum = sum_of_lanes(b_, terms);
        if (lanes_.size() == 1) {
            negative_zeros_ = zeros;
            return sum;
        }
        if (zeros) negative_zeros_ = b_.name("negative_zeros", *zeros, "every product is -0");
        if (flags_)
            flags_ = Flags{b_.name("any_positive", flags_->positive, "+infinity or NaN"),
                           b_.name("any_negative", flags_->negative, "-infinity or NaN")};
        open_accumulator();
        return sum;
    }

    void open_accumulator() { b_.section("accumulate", {}, stages_.accumulate); }

    /// What the sum so far is to this pair: 0 where the pair begins a sum.
    Value so_far(Value state, const char* name) {
        if (!control_.first()) return state;
        return b_.name(name, state & ~b_.repeat(*control_.first(), state.width()),
                       "0 where a sum begins");
    }

    void connect(Value state, Value next) {
        if (control_.clear())
            b_.connect(state, next, *control_.clear());
        else
            b_.connect(state, b_.mux(*control_.takes(), next, state));
    }

    /// The accumulator of a grid, in one register; what it holds.
    Value keep_whole(const Term& sum) {
        const Value acc = b_.reg("acc_q", bits_, "the sum, two's complement");
        const Value before = so_far(acc, "acc_before");
        const Value next = spec_.accumulator.overflow == Overflow::saturate
                               ? saturating_sum(b_, before, sum)
                               : wrapping_sum(b_, before, sum);
        connect(acc, b_.name("acc_d", next, ""));
        return acc;
    }

    /// What waits a cycle for the sum, in registers.
    Waiting keep_waiting(const Waiting& next) {
        const Value value = b_.reg("waiting_q", next.value.width(), "not added yet");
        connect(value, b_.name("waiting_d", next.value, ""));
        if (b_.is_constant(next.carry)) return {value, next.carry};
        const Value carry = b_.reg("carry_q", 1, "the same, at its least place");
        connect(carry, b_.name("carry_d", next.carry, ""));
        return {value, carry};
    }

    /// The same in halves: what the high one gets waits a cycle. What they hold together.
    Value keep_in_halves(const Term& sum) {
        const Value low = b_.reg("low_q", bits_ / 2, "the low half of the sum");
        const Value high = b_.reg("high_q", bits_ - bits_ / 2, "the high half, but for what waits");
        // No sum is kept at an edge with a clear: with it above them the carry leaves the low
        // places by a LUT, beside which ice40 has the register for it.
        const Value top = control_.clear() ? *control_.clear() : b_.constant(1, 0);
        const LowSum next = low_sum(b_, so_far(low, "low_before"), top, sum, bits_);
        connect(low, b_.name("low_d", next.low, ""));
        const Value settled =
            b_.name("settled", with_waiting(b_, high, keep_waiting(next.above)), "the high half");
        connect(high, so_far(settled, "high_d"));
        return b_.name("acc_now", b_.concat({settled, low}), "the sum, two's complement");
    }

    /// The same behind its register: all that is added waits a cycle.
    Value keep_retimed(const Term& sum) {
        const Value acc = b_.reg("acc_q", bits_, "the sum, but for what waits");
        const Value now =
            b_.name("acc_now", with_waiting(b_, acc, keep_waiting(waiting_of(b_, sum, bits_))),
                    "the sum, two's complement");
        connect(acc, so_far(now, "acc_d"));
        return now;
    }

    Value keep(const Term& sum) {
        const Carry carry = spec_.architecture.carry;
        if (carry == Carry::deferred) return keep_in_halves(sum);
        return carry == Carry::retimed ? keep_retimed(sum) : keep_whole(sum);
    }

    void accumulate_on_grid(const Term& sum) {
        const Value acc = keep(sum);
        std::optional<Flags> sticky;
        std::optional<Value> special;
        if (flags_) {
            special = b_.reg("special_q", 2, "0 finite, 1 +infinity, 2 -infinity, 3 NaN; sticks");
            connect(*special, b_.name("special_d",
                                      so_far(*special, "special_before") |
                                          b_.concat({flags_->negative, flags_->positive}),
                                      ""));
            sticky = Flags{special->bit(0), special->bit(1)};
        }
        control_.end();
        b_.output("acc_o", acc, "accumulator",
                  fmt::format("the sum in units of 2^{}, two's complement{}",
                              spec_.accumulator.lsb_exponent,
                              spec_.architecture.carry == Carry::ripple ? "" : ", from an adder"));
        if (special)
            b_.output("special_o", *special, "special",
                      "0 finite, 1 +infinity, 2 -infinity, 3 NaN");
        if (!spec_.result) return;
        b_.section("result", {}, stages_.accumulate);
        b_.output("result_o", result_of_grid(b_, spec_, acc, sticky), "result",
                  fmt::format("the sum, rounded once to {}", format::name(*spec_.result)));
    }

    void accumulate_float(const Term& sum) {
        const format::Format& format = *spec_.accumulator.format;
        const Value acc = b_.reg("acc_q", bits_, fmt::format("the sum, {}", format::name(format)));
        std::optional<Value> lost;
        if (can_lose_nan(spec_))
            lost = b_.reg("lost_nan_q", 1, "a NaN was met, which the format has not; sticks");
        FloatStep step{so_far(acc, "acc_before"), sum, *negative_zeros_, flags_, std::nullopt};
        if (lost) step.lost_nan = so_far(*lost, "lost_nan_before");
        const FloatSum next = add_and_round(b_, spec_, step);
        connect(acc, next.code);
        if (lost) connect(*lost, *next.lost_nan);
        control_.end();
        b_.output("acc_o", acc, "accumulator", fmt::format("the sum, {}", format::name(format)));
        if (has_special_output(spec_)) {
            b_.section("special value of the sum", {}, stages_.accumulate);
            b_.output("special_o", special_of_float(b_, format, acc, lost), "special",
                      "0 finite, 1 +infinity, 2 -infinity, 3 NaN");
        }
        if (!spec_.result) return;
        b_.section("result", {}, stages_.accumulate);
        b_.output("result_o", result_of_float(b_, spec_, acc, lost), "result",
                  fmt::format("the sum, rounded once to {}", format::name(*spec_.result)));
    }

    const MacSpec& spec_;
    Builder b_;
    Control control_;
    bool is_float_;
    unsigned bits_;
    LanePlan plan_;
    StagePlan stages_;
    std::optional<Value> w_, a_;
    std::deque<Lane> lanes_;
    std::optional<Flags> flags_;
    std::optional<Value> negative_zeros_;
};

}  // namespace

rtl::Module build_mac(const MacSpec& spec) {
    return MacBuilder(spec).build();
}

}  // namespace bitshed::mac
