// OpenSTA on a netlist of library cells: how fast it is, and what it draws.
#pragma once

#include "emit/manifest.hpp"
#include "flows/parse_sta.hpp"
#include "flows/routing.hpp"
#include "flows/run_tool.hpp"
#include "flows/synth_plan.hpp"

namespace bitshed::flows {

/// The clock frequency of unit and harness from register to register, as if it were a seed. Error
/// (tool): OpenSTA failed, or its log is not understood; (timeout); (files).
Result<SeedResult> time_cells(const Tool& opensta, const SynthOptions& options,
                              const std::string& flat_verilog, const WorkFolder& work);

/// What the unit alone draws at options.freq_mhz, vectorless. Errors as above.
Result<Power> power_of_cells(const Tool& opensta, const emit::Manifest& manifest,
                             const SynthOptions& options, const std::string& unit_netlist,
                             const WorkFolder& work);

}  // namespace bitshed::flows
