#include "flows/energy.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

std::optional<double> time_in(std::string_view word) {
    double value = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || stop != word.data() + word.size() || value < 0) return std::nullopt;
    return value;
}

/// A netlist with its library: what each net bears and how fast it is.
class Adder {
  public:
    Adder(const CellNetlist& netlist, const NetActivity& activity, const Library& library,
          const Transitions& transitions)
        : netlist_(netlist), activity_(activity), library_(library), transitions_(transitions) {}

    Result<Energy> add(double duration_ns) {
        if (auto known = look_up(); !known) return known.error();
        Energy energy;
        for (const auto& cell : netlist_.cells) {
            const LibraryCell& type = library_.cells.at(cell.type);
            energy.leakage_pj += type.leakage_mw * duration_ns;  // mW * ns = pJ
            for (const auto& [pin, nets] : cell.inputs)
                energy.internal_pj += internal(cell, type.pins.at(pin), nets[0]);
            for (const auto& [pin, nets] : cell.outputs) {
                energy.internal_pj += internal(cell, type.pins.at(pin), nets[0]);
                energy.switching_pj += 0.5 * load_[nets[0]] * library_.volts * library_.volts *
                                       static_cast<double>(did(nets[0]).toggles());
            }
        }
        return energy;
    }

  private:
    /// Checks that the library has every cell and pin; adds up loads and transition times of nets.
    Outcome look_up() {
        for (const auto& cell : netlist_.cells) {
            const auto type = library_.cells.find(cell.type);
            if (type == library_.cells.end())
                return Error(ErrorKind::tool,
                             fmt::format("the cell library has no {}", printable(cell.type)));
            for (const auto* pins : {&cell.inputs, &cell.outputs})
                for (const auto& [pin, nets] : *pins) {
                    const auto known = type->second.pins.find(pin);
                    if (known == type->second.pins.end() || nets.size() != 1)
                        return Error(ErrorKind::tool,
                                     fmt::format("the cell library's {} has no pin {} of one bit",
                                                 printable(cell.type), printable(pin)));
                    if (pins == &cell.inputs) load_[nets[0]] += known->second.capacitance_pf;
                }
            for (const auto& [pin, nets] : cell.outputs) {
                const auto time = transitions_.find(cell.name + "/" + pin);
                if (time == transitions_.end())
                    return Error(ErrorKind::tool,
                                 fmt::format("the static timing tells nothing of {}/{}",
                                             printable(cell.name), printable(pin)));
                time_[nets[0]] = time->second;
            }
        }
        return success();
    }

    [[nodiscard]] BitActivity did(Net net) const {
        const auto found = activity_.find(net);
        return found == activity_.end() ? BitActivity{} : found->second;
    }

    [[nodiscard]] double transition_of(Net net) const {
        const auto found = time_.find(net);
        return found == time_.end() ? 0 : found->second;
    }

    /// What the changes of the net at a pin cost its cell inside.
    double internal(const NetlistCell& cell, const LibraryPin& pin, Net net) {
        const BitActivity changes = did(net);
        return static_cast<double>(changes.rises) * edge(cell, pin, net, &InternalEnergy::rise) +
               static_cast<double>(changes.falls) * edge(cell, pin, net, &InternalEnergy::fall);
    }

    /// What one change costs: the mean of the tables, by how often the input of each changes.
    double edge(const NetlistCell& cell, const LibraryPin& pin, Net net,
                EnergyTable InternalEnergy::*table) {
        double weights = 0;
        double weighted = 0;
        double sum = 0;
        double tables = 0;
        for (const auto& energy : pin.energies) {
            if ((energy.*table).values.empty()) continue;
            // An input's own transition time, or that of the input which an output's table names.
            const auto related = cell.inputs.find(energy.related_pin);
            const Net cause = related == cell.inputs.end() ? net : related->second[0];
            const double cost = (energy.*table).at(load_[net], transition_of(cause));
            const auto weight = static_cast<double>(did(cause).toggles());
            weights += weight;
            weighted += weight * cost;
            sum += cost;
            ++tables;
        }
        if (weights > 0) return weighted / weights;
        return tables > 0 ? sum / tables : 0;
    }

    const CellNetlist& netlist_;
    const NetActivity& activity_;
    const Library& library_;
    const Transitions& transitions_;
    std::map<Net, double> load_;  // pF
    std::map<Net, double> time_;  // ns
};

}  // namespace

Result<Transitions> parse_transitions(std::string_view log) {
    Transitions transitions;
    bool ended = false;
    for (const auto& line : split(log, '\n')) {
        if (line.starts_with("Error:"))
            return Error(ErrorKind::tool,
                         fmt::format("this is no list of transition times: it says {}",
                                     printable(trim(line), 200)));
        // bitshed: transition bitshed_12/Y 1.051016e-01 8.600000e-02
        // bitshed: end of transitions
        const auto words = split(trim(line), ' ');
        if (line.starts_with("bitshed: end of transitions")) ended = true;
        if (words.size() != 5 || words[0] != "bitshed:" || words[1] != "transition") continue;
        const auto rise = time_in(words[3]);
        const auto fall = time_in(words[4]);
        if (!rise || !fall)
            return Error(ErrorKind::tool,
                         fmt::format("this is no transition time: {}", printable(line, 200)));
        transitions[words[2]] = (*rise + *fall) / 2;
    }
    if (!ended || transitions.empty())
        return Error(ErrorKind::tool, "this is no list of transition times: it has no end");
    return transitions;
}

Result<Energy> energy_of(const CellNetlist& netlist, const NetActivity& activity,
                         const Library& library, const Transitions& transitions,
                         double duration_ns) {
    return Adder(netlist, activity, library, transitions).add(duration_ns);
}

}  // namespace bitshed::flows
