// A netlist of cells as Yosys writes it in JSON: which cell drives and reads which net.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "flows/parse_vcd.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// A net's number in Yosys's JSON; below 0 a constant.
using Net = long;
inline constexpr Net constant_net = -1;

struct NetlistCell {
    std::string name;
    std::string type;
    std::map<std::string, std::vector<Net>> inputs;   ///< by pin, the least significant bit first
    std::map<std::string, std::vector<Net>> outputs;  ///< likewise
};

struct CellNetlist {
    std::vector<NetlistCell> cells;
    /// A variable's name and the place of the bit in it, for every net.
    std::map<Net, std::pair<std::string, std::size_t>> names;
};

/// Reads the module `module` of `write_json`'s output. Error (tool): it is not there, or a cell's
/// pins have no direction.
Result<CellNetlist> parse_cell_netlist(std::string_view text, const std::string& module);

/// What nets did, by their numbers.
using NetActivity = std::map<Net, BitActivity>;

/// What every net did that a cell drives or reads. Error (tool): a net that is driven is missing in
/// the dump, or was unknown: the simulation has not cleared what it should.
Result<NetActivity> net_activity(const CellNetlist& netlist, const Activity& activity);

/// Changes of all the nets that a cell drives, each net once: what the unit's inputs and its clock
/// do is not in it.
long driven_toggles(const CellNetlist& netlist, const NetActivity& activity);

}  // namespace bitshed::flows
