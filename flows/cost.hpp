// From cell counts to the figures of a target: luts, ffs, carries, dsps.
#pragma once

#include "flows/parse_stat.hpp"
#include "flows/targets.hpp"

namespace bitshed::flows {

struct Cost {
    long luts = 0;
    long ffs = 0;
    long carries = 0;
    long dsps = 0;
};

/// Adds up cells by the target's rules. Error (tool): a cell type the target has no rule for: it
/// would silently count as nothing.
Result<Cost> count_cost(const Target& target, const CellCounts& cells);

/// The core's cells, from the counts of `stat` before and after flattening. Error (tool): core
/// and harness together are not the flat netlist, cell type by cell type, so that neither can be
/// trusted.
Result<CellCounts> core_cells(const CellsByModule& by_module, const CellsByModule& flat,
                              const std::string& core_module);

}  // namespace bitshed::flows
