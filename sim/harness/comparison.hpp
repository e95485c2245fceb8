// What both scoreboards do with a comparison: count it, and keep the first that failed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "golden/unit.hpp"
#include "harness/interpreted.hpp"
#include "harness/scoreboard.hpp"

namespace bitshed::harness {

using Row = std::span<const std::uint32_t>;

class Comparison {
  public:
    Comparison(const UnitUnderTest& unit, const golden::Unit& golden_unit, const Layout& layout,
               const Stimulus& stimulus, const Response& response);

    /// What was driven before an edge, and the words for it in a message.
    [[nodiscard]] Row given_in(std::size_t cycle) const;
    [[nodiscard]] Row verilog_in(std::size_t cycle) const { return response_.row(cycle); }
    [[nodiscard]] Row interpret(Row given) {
        return interpreted_ ? interpreted_->clock(given) : Row();
    }
    void describe_cycles(std::function<std::string(Row)> marks) { marks_ = std::move(marks); }

    /// A pair whose sum was compared.
    void visit(std::size_t lane, std::uint32_t w, std::uint32_t a);

    /// Counts a cycle in which these fields must be what golden says. `outgrew`: the exact sum does
    /// not fit the accumulator.
    void compare(std::size_t cycle, const std::vector<Field>& fields, Row golden, Row interpreted,
                 Row verilog, bool outgrew);
    /// Counts a broken rule, in words.
    void complain(std::size_t cycle, const std::string& what, Blame blame);
    [[nodiscard]] Blame blame_of_verilog() const;

    /// Outputs that change between two rising edges, then the counts.
    Verdict conclude(const std::vector<Field>& registered);

  private:
    Mismatch* record(std::size_t cycle);
    [[nodiscard]] Blame blame(bool verilog_agrees, bool interpreter_agrees,
                              bool other_two_agree) const;

    const UnitUnderTest& unit_;
    const Layout& layout_;
    const Stimulus& stimulus_;
    const Response& response_;
    int w_bits_, a_bits_;
    std::optional<Interpreted> interpreted_;
    std::function<std::string(Row)> marks_ = [](Row) { return std::string(); };
    std::vector<bool> visited_;
    Verdict verdict_;
};

/// The error of a scoreboard that ran out of time.
Error out_of_time(const UnitUnderTest& unit, std::size_t cycle, const Stimulus& stimulus);

/// The scoreboard of units with a handshake; score() chooses.
Result<Verdict> score_handshake(const UnitUnderTest& unit, const golden::Unit& golden_unit,
                                const Layout& layout, const Stimulus& stimulus,
                                const Response& response, const Deadline& deadline);

}  // namespace bitshed::harness
