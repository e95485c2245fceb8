// Which architecture suits a target: chosen by what was measured, not by what was thought. The
// tables (choice_table.cpp, clock_table.cpp) are made by bench/search.py, which says how.
#pragma once

#include <functional>
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

/// The architecture of the fewest LUTs of a pair on a family of devices, among all that were
/// measured; without stages.
struct MeasuredChoice {
    std::string_view family;  ///< flows::Target::family: "ice40", "ecp5", "xcup", ...
    std::string_view weight;  ///< canonical names
    std::string_view activation;
    Architecture architecture;
};

/// Every such choice, by family and pair.
const std::vector<MeasuredChoice>& measured_choices();

/// LUTs and clock frequency of a unit of one lane and 1024 products.
struct MeasuredClock {
    std::string_view target;  ///< flows::Target::name: "ecp5-25k"
    std::string_view family;
    std::string_view weight;  ///< canonical names
    std::string_view activation;
    int stages = 0;
    Architecture architecture;
    int luts = 0;
    double mhz = 0;  ///< the median of three seeds of place and route
};

/// All that were measured, by target, pair and stages; of those of a stage the one comes first that
/// is the least unlike the portable default.
const std::vector<MeasuredClock>& measured_clocks();

/// How well a unit is known to suit.
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

/// The architecture for a pair on a family, with so many stages, of those that are `allowed`. A
/// family without a router has no clock: `clock` and `balanced` fall back there.
Choice choose_architecture(const format::Format& weight, const format::Format& activation,
                           std::string_view family, Objective objective, int stages,
                           const std::function<bool(const Architecture&)>& allowed);

/// A unit that is to reach a clock frequency.
struct ClockChoice {
    MeasuredClock unit;  ///< the row; of a neighbour its pair is another
    Ground ground = Ground::measured;
    bool reaches = false;  ///< false: no row does, and this one is the fastest
};

/// Of the pair's rows, or of its nearest neighbour's, that are `allowed`, the one with the fewest
/// LUTs that reaches `mhz` on this very target. Nothing: there is no row.
std::optional<ClockChoice> choose_for_clock(
    const format::Format& weight, const format::Format& activation, std::string_view target,
    double mhz, const std::function<bool(const MeasuredClock&)>& allowed);

/// "area", "clock", "balanced".
std::string_view objective_name(Objective objective);
/// Nothing: there is no such objective.
std::optional<Objective> parse_objective(std::string_view text);

}  // namespace bitshed::mac
