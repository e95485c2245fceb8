// Products by carry cells of one target.
#pragma once

#include <memory>

#include "mac/multiply.hpp"

namespace bitshed::mac {

/// By carry cells of ECP5 alone: the first adder adds two bits of the narrower factor times the
/// other, each further one a bit. Two's complement, as wide as both together, where a factor is (it
/// has three bits or more); else a magnitude, and no wider than the other factor where one has a
/// single bit.
std::unique_ptr<Multiplier> multiplier_in_ecp5_cells(rtl::Builder& b, const Factor& x,
                                                     const Factor& y);

}  // namespace bitshed::mac
