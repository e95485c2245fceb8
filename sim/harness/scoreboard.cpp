#include "harness/scoreboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "golden/mac.hpp"
#include "rtl/interpreter.hpp"

namespace bitshed::harness {

namespace {

using Row = std::span<const std::uint32_t>;

std::size_t limbs_for(const Field& field) {
    return (field.bits + 63) / 64;
}

/// The interpreter behind the same rows as the simulation.
class Interpreted {
  public:
    Interpreted(const rtl::Module& module, const Layout& layout)
        : interpreter_(module), layout_(layout), row_(layout.response_words) {
        for (const auto& field : {layout.clear, layout.enable, std::optional(layout.weight),
                                  std::optional(layout.activation)})
            if (field) inputs_.push_back({interpreter_.input(field->port), *field});
        for (const auto& field : {std::optional(layout.accumulator), layout.special, layout.result})
            if (field) outputs_.push_back({interpreter_.output(field->port), *field});
    }

    Row clock(Row given) {
        for (const Place& place : inputs_) {
            limbs_.assign(limbs_for(place.field), 0);
            get_limbs(given, place.field, limbs_);
            interpreter_.set(place.number, limbs_);
        }
        interpreter_.clock();
        for (const Place& place : outputs_)
            put_limbs(row_, place.field, interpreter_.get(place.number));
        return row_;
    }

  private:
    struct Place {
        std::size_t number;
        Field field;
    };
    rtl::Interpreter interpreter_;
    const Layout& layout_;
    std::vector<Place> inputs_, outputs_;
    std::vector<std::uint64_t> limbs_;
    std::vector<std::uint32_t> row_;
};

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

class Scoreboard {
  public:
    Scoreboard(const UnitUnderTest& unit, const golden::Unit& golden_unit, const Layout& layout,
               const Stimulus& stimulus, const Response& response)
        : unit_(unit),
          golden_unit_(golden_unit),
          layout_(layout),
          stimulus_(stimulus),
          response_(response),
          expected_(golden_unit, layout, unit.manifest.latency) {
        if (unit.module) interpreted_.emplace(*unit.module, layout);
        const int pair_bits =
            format::width(golden_unit.weight) + format::width(golden_unit.activation);
        visited_.assign(static_cast<std::size_t>(golden_unit.lanes) << pair_bits, false);
        verdict_.module = unit.manifest.module;
        verdict_.has_interpreter = interpreted_.has_value();
        verdict_.pairs_total = visited_.size();
        verdict_.extreme_products = stimulus.extreme_products;
    }

    Result<Verdict> score(const Deadline& deadline) {
        for (std::size_t cycle = 0; cycle < stimulus_.rows; ++cycle) {
            if (cycle % 4096 == 0 && deadline.passed())
                return Error(ErrorKind::timeout,
                             fmt::format("{}: out of time in cycle {} of {}", unit_.manifest.module,
                                         cycle, stimulus_.rows));
            const Row given = given_in(cycle);
            const auto arrived = expected_.clock(stimulus_, given, cycle);
            const Row interpreted = interpreted_ ? interpreted_->clock(given) : Row();
            if (!expected_.is_known()) continue;
            compare(cycle, interpreted);
            if (arrived) visit(*arrived);
        }
        check_between_edges();
        verdict_.pairs_visited =
            static_cast<std::uint64_t>(std::count(visited_.begin(), visited_.end(), true));
        return std::move(verdict_);
    }

  private:
    [[nodiscard]] Row given_in(std::size_t cycle) const {
        return Row(stimulus_.words).subspan(cycle * layout_.stimulus_words, layout_.stimulus_words);
    }

    [[nodiscard]] std::vector<Field> outputs() const {
        std::vector<Field> fields{layout_.accumulator};
        if (layout_.special) fields.push_back(*layout_.special);
        if (layout_.result) fields.push_back(*layout_.result);
        return fields;
    }

    void visit(std::size_t arrived) {
        if (arrived < stimulus_.pairs_begin || arrived >= stimulus_.pairs_end) return;
        const int w_bits = format::width(golden_unit_.weight);
        const int a_bits = format::width(golden_unit_.activation);
        for (std::size_t lane = 0; lane < expected_.w().size(); ++lane)
            visited_[(((lane << w_bits) | expected_.w()[lane]) << a_bits) | expected_.a()[lane]] =
                true;
    }

    void compare(std::size_t cycle, Row interpreted) {
        ++verdict_.cycles;
        const Row golden = expected_.row();
        // Bits of the last word above the last port are 0 here as there.
        const Row verilog = response_.row(cycle);
        const bool verilog_agrees = std::equal(golden.begin(), golden.end(), verilog.begin());
        const bool interpreter_agrees =
            !interpreted_ || std::equal(golden.begin(), golden.end(), interpreted.begin());
        if (verilog_agrees && interpreter_agrees && !expected_.outgrew_its_width()) return;
        ++verdict_.mismatches;
        if (verdict_.first_mismatch) return;

        Mismatch& first = record(cycle);
        if (verilog_agrees && interpreter_agrees) {
            verdict_.blame = Blame::width;
            first.what = fmt::format("the exact sum does not fit the {} bits of {}",
                                     layout_.accumulator.bits, layout_.accumulator.port);
            return;
        }
        first.what = "the outputs differ";
        for (const Field& field : outputs()) {
            PortValues values{field.port, hex(golden, field), std::nullopt, hex(verilog, field)};
            if (interpreted_) values.interpreter = hex(interpreted, field);
            if (values.verilog != values.golden ||
                values.interpreter.value_or(values.golden) != values.golden)
                first.ports.push_back(std::move(values));
        }
        const bool other_two_agree =
            interpreted_ && std::equal(interpreted.begin(), interpreted.end(), verilog.begin());
        verdict_.blame = blame(verilog_agrees, interpreter_agrees, other_two_agree);
    }

    [[nodiscard]] Blame blame(bool verilog_agrees, bool interpreter_agrees,
                              bool other_two_agree) const {
        const bool is_foreign = unit_.origin == Origin::foreign;
        if (!interpreted_) return is_foreign ? Blame::judged_file : Blame::unknown;
        if (interpreter_agrees) return is_foreign ? Blame::judged_file : Blame::printer;
        if (verilog_agrees) return Blame::interpreter;
        return other_two_agree ? Blame::datapath_or_golden : Blame::several;
    }

    Mismatch& record(std::size_t cycle) {
        Mismatch& first = verdict_.first_mismatch.emplace();
        first.cycle = cycle;
        constexpr std::size_t shown = 8;
        for (std::size_t at = cycle + 1 < shown ? 0 : cycle + 1 - shown; at <= cycle; ++at) {
            const Row given = given_in(at);
            first.given.push_back({at, layout_.clear && get_bits(given, layout_.clear->low, 1) != 0,
                                   !layout_.enable || get_bits(given, layout_.enable->low, 1) != 0,
                                   hex(given, layout_.weight), hex(given, layout_.activation)});
        }
        return first;
    }

    /// What changes between two rising edges is not registered: no clocked circuit can rely on it.
    void check_between_edges() {
        for (const Field& field : outputs()) {
            const std::string moved = hex(response_.moved(), field);
            if (moved.find_first_not_of("0x") == std::string::npos) continue;
            ++verdict_.mismatches;
            if (verdict_.first_mismatch) continue;
            record(stimulus_.rows - 1).what =
                fmt::format("bits {} of {} change between two rising edges", moved, field.port);
            verdict_.blame = Blame::timing;
        }
    }

    const UnitUnderTest& unit_;
    const golden::Unit& golden_unit_;
    const Layout& layout_;
    const Stimulus& stimulus_;
    const Response& response_;
    Expected expected_;
    std::optional<Interpreted> interpreted_;
    std::vector<bool> visited_;
    Verdict verdict_;
};

}  // namespace

Result<Verdict> score(const UnitUnderTest& unit, const golden::Unit& golden_unit,
                      const Layout& layout, const Stimulus& stimulus, const Response& response,
                      const Deadline& deadline) {
    return Scoreboard(unit, golden_unit, layout, stimulus, response).score(deadline);
}

}  // namespace bitshed::harness
