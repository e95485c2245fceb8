// What a cell library says of energy, out of its Liberty file: capacitances of pins, tables of
// internal energy, leakage. Liberty's internal_power tables hold energy a transition, in its unit
// of capacitance times its unit of voltage squared.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace bitshed::flows {

/// What the axis of a table counts.
enum class Axis { load_pf, transition_ns };

/// Energy of one transition, in pJ, over up to two axes; linear between its points and beyond them.
/// Without values it is 0.
struct EnergyTable {
    std::vector<Axis> axes;
    std::vector<std::vector<double>> index;  ///< for each axis, rising
    std::vector<double> values;              ///< the last axis runs fastest

    [[nodiscard]] double at(double load_pf, double transition_ns) const;
};

/// An internal_power group: what the cell itself takes when a pin changes.
struct InternalEnergy {
    std::string related_pin;  ///< of an output: the input whose transition time counts; or empty
    EnergyTable rise;
    EnergyTable fall;
};

struct LibraryPin {
    double capacitance_pf = 0;
    std::vector<InternalEnergy> energies;
};

struct LibraryCell {
    double leakage_mw = 0;
    std::map<std::string, LibraryPin> pins;
};

struct Library {
    double volts = 0;
    std::map<std::string, LibraryCell> cells;
};

/// Error (files): it is no Liberty file, or lacks a unit, a voltage or a table that its words need.
Result<Library> parse_liberty(std::string_view text);

}  // namespace bitshed::flows
