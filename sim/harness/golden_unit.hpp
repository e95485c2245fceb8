// From a manifest to the unit that the golden model computes.
#pragma once

#include "emit/manifest.hpp"
#include "golden/unit.hpp"
#include "support/result.hpp"

namespace bitshed::harness {

/// Error (files): a format's name is unknown, or fields contradict each other (the grid is not that
/// of the operands' quanta, port widths are not those of the formats); all complaints at once.
Result<golden::Unit> golden_unit(const emit::Manifest& manifest);

}  // namespace bitshed::harness
