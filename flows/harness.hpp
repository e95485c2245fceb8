// The measuring harness: registers around a unit so that its cost and speed are its own.
// The page is templates/measuring_harness.v; docs/flows.md explains what it is for.
#pragma once

#include <string>
#include <string_view>

#include "emit/manifest.hpp"

namespace bitshed::flows {

/// Names inside the harness that the flow looks for later.
inline constexpr std::string_view harness_module = "bitshed_harness";
inline constexpr std::string_view core_instance = "core";

/// The Verilog of the harness around the manifest's unit. The clock goes to the unit's clock, every
/// other input is fed from the shift register, every output bit is captured and folded into one
/// pin. Error (files): the ports leave nothing to measure, or the unit has the harness's name.
Result<std::string> harness_text(const emit::Manifest& manifest);

}  // namespace bitshed::flows
