// The options that name a unit, the same for every verb that takes one.
#pragma once

#include <CLI/CLI.hpp>

#include "mac/spec.hpp"

namespace bitshed::cli {

/// Registers SPEC (optional, positional) and the flags that decide a MAC. The values stay text:
/// make_mac_spec() complains about all of them at once. `options` must outlive the parsing.
void add_mac_options(CLI::App* verb, mac::MacOptions& options);

}  // namespace bitshed::cli
