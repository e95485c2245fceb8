// Align: the signed product moved to its place on the fixed-point grid.
#pragma once

#include "rtl/builder.hpp"

namespace bitshed::mac {

/// What is to be placed: value * 2^(shift - least_shift), every bit below and above it being
/// `fill`.
struct Alignment {
    rtl::Value value;          ///< named
    rtl::Value shift;          ///< named
    unsigned least_shift = 0;  ///< what shift is at least; places below it do not exist
    unsigned places = 1;       ///< bits of the result, from least_shift up
    rtl::Value fill;
};

/// The stage of the second half, the blocks: the same as the first or later.
rtl::Value align(rtl::Builder& b, const Alignment& alignment, int block_stage);

}  // namespace bitshed::mac
