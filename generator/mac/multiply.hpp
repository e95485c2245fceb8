// Products of significands and of integers.
#pragma once

#include <memory>
#include <utility>

#include "format/format.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// A product that still lacks a carry of 1 at its least bit: product + carry is the value. The
/// accumulator's adder takes the carry in for nothing. The carry of magnitudes is the constant 0.
struct CarriedProduct {
    rtl::Value product;  ///< named "product"
    rtl::Value carry;
};

/// Makes the exact product of two operands, adders of rows behind each other, so that registers may
/// stand between them. What it makes it makes in the present section.
class Multiplier {
  public:
    virtual ~Multiplier() = default;

    /// How many stages it can be spread over, at least 1.
    [[nodiscard]] virtual unsigned most_parts() const = 0;
    /// The adders of part `part` of `parts`; each once, in order. Behind the last part comes
    /// product(), behind each other one a stage may end.
    virtual void make_part(unsigned part, unsigned parts) = 0;
    virtual CarriedProduct product() = 0;
};

/// Of two unsigned values, as wide as both together (as wide as the other where one has a single
/// bit): in one part, by Verilog's *, for which a tool may take a DSP block.
std::unique_ptr<Multiplier> multiplier_of_tools(rtl::Builder& b, rtl::Value x, rtl::Value y);

/// The same of two integers, at least one of them signed: two's complement, as wide as both
/// together.
std::unique_ptr<Multiplier> integer_multiplier_of_tools(rtl::Builder& b,
                                                        const format::Format& weight, rtl::Value w,
                                                        const format::Format& activation,
                                                        rtl::Value a);

/// How rows are added up.
enum class RowOrder {
    chain,  ///< each to those before it
    tree,   ///< in pairs, and those in pairs again: fewer adders behind each other
};

/// The same of two unsigned values by rows of two bits of the narrower factor where that has four
/// bits or more: each row an adder of gates, the rows added by carry chains. Fewer LUTs than
/// Yosys's own on every target that was measured; but no DSP block is inferred from it.
std::unique_ptr<Multiplier> multiplier_by_rows(rtl::Builder& b, rtl::Value x, rtl::Value y,
                                               RowOrder order);

/// How many rows operands of these formats are multiplied by, where nothing else is asked for; 0
/// where by none.
unsigned rows_of_multiplier(const format::Format& weight, const format::Format& activation);

/// A factor: a magnitude, or a two's complement value.
struct Factor {
    rtl::Value value;
    enum class Kind { magnitude, twos_complement } kind = Kind::magnitude;
};

/// The factors of a lane, as a multiplier takes them; both of one kind.
struct Factors {
    Factor weight, activation;
};

/// How wide the factors of a * may be that makes two products: 16 bits, as in the DSP blocks of
/// iCE40; those of other targets take more.
constexpr unsigned greatest_packed_factor = 16;

/// Whether the products of two such pairs of factors come out of one *: they keep clear of each
/// other and of what else is in it, and its factors are no wider than greatest_packed_factor.
bool can_be_packed(const format::Format& weight, const format::Format& activation);

/// Multipliers of two lanes, the first one's of `low`, by one * that the first makes: of
/// (high << k) + low of both operands. With k above the bits of a product the product of the lows
/// stands at place 0, that of the highs at 2 k, and those across in between.
std::pair<std::unique_ptr<Multiplier>, std::unique_ptr<Multiplier>> packed_multipliers(
    rtl::Builder& b, const Factors& low, const Factors& high);

/// By carry cells of ECP5 alone: the first adder adds two bits of the narrower factor times the
/// other, each further one a bit. Two's complement, as wide as both together, where a factor is (it
/// has three bits or more); else a magnitude, and no wider than the other factor where one has a
/// single bit.
std::unique_ptr<Multiplier> multiplier_in_ecp5_cells(rtl::Builder& b, const Factor& x,
                                                     const Factor& y);

/// An integer code as two's complement: uint gets a sign bit of 0.
rtl::Value as_signed(rtl::Builder& b, const format::Format& format, rtl::Value code);

/// Booth's radix-4 product of two integers, at least one of them signed: two's complement, as wide
/// as both together.
std::unique_ptr<Multiplier> booth_multiplier(rtl::Builder& b, const format::Format& weight,
                                             rtl::Value w, const format::Format& activation,
                                             rtl::Value a, RowOrder order);

}  // namespace bitshed::mac
