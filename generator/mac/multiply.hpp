// Products of significands and of integers.
#pragma once

#include <memory>

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

/// A factor: a magnitude, or a two's complement value.
struct Factor {
    rtl::Value value;
    enum class Kind { magnitude, twos_complement } kind = Kind::magnitude;
};

/// The factors of a lane, as a multiplier takes them; both of one kind.
struct Factors {
    Factor weight, activation;
};

/// Two integers, at least one of them signed: their factors are two's complement.
bool has_signed_factors(const format::Format& weight, const format::Format& activation);

/// How wide a format's factor is: of a significand, or of an integer, with a sign bit of 0 more
/// where it has none among signed factors.
unsigned factor_bits(const format::Format& format, bool among_signed);

}  // namespace bitshed::mac
