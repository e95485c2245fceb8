#include "harness/stimulus.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "harness/aimed_sums.hpp"
#include "harness/code_set.hpp"
#include "harness/every_step.hpp"
#include "harness/stimulus_rows.hpp"
#include "support/check.hpp"
#include "support/random.hpp"

namespace bitshed::harness {

namespace {

using golden::Integer;
using golden::Unit;

class Writer {
  public:
    Writer(const Unit& unit, const Layout& layout, const StimulusOptions& options)
        : unit_(unit),
          layout_(layout),
          options_(options),
          random_(options.seed),
          rows_(layout, random_),
          lanes_(static_cast<std::size_t>(unit.lanes)),
          weights_(unit.weight),
          activations_(unit.activation),
          w_(lanes_),
          a_(lanes_) {
        if (const auto* exact = std::get_if<golden::ExactAccumulator>(&unit.accumulator))
            sum_limit_ = std::max<std::int64_t>(1, exact->terms / unit.lanes);
    }

    Stimulus write(int latency) {
        for (int i = 0; i < 16; ++i) has_handshake() ? rows_.idle(Reset::yes) : junk(Clear::no);
        clear();
        made_.pairs_begin = rows_.count();
        every_pair();
        made_.pairs_end = rows_.count();
        every_step();
        extreme_runs();
        sums_of_every_size();
        sums_beside_ties();
        given_sums();
        random_sequences();
        if (has_handshake()) crowded_sums();
        rows_.set_stall_rate(0);
        for (int i = 0; i < latency; ++i) clear();
        for (int i = 0; has_handshake() && i < latency + 8; ++i) rows_.idle(Reset::no);
        made_.words = rows_.take();
        made_.rows = rows_.count();
        return std::move(made_);
    }

  private:
    // ---- rows ----

    [[nodiscard]] bool has_handshake() const { return rows_.has_handshake(); }

    void row(Clear clear, Enable enable) { rows_.pair(w_, a_, clear, enable); }

    void any_codes() {
        for (auto& code : w_)
            code = static_cast<std::uint32_t>(random_.below(weights_.table.size()));
        for (auto& code : a_)
            code = static_cast<std::uint32_t>(random_.below(activations_.table.size()));
    }

    void zeros() {
        std::fill(w_.begin(), w_.end(), 0);
        std::fill(a_.begin(), a_.end(), 0);
    }

    void junk(Clear clear) {
        any_codes();
        row(clear, Enable::high);
    }

    /// With operands all the same: the pair beside a clear is dropped.
    void clear() { junk(Clear::yes); }

    void step() {
        if (rows_.steps() >= sum_limit_) {
            const Codes w = w_, a = a_;
            clear();
            w_ = w;
            a_ = a;
        }
        row(Clear::no, Enable::high);
    }

    // ---- every pair of codes in every lane ----

    [[nodiscard]] bool is_finite(const Pair& pair) const {
        return weights_.is_finite(pair.w) && activations_.is_finite(pair.a);
    }
    [[nodiscard]] bool is_negative(const Pair& pair) const {
        return weights_.table[pair.w].negative != activations_.table[pair.a].negative;
    }

    /// Can what a pair adds be hidden by what the accumulator holds? Then each is shown alone.
    [[nodiscard]] bool sums_hide_pairs() const {
        if (const auto* fixed = std::get_if<golden::FixedAccumulator>(&unit_.accumulator))
            return fixed->overflow == golden::FixedAccumulator::Overflow::saturate;
        return std::holds_alternative<golden::FloatAccumulator>(unit_.accumulator);
    }

    void every_pair() {
        std::vector<Pair> finite, special;
        for (std::uint32_t w = 0; w < weights_.table.size(); ++w)
            for (std::uint32_t a = 0; a < activations_.table.size(); ++a)
                (is_finite({w, a}) ? finite : special).push_back({w, a});
        // A special value hides those that follow it.
        one_by_one(special);
        // With a handshake only whole sums are seen.
        const std::size_t longest = has_handshake() ? 16 : 4096;
        constexpr std::size_t few_enough = 1u << 18;
        if (!sums_hide_pairs()) {
            summed(finite, longest);
        } else if (lanes_ * finite.size() <= few_enough) {
            one_by_one(finite);
            summed(finite, std::min<std::size_t>(longest, 64));
        } else {
            summed(finite, 1);
        }
    }

    /// Each pair as the first after a clear, the other lanes at zero.
    void one_by_one(std::vector<Pair> pairs) {
        random_.shuffle(pairs);
        for (std::size_t lane = 0; lane < lanes_; ++lane)
            for (const Pair& pair : pairs) {
                clear();
                zeros();
                w_[lane] = pair.w;
                a_[lane] = pair.a;
                step();
            }
    }

    /// All pairs in every lane, shuffled, in sums of up to `length` steps; every second sum takes
    /// its positive products first, so that it climbs high and comes back.
    void summed(const std::vector<Pair>& pairs, std::size_t length) {
        if (sum_limit_ < static_cast<std::int64_t>(length))
            length = static_cast<std::size_t>(sum_limit_);
        std::vector<std::vector<Pair>> orders(lanes_, pairs);
        for (auto& order : orders) {
            random_.shuffle(order);
            for (std::size_t begin = 0; begin < order.size(); begin += 2 * length) {
                const std::size_t end = std::min(order.size(), begin + length);
                std::partition(order.begin() + static_cast<std::ptrdiff_t>(begin),
                               order.begin() + static_cast<std::ptrdiff_t>(end),
                               [&](const Pair& pair) { return !is_negative(pair); });
            }
        }
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            if (i % length == 0) clear();
            for (std::size_t lane = 0; lane < lanes_; ++lane) {
                w_[lane] = orders[lane][i].w;
                a_[lane] = orders[lane][i].a;
            }
            step();
        }
    }

    // ---- every step of a small rounded accumulator ----

    void every_step() {
        if (has_handshake()) return;  // the sums on the way are not seen
        clear();
        for (const WalkStep& walked : walk_every_step(unit_)) {
            if (walked.kind == WalkStep::Kind::clear) {
                clear();
                continue;
            }
            w_[0] = walked.w;
            a_[0] = walked.a;
            row(Clear::no, Enable::high);
        }
        clear();
    }

    // ---- runs of the extreme products ----

    struct Ends {
        Pair least, greatest;  ///< the pairs of the least and of the greatest product
        Integer least_product, greatest_product;
    };

    [[nodiscard]] Ends ends() const {
        const auto product = [&](const Pair& pair) {
            return Integer(weights_.table[pair.w].multiple * activations_.table[pair.a].multiple);
        };
        std::array<Pair, 4> ends{Pair{weights_.least, activations_.least},
                                 Pair{weights_.least, activations_.greatest},
                                 Pair{weights_.greatest, activations_.least},
                                 Pair{weights_.greatest, activations_.greatest}};
        std::sort(ends.begin(), ends.end(),
                  [&](const Pair& x, const Pair& y) { return product(x) < product(y); });
        return {ends.front(), ends.back(), product(ends.front()), product(ends.back())};
    }

    void extreme_runs() {
        const Ends ends = this->ends();
        extreme_run(ends.greatest, ends.greatest_product);
        extreme_run(ends.least, ends.least_product);
    }

    /// Up to `terms` products of one pair, or as many as pass the range of a fixed accumulator.
    void extreme_run(const Pair& pair, const Integer& product) {
        if (product == 0) return;
        const auto lanes = static_cast<std::int64_t>(lanes_);
        std::int64_t products = 256 * lanes;  // a float accumulator overflows or stands still
        if (const auto* exact = std::get_if<golden::ExactAccumulator>(&unit_.accumulator))
            products = exact->terms;
        if (const auto* fixed = std::get_if<golden::FixedAccumulator>(&unit_.accumulator)) {
            Integer around = 1;
            around <<= fixed->bits;
            around = around / abs(product) + 4 * lanes;
            products = around < 20'000 * lanes ? static_cast<std::int64_t>(around) : 64 * lanes;
        }
        products = std::min(products, static_cast<std::int64_t>(options_.extreme_cycles) * lanes);
        clear();
        std::int64_t done = 0;
        while (done < products) {
            zeros();
            for (std::size_t lane = 0; lane < lanes_ && done < products; ++lane, ++done) {
                w_[lane] = pair.w;
                a_[lane] = pair.a;
            }
            row(Clear::no, Enable::high);
        }
        made_.extreme_products = std::max(made_.extreme_products, done);
        clear();
    }

    // ---- sums of every size, for a result ----

    /// A result is made of the whole sum: it is shown sums of every size up to the greatest that
    /// `terms` allows, each a run of an extreme product and then some random finite pairs.
    void sums_of_every_size() {
        if (!unit_.result) return;
        const Ends ends = this->ends();
        const std::size_t longest =
            static_cast<std::size_t>(std::min<std::int64_t>(sum_limit_, 16'384));
        const std::size_t last_row = rows_.count() + options_.range_cycles;
        while (rows_.count() < last_row) {
            // As many short runs as long ones, whichever scale the range is seen on.
            std::size_t run = random_.below(longest);
            if (!random_.one_in(4)) run >>= random_.below(std::bit_width(longest));
            const Pair& pair = random_.one_in(2) ? ends.least : ends.greatest;
            clear();
            for (std::size_t i = 0; i < run; ++i) {
                std::fill(w_.begin(), w_.end(), pair.w);
                std::fill(a_.begin(), a_.end(), pair.a);
                row(Clear::no, Enable::high);
            }
            // With a handshake only the last of them is seen.
            const std::size_t seen = has_handshake() ? 3 : 64;
            for (std::size_t i = std::min(seen, longest - run); i > 0; --i) {
                for (auto& w : w_) w = code(weights_, Taste::finite);
                for (auto& a : a_) a = code(activations_, Taste::finite);
                row(Clear::no, Enable::high);
            }
        }
        clear();
    }

    // ---- sums beside the ties of a result ----

    void sums_beside_ties() {
        if (!unit_.result || !golden::is_on_grid(unit_)) return;
        const int bits = golden::accumulator_bits(unit_) - 1;
        const auto longest = static_cast<std::size_t>(std::min<std::int64_t>(sum_limit_, 256));
        const Products products(unit_);
        const std::size_t last_row = rows_.count() + options_.aimed_cycles;
        for (const Integer& magnitude : harness::sums_beside_ties(unit_, bits, random_))
            for (const Integer& sum : {magnitude, Integer(-magnitude)}) {
                const auto pairs = products.adding_up_to(sum, longest);
                if (!pairs || rows_.count() + pairs->size() >= last_row) continue;
                clear();
                const std::size_t lane = random_.below(lanes_);
                for (const Pair& pair : *pairs) {
                    zeros();
                    w_[lane] = pair.w;
                    a_[lane] = pair.a;
                    row(Clear::no, Enable::high);
                }
            }
        clear();
    }

    // ---- sums that somebody gave ----

    void given_sums() {
        if (options_.given_sums.empty()) return;
        for (const std::vector<Pair>& sum : options_.given_sums) {
            clear();
            for (std::size_t at = 0; at < sum.size(); at += lanes_) {
                zeros();
                for (std::size_t lane = 0; lane < std::min(lanes_, sum.size() - at); ++lane) {
                    w_[lane] = sum[at + lane].w;
                    a_[lane] = sum[at + lane].a;
                }
                row(Clear::no, Enable::high);
            }
            made_.given_ends.push_back(rows_.count() - 1);
            made_.given_products += sum.size();
        }
        clear();
    }

    // ---- random sequences ----

    enum class Taste { any, finite, corners, finite_corners };

    std::uint32_t code(const CodeSet& set, Taste taste) {
        const auto pick = [&](const Codes& codes) { return codes[random_.below(codes.size())]; };
        switch (taste) {
            case Taste::any:
                return static_cast<std::uint32_t>(random_.below(set.table.size()));
            case Taste::finite:
                return pick(set.finite);
            case Taste::corners:
                return pick(random_.one_in(4) ? set.corners : set.finite_corners);
            case Taste::finite_corners:
                return pick(set.finite_corners);
        }
        check(false, "every taste is served");
        return 0;
    }

    /// Sums of various length, most of them finite: with clears, held cycles, and clears that come
    /// while the unit is held and must be ignored.
    void random_sequences() {
        constexpr std::array clear_rates{2u, 8u, 32u, 128u, 1024u};
        constexpr std::array hold_rates{2u, 4u, 16u};
        constexpr std::array stall_rates{0u, 1u, 2u, 2u, 4u, 16u};
        Taste taste = Taste::any;
        std::size_t clear_rate = 8, hold_rate = 4;
        for (std::size_t i = 0; i < options_.random_cycles; ++i) {
            if (random_.one_in(64)) {
                taste = static_cast<Taste>(random_.below(4));
                clear_rate = clear_rates[random_.below(clear_rates.size())];
                hold_rate = hold_rates[random_.below(hold_rates.size())];
                if (has_handshake())
                    rows_.set_stall_rate(stall_rates[random_.below(stall_rates.size())]);
            }
            if (has_handshake() && random_.one_in(hold_rate)) {
                disturb();
            } else if (layout_.enable && random_.one_in(hold_rate)) {
                any_codes();
                row(random_.one_in(4) ? Clear::yes : Clear::no, Enable::low);
            } else if (random_.one_in(clear_rate)) {
                clear();
            } else {
                for (auto& w : w_) w = code(weights_, taste);
                for (auto& a : a_) a = code(activations_, taste);
                step();
            }
        }
    }

    /// Short sums with gaps within and between them, at an output that is held up every other
    /// cycle: every mixture of pairs and gaps stands in the pipeline while it waits.
    void crowded_sums() {
        rows_.set_stall_rate(2);
        for (std::size_t i = 0; i < options_.random_cycles; ++i) {
            if (random_.one_in(2)) {
                rows_.idle(Reset::no);
            } else if (random_.one_in(3)) {
                rows_.end_sum();
            } else {
                for (auto& w : w_) w = code(weights_, Taste::finite);
                for (auto& a : a_) a = code(activations_, Taste::finite);
                step();
            }
        }
    }

    /// What a handshake must survive: gaps, resets in flight, stray pairs, sums begun anew.
    void disturb() {
        switch (random_.below(16)) {
            case 0:
                rows_.idle(Reset::yes);
                break;
            case 1:
            case 2:
                rows_.stray_pair();
                break;
            case 3:
                rows_.drop_sum();
                break;
            default:
                rows_.idle(Reset::no);
        }
    }

    const Unit& unit_;
    const Layout& layout_;
    const StimulusOptions& options_;
    Random random_;
    StimulusRows rows_;
    std::size_t lanes_;
    CodeSet weights_;
    CodeSet activations_;
    std::int64_t sum_limit_ = INT64_MAX;  ///< steps a sum may have

    Codes w_, a_;  ///< the operands of the row that is written next
    Stimulus made_;
};

}  // namespace

Stimulus make_stimulus(const Unit& unit, const Layout& layout, int latency,
                       const StimulusOptions& options) {
    return Writer(unit, layout, options).write(latency);
}

}  // namespace bitshed::harness
