// The parts of a reference that know numbers: decoding, products, rounding.
#pragma once

#include <string>

#include "golden/unit.hpp"

namespace bitshed::proof {

/// Verilog that takes the wire `name` (a code) apart into name_negative, name_nan, name_infinite,
/// name_significand (0 where it is not finite) and name_places: the magnitude is
/// significand << places quanta.
std::string decode_text(const std::string& name, const format::Format& format);

/// Bits of the magnitude of every finite value, in quanta.
int magnitude_bits(const format::Format& format);

/// Bits of a product's two's complement, in units of the product of the quanta.
int term_bits(const golden::Unit& unit);

enum class Seeded { no, yes };

/// The module reference_lane.
std::string lane_text(const golden::Unit& unit, Seeded seeded);

/// What a rounder is given: `bits` of a magnitude in units of 2^exponent.
struct Rounding {
    int bits = 0;
    int exponent = 0;
    format::Format format;
    format::Overflow overflow = format::Overflow::saturate;
};

/// The widest number inside a rounder.
int rounder_bits(const Rounding& rounding);

/// A module `name` that rounds.
std::string rounder_text(const std::string& name, const Rounding& rounding, Seeded seeded);

}  // namespace bitshed::proof
