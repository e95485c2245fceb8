// The scoreboard of units with a handshake: which pairs were taken, which sums are due, and whether
// each comes once, whole, in order and in time.
#include <deque>

#include "golden/mac.hpp"
#include "harness/comparison.hpp"

namespace bitshed::harness {

namespace {

struct PairInSum {
    std::size_t lane;
    std::uint32_t w, a;
};

/// A sum that is due: what its outputs must be, the edge after which a valid handshake shows it,
/// and the pairs in it that count as visited when it was seen.
struct DueSum {
    std::vector<std::uint32_t> row;
    std::size_t shows_after = 0;
    bool outgrew = false;
    bool is_given = false;  ///< one of those that somebody gave
    std::vector<PairInSum> pairs;
};

class HandshakeScore {
  public:
    HandshakeScore(const UnitUnderTest& unit, const golden::Unit& golden_unit, const Layout& layout,
                   const Stimulus& stimulus, const Response& response)
        : comparison_(unit, golden_unit, layout, stimulus, response),
          mac_(golden_unit),
          layout_(layout),
          stimulus_(stimulus),
          latency_(static_cast<std::size_t>(unit.manifest.latency)),
          is_stream_(layout.in_ready.has_value()),
          w_bits_(static_cast<unsigned>(format::width(golden_unit.weight))),
          a_bits_(static_cast<unsigned>(format::width(golden_unit.activation))),
          w_(static_cast<std::size_t>(golden_unit.lanes)),
          a_(w_.size()),
          offer_(layout.stimulus_words),
          payload_{layout.accumulator} {
        if (layout.special) payload_.push_back(*layout.special);
        if (layout.result) payload_.push_back(*layout.result);
        comparison_.describe_cycles([this](Row given) { return marks(given); });
    }

    Result<Verdict> score(const UnitUnderTest& unit, const Deadline& deadline) {
        for (std::size_t cycle = 0; cycle < stimulus_.rows; ++cycle) {
            if (cycle % 4096 == 0 && deadline.passed()) return out_of_time(unit, cycle, stimulus_);
            step(cycle);
        }
        if (!due_.empty())
            comparison_.complain(stimulus_.rows - 1, "a sum that is due never came",
                                 comparison_.blame_of_verilog());
        std::vector<Field> registered = payload_;
        registered.push_back(*layout_.out_valid);
        Verdict verdict = comparison_.conclude(registered);
        verdict.sums = sums_;
        if (verdict.given_sums) verdict.given_sums->compared = given_compared_;
        return verdict;
    }

  private:
    [[nodiscard]] static bool bit(Row row, const std::optional<Field>& field) {
        return field && get_bits(row, field->low, 1) != 0;
    }

    [[nodiscard]] std::string marks(Row given) const {
        if (!bit(given, layout_.reset)) return "reset";
        std::string words = bit(given, layout_.in_valid) ? "" : "idle ";
        if (bit(given, layout_.in_first)) words += "first ";
        if (bit(given, layout_.in_last)) words += "last ";
        if (is_stream_ && !bit(given, layout_.out_ready)) words += "stalled";
        return words;
    }

    /// What is offered in a cycle: the row, or again the pair that was refused.
    void make_offer(Row given) {
        std::vector<std::uint32_t> offer(given.begin(), given.end());
        if (holds_)
            for (const Field& field : layout_.inputs())
                for (unsigned at = 0; field.low >= layout_.in_valid->low && at < field.bits;
                     at += 32) {
                    const unsigned bits = std::min(32u, field.bits - at);
                    put_bits(offer, field.low + at, bits, get_bits(offer_, field.low + at, bits));
                }
        offer_ = std::move(offer);
    }

    void step(std::size_t cycle) {
        const Row given = comparison_.given_in(cycle);
        make_offer(given);
        const Row interpreted = comparison_.interpret(offer_);
        const Row verilog = comparison_.verilog_in(cycle);
        const bool reset = !bit(given, layout_.reset);
        // The simulation's first cycle has no rise of drive_i: its row may not have been taken.
        known_ = known_ || (reset && cycle > 0);
        if (!known_) return;

        // A sum that stood at the output before this edge was taken at it, unless it was stalled.
        const bool shown = was_shown_ && !due_.empty();
        const bool taken_out = shown && (!is_stream_ || bit(given, layout_.out_ready));
        if (reset) {
            due_.clear();
            open_ = holds_ = false;
            if (is_stream_ && bit(verilog, layout_.in_ready))
                comparison_.complain(cycle, "in_ready is high in a reset: what is offered is lost",
                                     comparison_.blame_of_verilog());
        } else if (taken_out) {
            for (const PairInSum& pair : due_.front().pairs)
                comparison_.visit(pair.lane, pair.w, pair.a);
            if (due_.front().is_given) ++given_compared_;
            due_.pop_front();
            ++sums_;
        }
        const bool ready = !is_stream_ || bit(verilog, layout_.in_ready);
        const bool valid = bit(offer_, layout_.in_valid);
        if (!reset) {
            if (valid && ready) take(cycle);
            holds_ = is_stream_ && valid && !ready;
        }
        look(cycle, interpreted, verilog, shown && !taken_out && !reset);
    }

    void take(std::size_t cycle) {
        const bool first = bit(offer_, layout_.in_first);
        if (!first && !open_) return;  // outside first..last
        if (first) {
            mac_.clear();
            pairs_.clear();
        }
        for (unsigned lane = 0; lane < w_.size(); ++lane) {
            w_[lane] = get_bits(offer_, layout_.weight.low + lane * w_bits_, w_bits_);
            a_[lane] = get_bits(offer_, layout_.activation.low + lane * a_bits_, a_bits_);
            if (cycle >= stimulus_.pairs_begin && cycle < stimulus_.pairs_end)
                pairs_.push_back({lane, w_[lane], a_[lane]});
        }
        mac_.step(w_, a_);
        open_ = !bit(offer_, layout_.in_last);
        if (open_) return;
        const auto& ends = stimulus_.given_ends;
        const bool is_given = given_taken_ < ends.size() && ends[given_taken_] == cycle;
        if (is_given) ++given_taken_;
        DueSum sum{std::vector<std::uint32_t>(layout_.response_words), cycle + latency_ - 1,
                   mac_.outgrew_its_width(), is_given, pairs_};
        std::vector<std::uint64_t> limbs((layout_.accumulator.bits + 63) / 64);
        mac_.accumulator_code(limbs);
        put_limbs(sum.row, layout_.accumulator, limbs);
        if (layout_.special)
            put_bits(sum.row, layout_.special->low, 2, static_cast<std::uint32_t>(mac_.special()));
        if (layout_.result)
            put_bits(sum.row, layout_.result->low, layout_.result->bits, *mac_.result_code());
        put_bits(sum.row, layout_.out_valid->low, 1, 1);
        due_.push_back(std::move(sum));
    }

    /// The outputs after the edge.
    void look(std::size_t cycle, Row interpreted, Row verilog, bool must_stay) {
        const bool shows = bit(verilog, layout_.out_valid);
        // With valid, a sum shows after its very edge. With stream, a sum may take longer, and one
        // that was offered stays.
        const bool must_show =
            !due_.empty() && (is_stream_ ? must_stay : due_.front().shows_after == cycle);
        const bool may_show = !due_.empty() && (is_stream_ || must_show);
        was_shown_ = shows;
        if (is_stream_) watch_for_standstill(cycle, shows);
        std::vector<std::uint32_t> golden(layout_.response_words);
        if (shows && may_show) golden = due_.front().row;
        std::vector<Field> fields{*layout_.out_valid};
        if (must_show || shows) {
            put_bits(golden, layout_.out_valid->low, 1, may_show ? 1 : 0);
            if (may_show && shows) fields.insert(fields.end(), payload_.begin(), payload_.end());
        }
        comparison_.compare(cycle, fields, golden, interpreted, verilog,
                            shows && may_show && due_.front().outgrew);
    }

    /// While no sum waits at the output, nothing holds up those that are due, nor the pairs.
    void watch_for_standstill(std::size_t cycle, bool shows) {
        const bool waits_within = !shows && (!due_.empty() || holds_);
        standstill_ = waits_within ? standstill_ + 1 : 0;
        if (standstill_ == latency_ + patience)
            comparison_.complain(cycle,
                                 "no sum waits at the output, yet what was offered stands still",
                                 comparison_.blame_of_verilog());
    }

    /// Cycles beyond its latency in which a stream unit must get on.
    static constexpr std::size_t patience = 32;

    Comparison comparison_;
    golden::Mac mac_;
    const Layout& layout_;
    const Stimulus& stimulus_;
    std::size_t latency_;
    bool is_stream_;
    unsigned w_bits_, a_bits_;
    std::vector<std::uint32_t> w_, a_, offer_;
    std::vector<Field> payload_;
    std::deque<DueSum> due_;
    std::vector<PairInSum> pairs_;
    bool known_ = false;                // a reset was seen
    bool open_ = false;                 // between first and last
    bool holds_ = false;                // the offer was refused and is made again
    bool was_shown_ = false;            // out_valid before this edge
    std::uint64_t sums_ = 0;            // that came out
    std::size_t given_taken_ = 0;       // sums that were given, with their last pairs taken
    std::uint64_t given_compared_ = 0;  // and those that came out
    std::size_t standstill_ = 0;  // cycles in which something waited and no sum was at the output
};

}  // namespace

Result<Verdict> score_handshake(const UnitUnderTest& unit, const golden::Unit& golden_unit,
                                const Layout& layout, const Stimulus& stimulus,
                                const Response& response, const Deadline& deadline) {
    return HandshakeScore(unit, golden_unit, layout, stimulus, response).score(unit, deadline);
}

}  // namespace bitshed::harness
