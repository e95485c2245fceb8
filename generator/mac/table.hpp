// Products of two minifloats of few bits, as tables: the product of every two magnitudes, in its
// place on the grid.
#pragma once

#include <vector>

#include "format/format.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// A named table for each of the `places` least places of a product, the least first. Its index is
/// {w, a}: both codes without their signs. The formats are such that can_be_table().
std::vector<rtl::Value> make_tables(rtl::Builder& b, const format::Format& weight,
                                    const format::Format& activation, unsigned places);

}  // namespace bitshed::mac
