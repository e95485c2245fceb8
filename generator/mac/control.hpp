// When a unit takes a pair, begins a sum and shows one: clear and enable, or the handshakes.
#pragma once

#include <optional>

#include "mac/spec.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

class Control {
  public:
    Control(rtl::Builder& builder, const MacSpec& spec) : b_(builder), spec_(spec) {}

    void make_inputs();   ///< all but the operands; before the first section
    void begin();         ///< in the first section, on stage 0
    void end();           ///< in the accumulator's section
    void make_outputs();  ///< out_valid_o, in_ready_o

    /// Handshake none: the sum becomes +0 and the pair is dropped.
    [[nodiscard]] const std::optional<rtl::Value>& clear() const { return clear_; }
    /// Handshakes: the pair belongs to a sum, and: it begins one.
    [[nodiscard]] const std::optional<rtl::Value>& takes() const { return takes_; }
    [[nodiscard]] const std::optional<rtl::Value>& first() const { return first_; }

  private:
    rtl::Builder& b_;
    const MacSpec& spec_;
    std::optional<rtl::Value> clear_, in_valid_, first_, in_last_, out_ready_, reset_n_;
    std::optional<rtl::Value> out_valid_, takes_, completes_, in_ready_;
};

}  // namespace bitshed::mac
