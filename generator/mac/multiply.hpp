// Products of significands and of integers.
#pragma once

#include "format/format.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// The exact product of two unsigned values, as wide as both together (as wide as the other where
/// one has a single bit). Named "product".
rtl::Value multiply_unsigned(rtl::Builder& b, rtl::Value x, rtl::Value y);

/// The same, as rows of two bits of the narrower factor where that has four bits or more: each row
/// an adder of gates, the rows added by carry chains. Fewer LUTs than Yosys's own on every target
/// that was measured; but no DSP block is inferred from it.
rtl::Value multiply_by_rows(rtl::Builder& b, rtl::Value x, rtl::Value y);

/// A factor: a magnitude, or a two's complement value.
struct Factor {
    rtl::Value value;
    enum class Kind { magnitude, twos_complement } kind = Kind::magnitude;
};

/// The exact product, by carry cells of ECP5 alone: the first adds two bits of the narrower factor
/// times the other, each further one bit. Two's complement, as wide as both together, where a
/// factor is (it has three bits or more); else a magnitude, and no wider than the other factor
/// where one has a single bit. Named "product".
rtl::Value multiply_in_ecp5_cells(rtl::Builder& b, const Factor& x, const Factor& y);

/// A two's complement product that still lacks a carry of 1 at its least bit: product + carry is
/// the value. The accumulator's adder takes the carry in for nothing.
struct SignedProduct {
    rtl::Value product;
    rtl::Value carry;
};

/// Booth's radix-4 product of two integers, at least one of them signed.
SignedProduct multiply_booth(rtl::Builder& b, const format::Format& weight, rtl::Value w,
                             const format::Format& activation, rtl::Value a);

}  // namespace bitshed::mac
