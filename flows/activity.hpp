// The switching activity of a unit's netlist, simulated in Verilator on a stream of operands, and
// the energy of it where the target has a cell library.
#pragma once

#include <optional>
#include <string>

#include "emit/manifest.hpp"
#include "flows/energy.hpp"
#include "flows/run_tool.hpp"
#include "flows/synth_request.hpp"

namespace bitshed::flows {

/// What the simulation gave.
struct SimulatedActivity {
    Stream stream = Stream::uniform;
    std::uint64_t seed = 0;
    std::optional<std::string> operands_sha256;  ///< of the file that they came from
    long cycles = 0;                             ///< that were counted
    long macs = 0;                               ///< multiply-accumulates in them
    int terms = 0;                               ///< products of a sum
    long toggles = 0;              ///< of every net that a cell drives, the clock left out
    std::optional<Energy> energy;  ///< of the counted cycles, where the target has a library

    [[nodiscard]] double toggles_per_mac() const;
    [[nodiscard]] std::optional<double> pj_per_mac() const;
};

/// The programs that a simulation takes; `opensta` where the target has a library.
struct ActivityTools {
    Tool yosys;
    Tool verilator;
    std::optional<Tool> opensta;
};

/// Verilator on PATH. Error (tool): it is missing or tells no version; (timeout).
Result<Tool> find_verilator(const std::filesystem::path& folder, std::chrono::seconds limit);

/// Simulates the netlist in the file `unit_netlist` of the work folder. `library` is the text of
/// the target's. Error (files): the operands' file, a format that is none; (tool): a program failed
/// or was not understood, with its log; a unit that does not take a pair every cycle; (timeout).
Result<SimulatedActivity> simulate_activity(const ActivityTools& tools,
                                            const emit::Manifest& manifest,
                                            const SynthOptions& options,
                                            const std::string& unit_netlist,
                                            const std::optional<std::string>& library,
                                            const WorkFolder& work);

}  // namespace bitshed::flows
