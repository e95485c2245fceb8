// What a Mac keeps between steps; one kind for grids, one for floats.
#pragma once

#include "golden/mac.hpp"

namespace bitshed::golden {

struct Mac::State {
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    virtual ~State() = default;
    virtual void clear() = 0;
    virtual void resume(std::uint32_t code) = 0;
    virtual void step(std::span<const std::uint32_t> w, std::span<const std::uint32_t> a) = 0;
    virtual void code(std::span<std::uint64_t> limbs) const = 0;
    [[nodiscard]] virtual Special special() const = 0;
    [[nodiscard]] virtual format::Real value() const = 0;
    [[nodiscard]] virtual bool outgrew_its_width() const = 0;
};

/// For exact and fixed accumulators.
std::unique_ptr<Mac::State> make_grid_state(const Unit& unit, Arithmetic arithmetic);

/// For float accumulators.
std::unique_ptr<Mac::State> make_float_state(const Unit& unit);

/// A Real without a significand.
format::Real real_of(Special special);

/// multiple * 2^exponent; +0 where the multiple is 0.
format::Real real_of(const Integer& multiple, int exponent);

}  // namespace bitshed::golden
