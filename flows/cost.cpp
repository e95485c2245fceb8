#include "flows/cost.hpp"

#include <fmt/format.h>

#include "flows/harness.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace {

bool matches(const std::string& pattern, const std::string& type) {
    if (pattern.ends_with('*'))
        return type.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
    return pattern == type;
}

std::string words(const CellCounts& cells) {
    std::string list;
    for (const auto& [type, count] : cells)
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, type);
    return list.empty() ? "no cells" : list;
}

Error inconsistent(const std::string& what) {
    return {ErrorKind::tool, fmt::format("internal inconsistency in the synthesis: {}", what)};
}

}  // namespace

Result<Cost> count_cost(const Target& target, const CellCounts& cells) {
    Cost cost;
    for (const auto& [type, count] : cells) {
        bool known = false;
        for (const auto& rule : target.cells) {
            if (!matches(rule.type, type)) continue;
            known = true;
            const long amount = count * rule.weight;
            switch (rule.resource) {
                case Resource::lut:
                    cost.luts += amount;
                    break;
                case Resource::ff:
                    cost.ffs += amount;
                    break;
                case Resource::carry:
                    cost.carries += amount;
                    break;
                case Resource::dsp:
                    cost.dsps += amount;
                    break;
                case Resource::other:
                    break;
            }
        }
        if (!known)
            return Error(ErrorKind::tool,
                         fmt::format("the netlist holds {} of {}, a cell that the target {} does "
                                     "not know how to count",
                                     count, printable(type), target.name));
    }
    return cost;
}

Result<CellCounts> core_cells(const CellsByModule& by_module, const CellsByModule& flat,
                              const std::string& core_module) {
    const std::string harness(harness_module);
    if (by_module.size() != 2 || !by_module.contains(core_module) || !by_module.contains(harness))
        return inconsistent("unit and harness are not the only two modules");
    if (flat.size() != 1 || !flat.contains(harness))
        return inconsistent("the flat netlist is not one module");
    const CellCounts& core = by_module.at(core_module);
    if (core.empty()) return inconsistent("the unit has become nothing: no cells");
    CellCounts sum = by_module.at(harness);
    const auto instance = sum.find(core_module);
    if (instance == sum.end() || instance->second != 1)
        return inconsistent("the harness does not hold the unit exactly once");
    sum.erase(instance);
    for (const auto& [type, count] : core) sum[type] += count;
    if (sum != flat.at(harness))
        return inconsistent(fmt::format("unit and harness have {}, the flat netlist has {}",
                                        words(sum), words(flat.at(harness))));
    return core;
}

}  // namespace bitshed::flows
