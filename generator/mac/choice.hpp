// Which architecture suits a target: chosen by what was measured, not by what was thought. The
// table (choice_table.cpp) is made by bench/search.py, which says how.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "mac/spec.hpp"

namespace bitshed::mac {

/// What a unit is to be on its target.
enum class Objective {
    area,      ///< the fewest LUTs
    clock,     ///< the highest clock frequency
    balanced,  ///< the fewest LUTs for a pair a second: LUTs over clock frequency
};

/// The architecture that was the best of a pair on a family of devices, among all that were
/// measured.
struct MeasuredChoice {
    std::string_view family;  ///< flows::Target::family: "ice40", "ecp5", "xcup", ...
    Objective objective;
    std::string_view weight;  ///< canonical names
    std::string_view activation;
    Architecture architecture;
};

/// Every choice that was measured, by family, objective and pair.
const std::vector<MeasuredChoice>& measured_choices();

/// How well an architecture is known to suit.
enum class Ground {
    measured,   ///< this very pair on this family
    neighbour,  ///< the measured pair of the family that is nearest in bits of exponent and
                ///< fraction
    fallback,   ///< nothing of the family was measured for the objective: the portable default
};

struct Choice {
    Architecture architecture;
    Ground ground = Ground::fallback;
};

/// The architecture for a pair on a family. A family without a router has no clock: `clock` and
/// `balanced` fall back there.
Choice choose_architecture(const format::Format& weight, const format::Format& activation,
                           std::string_view family, Objective objective);

/// "area", "clock", "balanced".
std::string_view objective_name(Objective objective);
/// Nothing: there is no such objective.
std::optional<Objective> parse_objective(std::string_view text);

}  // namespace bitshed::mac
