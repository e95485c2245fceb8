// The rows of a stimulus as its ports take them: a pair, a clear, an idle cycle, a stray pair; with
// a handshake and without. Which pairs are given is stimulus.cpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/code_set.hpp"
#include "harness/layout.hpp"
#include "support/random.hpp"

namespace bitshed::harness {

enum class Clear { no, yes };
enum class Enable { low, high };
enum class Reset { no, yes };

/// Writes rows of Layout::stimulus_words words, and knows how many steps the open sum has.
class StimulusRows {
  public:
    /// `layout` and `random` must live as long; of `random` come gaps, stalls and what is ignored.
    StimulusRows(const Layout& layout, Random& random) : layout_(layout), random_(random) {}

    [[nodiscard]] bool has_handshake() const { return layout_.in_valid.has_value(); }
    [[nodiscard]] std::size_t count() const { return count_; }
    /// Since the last clear.
    [[nodiscard]] std::int64_t steps() const { return steps_; }

    /// out_ready is low once in so many cycles from now on; 0: never.
    void set_stall_rate(std::size_t rate) { stall_rate_ = rate; }

    /// A code a lane of each operand. With a handshake a clear is no cycle: it ends the sum at its
    /// last pair and begins the next with the pair that follows, now and then after some idle
    /// cycles.
    void pair(const Codes& w, const Codes& a, Clear clear, Enable enable);

    // With a handshake only:

    /// Marks the last pair that was given as the end of its sum.
    void end_sum();
    /// The next pair begins a sum, and no pair ends the one that is open.
    void drop_sum();
    /// No pair, whatever first, last and the operands say; in a reset whatever valid says, too.
    void idle(Reset reset);
    /// A pair that belongs to no sum, for none has begun.
    void stray_pair();

    /// All that was written.
    std::vector<std::uint32_t> take() { return std::move(words_); }

  private:
    std::span<std::uint32_t> new_row();
    std::span<std::uint32_t> new_random_row();
    void mark(std::span<std::uint32_t> row, Reset reset);

    const Layout& layout_;
    Random& random_;
    std::vector<std::uint32_t> words_;
    std::size_t count_ = 0;
    std::int64_t steps_ = 0;
    bool begins_sum_ = true;                ///< with a handshake: the next pair is a sum's first
    std::optional<std::size_t> last_pair_;  ///< where its row begins, if a sum is open
    std::size_t stall_rate_ = 0;
};

}  // namespace bitshed::harness
