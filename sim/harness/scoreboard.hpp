// Compares golden model, interpreter and simulated Verilog, cycle by cycle.
#pragma once

#include <cstdint>
#include <span>

#include "golden/unit.hpp"
#include "harness/layout.hpp"
#include "harness/stimulus.hpp"
#include "harness/unit_under_test.hpp"
#include "harness/verdict.hpp"
#include "support/deadline.hpp"
#include "support/result.hpp"

namespace bitshed::harness {

/// A unit's part of the rows that a simulation gave: one a cycle, then the bits that moved between
/// rising edges.
class Response {
  public:
    /// `words` holds rows of `row_words`; the unit's words begin at `first_word` of each.
    Response(std::span<const std::uint32_t> words, std::size_t row_words, std::size_t first_word,
             std::size_t unit_words)
        : words_(words), row_words_(row_words), first_word_(first_word), unit_words_(unit_words) {}

    [[nodiscard]] std::span<const std::uint32_t> row(std::size_t index) const {
        return words_.subspan(index * row_words_ + first_word_, unit_words_);
    }
    [[nodiscard]] std::span<const std::uint32_t> moved() const {
        return row(words_.size() / row_words_ - 1);
    }

  private:
    std::span<const std::uint32_t> words_;
    std::size_t row_words_;
    std::size_t first_word_;
    std::size_t unit_words_;
};

/// Fills what a comparison tells of a verdict: pairs, cycles, mismatches, the first of them and
/// whom it blames. Nothing is compared until a clear has passed through the unit, for its state is
/// unknown before. Error (timeout).
Result<Verdict> score(const UnitUnderTest& unit, const golden::Unit& golden_unit,
                      const Layout& layout, const Stimulus& stimulus, const Response& response,
                      const Deadline& deadline);

}  // namespace bitshed::harness
