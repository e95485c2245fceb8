// From a manifest back to the module that bitshed builds for it.
#pragma once

#include <optional>

#include "emit/manifest.hpp"
#include "rtl/module.hpp"

namespace bitshed::cli {

/// The module whose manifest, command and version aside, is the one given: the same formats, widths
/// and ports. Nothing where this bitshed makes no such unit.
std::optional<rtl::Module> rebuild_module(const emit::Manifest& manifest);

}  // namespace bitshed::cli
