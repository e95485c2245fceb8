// The plan of a synthesis: files to write and argument vectors to run, all inside one work folder
// with plain relative names, so that no name of the user's ever meets a shell or a tool's parser.
#pragma once

#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "flows/synth_request.hpp"
#include "flows/tools.hpp"

namespace bitshed::flows {

/// Files of the work folder.
namespace work_files {
inline constexpr const char* unit = "unit.v";
inline constexpr const char* harness = "harness.v";
inline constexpr const char* library = "cells.lib";
inline constexpr const char* timing_script = "timing.tcl";
inline constexpr const char* timing_log = "timing.log";
inline constexpr const char* power_script = "power.tcl";
inline constexpr const char* power_log = "power.log";
}  // namespace work_files

/// A run of Yosys: the stock flow, or one of the target's area attempts.
struct SynthesisRun {
    std::string attempt;  ///< "stock", "area-once"
    std::string script;   ///< file names in the work folder, from here on
    std::string log;
    std::string cells_by_module;  ///< `stat -json` with unit and harness apart
    std::string cells_flat;       ///< and together
    std::string netlist;          ///< flat, for the router (JSON)
    std::string flat_verilog;     ///< flat, for static timing
    std::string unit_netlist;     ///< the unit alone, Verilog of the target's cells
    std::string text;             ///< the script's own
};

/// A run of the router with one seed.
struct RouteRun {
    int seed = 0;
    std::vector<std::string> arguments;  ///< after the program
    std::string report;                  ///< file names in the work folder
    std::string log;
};

/// Error (request): the unit's Verilog instantiates cells that the target has not.
Outcome check_cells(const emit::Manifest& manifest, const Target& target);

/// The runs of Yosys that the effort asks for, the stock flow first.
std::vector<SynthesisRun> synthesis_runs(const emit::Manifest& manifest,
                                         const SynthOptions& options);

/// The argument vector of the router for a netlist and a seed. The target has a router.
RouteRun route_run(const SynthOptions& options, const std::string& netlist, int seed);

/// The OpenSTA script that times a flat netlist from register to register at options.freq_mhz.
std::string timing_script(const SynthOptions& options, const std::string& flat_verilog);

/// The OpenSTA script that tells what the unit's own netlist draws at options.freq_mhz: operands
/// toggle in half of the cycles, handshake and control stand as in the midst of a sum.
std::string power_script(const emit::Manifest& manifest, const SynthOptions& options,
                         const std::string& unit_netlist);

/// The argument vector of OpenSTA for a script, after the program.
std::vector<std::string> opensta_arguments(const std::string& script);

}  // namespace bitshed::flows
