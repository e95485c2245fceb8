#include "harness/stimulus.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "harness/aimed_sums.hpp"
#include "harness/code_set.hpp"
#include "harness/every_step.hpp"
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
          lanes_(static_cast<std::size_t>(unit.lanes)),
          weights_(unit.weight),
          activations_(unit.activation),
          w_(lanes_),
          a_(lanes_) {
        if (const auto* exact = std::get_if<golden::ExactAccumulator>(&unit.accumulator))
            sum_limit_ = std::max<std::int64_t>(1, exact->terms / unit.lanes);
    }

    Stimulus write(int latency) {
        for (int i = 0; i < 16; ++i) has_handshake() ? idle(Reset::yes) : junk(Clear::no);
        clear();
        made_.pairs_begin = made_.rows;
        every_pair();
        made_.pairs_end = made_.rows;
        every_step();
        extreme_runs();
        sums_of_every_size();
        sums_beside_ties();
        given_sums();
        random_sequences();
        if (has_handshake()) crowded_sums();
        stall_rate_ = 0;
        for (int i = 0; i < latency; ++i) clear();
        for (int i = 0; has_handshake() && i < latency + 8; ++i) idle(Reset::no);
        return std::move(made_);
    }

  private:
    enum class Clear { no, yes };
    enum class Enable { low, high };
    enum class Reset { no, yes };

    [[nodiscard]] bool has_handshake() const { return layout_.in_valid.has_value(); }

    // ---- rows ----

    std::span<std::uint32_t> new_row() {
        made_.words.resize(made_.words.size() + layout_.stimulus_words);
        ++made_.rows;
        return std::span(made_.words).last(layout_.stimulus_words);
    }

    /// With a handshake a clear is no cycle: it ends the sum at its last pair and begins the next
    /// with the pair that follows, now and then after some idle cycles.
    void row(Clear clear, Enable enable) {
        if (has_handshake() && clear == Clear::yes) {
            end_sum();
            while (random_.one_in(3)) idle(Reset::no);
            return;
        }
        const auto row = new_row();
        if (has_handshake()) {
            mark(row, Reset::no);
            put_bits(row, layout_.in_valid->low, 1, 1);
            put_bits(row, layout_.in_first->low, 1, begins_sum_ ? 1 : 0);
            begins_sum_ = false;
            last_pair_ = made_.words.size() - layout_.stimulus_words;
        }
        if (layout_.clear) put_bits(row, layout_.clear->low, 1, clear == Clear::yes ? 1 : 0);
        if (layout_.enable) put_bits(row, layout_.enable->low, 1, enable == Enable::high ? 1 : 0);
        const auto w_bits = layout_.weight.bits / static_cast<unsigned>(lanes_);
        const auto a_bits = layout_.activation.bits / static_cast<unsigned>(lanes_);
        for (unsigned lane = 0; lane < lanes_; ++lane) {
            put_bits(row, layout_.weight.low + lane * w_bits, w_bits, w_[lane]);
            put_bits(row, layout_.activation.low + lane * a_bits, a_bits, a_[lane]);
        }
        if (enable == Enable::low) return;
        steps_ = clear == Clear::yes ? 0 : steps_ + 1;
    }

    /// Marks the last pair that was offered as the end of its sum.
    void end_sum() {
        if (last_pair_)
            put_bits(std::span(made_.words).subspan(*last_pair_, layout_.stimulus_words),
                     layout_.in_last->low, 1, 1);
        last_pair_.reset();
        begins_sum_ = true;
        steps_ = 0;
    }

    void mark(std::span<std::uint32_t> row, Reset reset) {
        put_bits(row, layout_.reset->low, 1, reset == Reset::yes ? 0 : 1);
        const bool ready = stall_rate_ == 0 || !random_.one_in(stall_rate_);
        if (layout_.out_ready) put_bits(row, layout_.out_ready->low, 1, ready ? 1 : 0);
    }

    /// No pair, whatever first, last and the operands say; in a reset whatever valid says, too.
    void idle(Reset reset) {
        const auto row = new_row();
        for (auto& word : row) word = static_cast<std::uint32_t>(random_.next());
        mark(row, reset);
        if (reset == Reset::no) {
            put_bits(row, layout_.in_valid->low, 1, 0);
            return;
        }
        last_pair_.reset();
        begins_sum_ = true;
        steps_ = 0;
    }

    /// A pair that belongs to no sum, for none has begun.
    void stray_pair() {
        end_sum();
        const auto row = new_row();
        for (auto& word : row) word = static_cast<std::uint32_t>(random_.next());
        mark(row, Reset::no);
        put_bits(row, layout_.in_valid->low, 1, 1);
        put_bits(row, layout_.in_first->low, 1, 0);
    }

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
        if (steps_ >= sum_limit_) {
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
            const Integer around = (Integer(1) << fixed->bits) / abs(product) + 4 * lanes;
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
        const std::size_t last_row = made_.rows + options_.range_cycles;
        while (made_.rows < last_row) {
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
        const std::size_t last_row = made_.rows + options_.aimed_cycles;
        for (const Integer& magnitude : harness::sums_beside_ties(unit_, bits, random_))
            for (const Integer& sum : {magnitude, Integer(-magnitude)}) {
                const auto pairs = products.adding_up_to(sum, longest);
                if (!pairs || made_.rows + pairs->size() >= last_row) continue;
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
            made_.given_ends.push_back(made_.rows - 1);
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
                if (has_handshake()) stall_rate_ = stall_rates[random_.below(stall_rates.size())];
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
        stall_rate_ = 2;
        for (std::size_t i = 0; i < options_.random_cycles; ++i) {
            if (random_.one_in(2)) {
                idle(Reset::no);
            } else if (random_.one_in(3)) {
                end_sum();
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
                idle(Reset::yes);
                break;
            case 1:
            case 2:
                stray_pair();
                break;
            case 3:
                last_pair_.reset();
                begins_sum_ = true;
                steps_ = 0;
                break;
            default:
                idle(Reset::no);
        }
    }

    const Unit& unit_;
    const Layout& layout_;
    const StimulusOptions& options_;
    Random random_;
    std::size_t lanes_;
    CodeSet weights_;
    CodeSet activations_;
    std::int64_t sum_limit_ = INT64_MAX;  ///< steps a sum may have
    std::int64_t steps_ = 0;              ///< since the last clear
    bool begins_sum_ = true;              ///< with a handshake: the next pair is a sum's first
    std::optional<std::size_t>
        last_pair_;               ///< where the row of the last pair begins, if a sum is open
    std::size_t stall_rate_ = 0;  ///< out_ready is low once in so many cycles; 0: never

    Codes w_, a_;  ///< the operands of the row that is written next
    Stimulus made_;
};

}  // namespace

Stimulus make_stimulus(const Unit& unit, const Layout& layout, int latency,
                       const StimulusOptions& options) {
    return Writer(unit, layout, options).write(latency);
}

}  // namespace bitshed::harness
