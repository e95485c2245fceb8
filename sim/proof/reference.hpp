// The other side of a proof: a unit's definition as Verilog, written from the manifest and the
// facts of its formats, in a style of its own. It shares nothing with the datapath that it judges.
//
// A delay line of `stages` registers on the inputs, then a machine of one cycle: each code is moved
// to its place on the whole grid, shifted copies are added, magnitudes are negated; a rounder looks
// for the leading one over all places.
#pragma once

#include <optional>
#include <string>

#include "emit/manifest.hpp"
#include "golden/unit.hpp"
#include "support/result.hpp"

namespace bitshed::proof {

/// A mistake put in on purpose: a proof that does not find it proves nothing.
enum class Seed {
    none,
    product,  ///< one pair of codes has a product of the wrong sign
    result,   ///< the result's last bit is wrong where the sum is one unit
    reset,    ///< a reset leaves a sum open
    hold,     ///< the sum goes on while the unit is held
};

/// The names of the reference's ports, by role; the manifest's names stand for the judged file.
std::string reference_port(const std::string& role);

inline constexpr const char* reference_module = "bitshed_reference";

/// The widest number that a reference works on, in bits.
int widest_number(const emit::Manifest& manifest, const golden::Unit& unit);
inline constexpr int greatest_number = 1200;

/// Verilog-2005, unsigned. Needs widest_number() <= greatest_number.
std::string reference_text(const emit::Manifest& manifest, const golden::Unit& unit, Seed seed);

}  // namespace bitshed::proof
