// Align: the signed product moved to its place on the fixed-point grid.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mac/architecture.hpp"
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
    Cells cells = Cells::portable;
};

/// Of two values, each place of the one or the other: what carry cells take in.
struct Choice {
    rtl::Value select;  ///< 1 bit, or a bit for each place
    rtl::Value if_one;
    rtl::Value if_zero;
};

/// The first half of an alignment: moved by less than a block. The second moves by whole blocks; it
/// may stand on a later stage.
struct FinelyAligned {
    Alignment given;
    rtl::Value value;
    std::optional<rtl::Value> block_number;  ///< absent: there is nothing left to do
    unsigned block = 1;                      ///< places of a block
    /// The last bit of the shift, where it has not moved the value yet: the adder's cells will.
    std::optional<rtl::Value> last_bit;
};

/// Places that show a part of the product, and what they show.
struct Shown {
    rtl::Value where;  ///< a bit for each place; named
    rtl::Value what;   ///< named
};

FinelyAligned align_finely(rtl::Builder& b, const Alignment& alignment);
rtl::Value place_blocks(rtl::Builder& b, const FinelyAligned& fine);

/// Whether the last step of an alignment is left to the adder's cells: those of ECP5 take in a
/// multiplexer, where the sign is early. Then not place_blocks() but the next two are called.
bool leaves_a_choice(const Alignment& alignment);

/// Each block shows the part that lies there; elsewhere is the fill. Places that only one part
/// reaches need no gate for that. Nothing: there are no blocks.
std::optional<Shown> show_parts(rtl::Builder& b, const FinelyAligned& fine);

/// The step that was left out. Nothing: none was.
std::optional<Choice> last_step(rtl::Builder& b, const FinelyAligned& fine);

/// Whether an alignment needs its second half.
bool needs_blocks(const Alignment& alignment);

/// The words above the section of place_blocks().
std::vector<std::string> notes_on_blocks(const Architecture& architecture);

}  // namespace bitshed::mac
