// What a simulation of a netlist is made of: the rows of its inputs, the bench, the scripts. All
// pure: files and programs are activity.cpp's.
#pragma once

#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "flows/operand_stream.hpp"
#include "flows/synth_request.hpp"

namespace bitshed::flows {

/// Files of the work folder.
namespace activity_files {
inline constexpr const char* script = "activity.ys";
inline constexpr const char* script_log = "activity.log";
inline constexpr const char* connections = "activity_connections.json";
inline constexpr const char* simulated = "activity_simulated.v";
inline constexpr const char* unit = "activity_unit.v";
inline constexpr const char* bench = "activity_bench.v";
inline constexpr const char* stimulus = "activity_stimulus.hex";
inline constexpr const char* build_folder = "activity_build";
inline constexpr const char* build_log = "activity_build.log";
inline constexpr const char* program = "activity";
inline constexpr const char* simulation_log = "activity_simulation.log";
inline constexpr const char* waves = "activity.vcd";
inline constexpr const char* slews_script = "slews.tcl";
inline constexpr const char* slews_log = "slews.log";
}  // namespace activity_files

/// Rows before counting begins, the unit cleared or reset: more than the deepest pipeline has
/// stages.
inline constexpr int warm_up_rows = 16;
/// Clock cycles that are counted.
inline constexpr int counted_cycles = 4096;
/// Products of a sum before it begins anew, or as many as the unit's sum may have if that is less,
/// where the operands do not say which of them are summed.
inline constexpr int longest_sum = 512;

/// The inputs of a simulation.
struct Stimulus {
    std::vector<std::string> rows;  ///< hex digits, the first input's bits lowest
    int bits = 0;                   ///< of a row
    long macs = 0;                  ///< multiply-accumulates in the counted rows
    int terms = 0;                  ///< products of a sum, of the longest where they differ
};

/// Rows for a unit that takes a pair every cycle: warm_up_rows, then counted_cycles. Sums follow
/// one another, begun by clear (which costs a cycle) or by first and last. Pairs are taken in
/// order, lane by lane, and again from the start when they are at an end; where their sums are
/// told, lanes that have no pair of a sum any more are given zeros, and do not count as
/// multiply-accumulates.
Stimulus make_stimulus(const emit::Manifest& manifest, const Operands& operands);

/// The pairs of a stream that is drawn, as many as a simulation takes. Error (files): a format of
/// the manifest is none.
Result<std::vector<CodePair>> drawn_pairs(const emit::Manifest& manifest,
                                          const ActivityOptions& asked);

/// The bench around the netlist.
std::string activity_bench(const emit::Manifest& manifest, const Stimulus& stimulus);

/// The Yosys script that joins the unit's netlist with the target's cell models.
std::string activity_script(const emit::Manifest& manifest, const Target& target,
                            const std::string& unit_netlist);

/// The OpenSTA script that tells the transition times of the unit's nets.
std::string slews_script(const emit::Manifest& manifest, const SynthOptions& options);

/// The argument vector of Verilator for the bench, after the program.
std::vector<std::string> verilator_arguments();

}  // namespace bitshed::flows
