// Bits: an unsigned bit vector of a fixed width, as wide as it needs to be. It has the operations
// of a Verilog vector without its surprises: widths never change unasked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bitshed {

class Bits {
  public:
    /// A vector of `width` >= 1 bits with the value `low` (taken modulo 2^width).
    explicit Bits(unsigned width, std::uint64_t low = 0);

    /// From limbs of 64 bits, the least first; missing limbs are 0, bits above width are dropped.
    static Bits from_limbs(unsigned width, std::vector<std::uint64_t> limbs);
    static Bits all_ones(unsigned width);

    [[nodiscard]] unsigned width() const { return width_; }
    [[nodiscard]] bool bit(unsigned index) const;
    void set_bit(unsigned index, bool value);
    [[nodiscard]] bool is_zero() const;
    [[nodiscard]] const std::vector<std::uint64_t>& limbs() const { return limbs_; }
    /// The value where it fits 64 bits; checks that it does.
    [[nodiscard]] std::uint64_t to_u64() const;

    /// `count` bits from `low` up.
    [[nodiscard]] Bits slice(unsigned low, unsigned count) const;
    /// The same value in more bits, or the low bits of it in fewer.
    [[nodiscard]] Bits resized(unsigned width) const;
    /// Two's complement: the top bit repeated into more bits.
    [[nodiscard]] Bits sign_extended(unsigned width) const;

    /// Hex digits, as many as the width takes, without a prefix: 5 bits of 0x1f are "1f".
    [[nodiscard]] std::string hex() const;

    friend bool operator==(const Bits&, const Bits&) = default;

    // Both operands have the same width, and so has the result (modulo 2^width).
    friend Bits operator&(const Bits& a, const Bits& b);
    friend Bits operator|(const Bits& a, const Bits& b);
    friend Bits operator^(const Bits& a, const Bits& b);
    friend Bits operator+(const Bits& a, const Bits& b);
    friend Bits operator~(const Bits& a);

  private:
    void drop_excess();

    unsigned width_;
    std::vector<std::uint64_t> limbs_;
};

}  // namespace bitshed
