// What ABC is told to do for effort area, in the words of Yosys's `abc -script`: commands with
// semicolons between, commas for blanks.
#pragma once

#include <string>

namespace bitshed::flows {

/// One pass of what maps for area: choices of structure, a mapping, don't-cares, packing.
std::string mapped_once();

/// A walk of 24 steps, each from the netlist that the one before left: restructure, map for area,
/// simplify by don't-cares, pack, and look into windows of 64 nodes with a SAT solver. Every second
/// step begins again at the least netlist so far, and the least of all is kept. For LUTs of
/// `inputs` inputs.
std::string climbed(int inputs);

/// Four walks of six such steps, each from the netlist as it was given and a larger restructuring
/// of its own; the least of all is kept.
std::string restarted(int inputs);

}  // namespace bitshed::flows
