// One architecture of all that make the same text: choices that decide nothing have their default.
#pragma once

#include "mac/spec.hpp"

namespace bitshed::mac {

/// The architecture of a spec, each choice that its formats, accumulator and lanes leave nothing to
/// decide at its default. So two requests for the same text are one spec.
Architecture canonical_architecture(const MacSpec& spec);

}  // namespace bitshed::mac
