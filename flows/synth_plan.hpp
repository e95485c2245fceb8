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
inline constexpr const char* script = "synth.ys";
inline constexpr const char* synth_log = "synth.log";
inline constexpr const char* cells_by_module = "cells_by_module.json";
inline constexpr const char* cells_flat = "cells_flat.json";
inline constexpr const char* netlist = "netlist.json";
}  // namespace work_files

/// A run of the router with one seed.
struct RouteRun {
    int seed = 0;
    std::vector<std::string> arguments;  ///< after the program
    std::string report;                  ///< file names in the work folder
    std::string log;
};

/// The Yosys script that leaves the cell counts and the netlist.
std::string synth_script(const emit::Manifest& manifest, const SynthOptions& options);

/// The argument vectors of the router, one for each seed; none where the target has no router.
std::vector<RouteRun> route_runs(const SynthOptions& options);

}  // namespace bitshed::flows
