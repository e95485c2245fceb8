#include "harness/scoreboard.hpp"

#include <deque>

#include "golden/mac.hpp"
#include "harness/comparison.hpp"

namespace bitshed::harness {

namespace {

std::size_t limbs_for(const Field& field) {
    return (field.bits + 63) / 64;
}

/// The golden model behind the same rows, with the unit's latency in front of it.
class Expected {
  public:
    Expected(const golden::Unit& unit, const Layout& layout, int latency)
        : mac_(unit),
          layout_(layout),
          latency_(static_cast<std::size_t>(latency)),
          w_bits_(static_cast<unsigned>(format::width(unit.weight))),
          a_bits_(static_cast<unsigned>(format::width(unit.activation))),
          w_(static_cast<std::size_t>(unit.lanes)),
          a_(w_.size()),
          limbs_(limbs_for(layout.accumulator)),
          row_(layout.response_words) {}

    /// A rising edge. Gives the number of the cycle whose pair became part of the sum, if one did.
    std::optional<std::size_t> clock(const Stimulus& stimulus, Row given, std::size_t cycle) {
        if (layout_.enable && get_bits(given, layout_.enable->low, 1) == 0) return std::nullopt;
        in_flight_.push_back(cycle);
        if (in_flight_.size() < latency_) return std::nullopt;
        const std::size_t arrived = in_flight_.front();
        in_flight_.pop_front();
        const Row row =
            Row(stimulus.words).subspan(arrived * layout_.stimulus_words, layout_.stimulus_words);
        if (layout_.clear && get_bits(row, layout_.clear->low, 1) != 0) {
            mac_.clear();
            is_known_ = true;
            update();
            return std::nullopt;
        }
        if (!is_known_) return std::nullopt;
        for (unsigned lane = 0; lane < w_.size(); ++lane) {
            w_[lane] = get_bits(row, layout_.weight.low + lane * w_bits_, w_bits_);
            a_[lane] = get_bits(row, layout_.activation.low + lane * a_bits_, a_bits_);
        }
        mac_.step(w_, a_);
        update();
        return arrived;
    }

    /// Has a clear passed through?
    [[nodiscard]] bool is_known() const { return is_known_; }
    [[nodiscard]] Row row() const { return row_; }
    [[nodiscard]] bool outgrew_its_width() const { return mac_.outgrew_its_width(); }
    /// The codes of the last pair, lane by lane.
    [[nodiscard]] std::span<const std::uint32_t> w() const { return w_; }
    [[nodiscard]] std::span<const std::uint32_t> a() const { return a_; }

  private:
    void update() {
        mac_.accumulator_code(limbs_);
        put_limbs(row_, layout_.accumulator, limbs_);
        if (layout_.special)
            put_bits(row_, layout_.special->low, 2, static_cast<std::uint32_t>(mac_.special()));
        if (layout_.result)
            put_bits(row_, layout_.result->low, layout_.result->bits, *mac_.result_code());
    }

    golden::Mac mac_;
    const Layout& layout_;
    std::size_t latency_;
    unsigned w_bits_, a_bits_;
    std::deque<std::size_t> in_flight_;  // cycles whose pairs have not arrived
    bool is_known_ = false;
    std::vector<std::uint32_t> w_, a_;
    std::vector<std::uint64_t> limbs_;
    std::vector<std::uint32_t> row_;
};

Result<Verdict> score_clear(const UnitUnderTest& unit, const golden::Unit& golden_unit,
                            const Layout& layout, const Stimulus& stimulus,
                            const Response& response, const Deadline& deadline) {
    Comparison comparison(unit, golden_unit, layout, stimulus, response);
    Expected expected(golden_unit, layout, unit.manifest.latency);
    comparison.describe_cycles([&](Row given) {
        std::string marks;
        if (layout.clear && get_bits(given, layout.clear->low, 1) != 0) marks += "clear ";
        if (layout.enable && get_bits(given, layout.enable->low, 1) == 0) marks += "held";
        return marks;
    });
    const std::vector<Field> outputs = layout.outputs();
    std::uint64_t given_compared = 0;
    for (std::size_t cycle = 0; cycle < stimulus.rows; ++cycle) {
        if (cycle % 4096 == 0 && deadline.passed()) return out_of_time(unit, cycle, stimulus);
        const Row given = comparison.given_in(cycle);
        const auto arrived = expected.clock(stimulus, given, cycle);
        const Row interpreted = comparison.interpret(given);
        if (!expected.is_known()) continue;
        comparison.compare(cycle, outputs, expected.row(), interpreted,
                           comparison.verilog_in(cycle), expected.outgrew_its_width());
        if (arrived && given_compared < stimulus.given_ends.size() &&
            *arrived == stimulus.given_ends[given_compared])
            ++given_compared;
        if (!arrived || *arrived < stimulus.pairs_begin || *arrived >= stimulus.pairs_end) continue;
        for (std::size_t lane = 0; lane < expected.w().size(); ++lane)
            comparison.visit(lane, expected.w()[lane], expected.a()[lane]);
    }
    Verdict verdict = comparison.conclude(outputs);
    if (verdict.given_sums) verdict.given_sums->compared = given_compared;
    return verdict;
}

}  // namespace

Result<Verdict> score(const UnitUnderTest& unit, const golden::Unit& golden_unit,
                      const Layout& layout, const Stimulus& stimulus, const Response& response,
                      const Deadline& deadline) {
    const auto judge = layout.in_valid ? score_handshake : score_clear;
    return judge(unit, golden_unit, layout, stimulus, response, deadline);
}

}  // namespace bitshed::harness
