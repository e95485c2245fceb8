// Energy of a simulated netlist: what nets did, with what the cell library says a change costs.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "flows/cell_netlist.hpp"
#include "flows/liberty.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// Picojoules of the whole simulation.
struct Energy {
    double internal_pj = 0;   ///< in the cells, registers' clock pins included
    double switching_pj = 0;  ///< into the pins that cells drive: C V^2 / 2 a change
    double leakage_pj = 0;

    [[nodiscard]] double total_pj() const { return internal_pj + switching_pj + leakage_pj; }
};

/// Nanoseconds that an output pin ("CELL/PIN") takes to change, rising and falling averaged.
using Transitions = std::map<std::string, double>;

/// Reads what slews.tcl printed. Error (tool): it is not that, or is cut off.
Result<Transitions> parse_transitions(std::string_view log);

/// Adds up a netlist's energy. A change of an output costs the cell what the tables say at the load
/// of its net and the transition times of the inputs, those that change oftener counting more; what
/// comes from a port has no transition time. Ports draw nothing for what is put into them.
/// `duration_ns` is for the leakage. Error (tool): a cell or a pin is not in the library.
Result<Energy> energy_of(const CellNetlist& netlist, const NetActivity& activity,
                         const Library& library, const Transitions& transitions,
                         double duration_ns);

}  // namespace bitshed::flows
