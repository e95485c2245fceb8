// The golden model of a multiply-accumulate unit, from the definition: decode every code to a whole
// multiple of its quantum, multiply and add exactly, round once. docs/verification.md states the
// rules; the datapath under test shares the format library with this model and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "format/real.hpp"
#include "golden/special.hpp"
#include "golden/unit.hpp"

namespace bitshed::golden {

/// Which integers the sum is kept in. Both run the same text; `narrow` is merely faster.
enum class Arithmetic {
    automatic,  ///< 128 bits where no sum of 2^40 steps can leave them, else unbounded
    unbounded,
};

class Mac {
  public:
    /// The state is that after a clear: a sum of +0.
    explicit Mac(const Unit& unit, Arithmetic arithmetic = Arithmetic::automatic);
    ~Mac();
    Mac(Mac&&) noexcept;
    Mac& operator=(Mac&&) noexcept;

    /// The sum becomes +0 and every special value is forgotten.
    void clear();

    /// The state becomes that in which a float accumulator holds `code`, as after a sum that led
    /// there. For float accumulators only, whose code is their whole state where it is no NaN that
    /// their format cannot hold.
    void resume(std::uint32_t code);

    /// acc <- acc + sum of w[i] * a[i]; one code a lane, without bits above the format's width.
    void step(std::span<const std::uint32_t> w, std::span<const std::uint32_t> a);

    /// The code of the accumulator, in limbs of 64 bits, the least first, as many as its width
    /// takes: two's complement, or the float's code. On a grid it is the sum of the finite
    /// products alone, whatever special() says.
    void accumulator_code(std::span<std::uint64_t> limbs) const;

    /// Special values met since the clear; they stick. For a float accumulator: what its value is
    /// (or NaN, where its format cannot hold the NaN that was met).
    [[nodiscard]] Special special() const;

    /// What the sum is worth: special, or the value of the accumulator's code.
    [[nodiscard]] format::Real value() const;

    /// value() rounded into the result format; NaN into a format without NaN gives 0. Nothing
    /// where the unit has no result.
    [[nodiscard]] std::optional<std::uint32_t> result_code() const;

    /// An exact accumulator whose true sum does not fit its bits although no more than its `terms`
    /// products were added: the unit's declared width is wrong.
    [[nodiscard]] bool outgrew_its_width() const;

    struct State;

  private:
    std::optional<RoundedResult> result_;
    std::unique_ptr<State> state_;
};

}  // namespace bitshed::golden
