// The interpreter behind the same rows as the simulation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/layout.hpp"
#include "rtl/interpreter.hpp"

namespace bitshed::harness {

class Interpreted {
  public:
    Interpreted(const rtl::Module& module, const Layout& layout);

    /// A rising edge with these inputs; gives the outputs after it, and in_ready before it.
    std::span<const std::uint32_t> clock(std::span<const std::uint32_t> given);

  private:
    struct Place {
        std::size_t number;
        Field field;
    };
    void take(const Place& place);

    rtl::Interpreter interpreter_;
    std::vector<Place> inputs_, outputs_, before_;  // outputs after the edge, and before it
    std::vector<std::uint64_t> limbs_;
    std::vector<std::uint32_t> row_;
};

}  // namespace bitshed::harness
