// The netlists that Yosys makes of a unit, and the least of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flows/cost.hpp"
#include "flows/run_tool.hpp"
#include "flows/synth_plan.hpp"

namespace bitshed::flows {

/// One netlist: what it is made of.
struct Netlist {
    SynthesisRun run;
    CellCounts cells;            ///< the unit's own
    Cost cost;                   ///< the same by resource
    std::optional<double> area;  ///< where the target has a cell library, in the library's unit

    /// What the effort makes least: the area where there is one, else the LUTs.
    [[nodiscard]] double size() const;
};

/// Runs Yosys as often as the effort asks for. The stock netlist is the first. Error (tool): Yosys
/// failed, or unit and harness are not the flat netlist; (timeout); (files).
Result<std::vector<Netlist>> synthesize_netlists(const Tool& yosys, const emit::Manifest& manifest,
                                                 const SynthOptions& options,
                                                 const WorkFolder& work);

/// The netlist to keep: the least, of equals the one with the fewest registers and carries, of
/// equals the first.
const Netlist& least(const std::vector<Netlist>& netlists);

}  // namespace bitshed::flows
