// Align: the signed product moved to its place on the fixed-point grid.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mac/spec.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// What is to be placed: value * 2^(shift - least_shift), every bit below and above it being
/// `fill`, which is the constant 0 where the sign comes late.
struct Alignment {
    rtl::Value value;          ///< named
    rtl::Value shift;          ///< named
    unsigned least_shift = 0;  ///< what shift is at least; places below it do not exist
    unsigned places = 1;       ///< bits of the result, from least_shift up
    rtl::Value fill;
    Shifter shifter = Shifter::blocks;
    Sign sign = Sign::early;
};

/// The first half of an alignment: moved by less than a block. The second moves by whole blocks; it
/// may stand on a later stage.
struct FinelyAligned {
    Alignment given;
    rtl::Value value;
    std::optional<rtl::Value> block_number;  ///< absent: there is nothing left to do
    unsigned block = 1;                      ///< places of a block
};

FinelyAligned align_finely(rtl::Builder& b, const Alignment& alignment);
rtl::Value place_blocks(rtl::Builder& b, const FinelyAligned& fine);

/// Whether an alignment needs its second half.
bool needs_blocks(const Alignment& alignment);

/// The words above the section of place_blocks().
std::vector<std::string> notes_on_blocks(Sign sign);

}  // namespace bitshed::mac
