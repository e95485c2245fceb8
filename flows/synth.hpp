// What a unit costs on a target: synthesis, exact cell counts, place and route with several seeds
// or static timing, and what a multiply-accumulate takes.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "flows/activity.hpp"
#include "flows/cost.hpp"
#include "flows/parse_sta.hpp"
#include "flows/routing.hpp"
#include "flows/synth_request.hpp"

namespace bitshed::flows {

/// Where a clock frequency comes from.
enum class TimingMethod {
    routed,       ///< placed and routed, wires included
    static_cells  ///< OpenSTA on the netlist: cells alone, no wires
};

/// A netlist that was made, and what effort area makes least: the area or the LUTs.
struct AttemptSize {
    std::string name;  ///< "stock", "area-once"
    double size = 0;
};

struct SynthResult {
    std::string module;
    Target target;
    Cost cost;                          ///< the unit's own
    std::optional<double> area;         ///< where the target has a cell library, in its unit
    CellCounts cells;                   ///< the unit's own
    std::string kept;                   ///< the attempt whose netlist is measured: "stock"
    std::string unit_netlist;           ///< its file in the work folder: Verilog of target cells
    std::vector<AttemptSize> attempts;  ///< every netlist that was made, the stock one first
    std::vector<SeedResult> seeds;      ///< in the order asked for; empty where nothing is routed
    std::optional<SeedResult> timed;    ///< static timing's, where the target has a library
    std::optional<Power> power;         ///< at freq_mhz, where the target has a library
    std::optional<SimulatedActivity> activity;  ///< of the unit's netlist, where it was asked for
    double freq_mhz = 0;                        ///< what the router aimed at
    Effort effort = Effort::stock;
    DspBlocks dsp = DspBlocks::avoided;
    int lanes = 1;                             ///< of the unit: pairs a cycle
    int latency = 1;                           ///< of the unit: edges from a pair to its sum
    int interval = 1;                          ///< of the unit: cycles between pairs
    std::map<std::string, std::string> tools;  ///< name -> version
    std::vector<std::string> commands;         ///< as run in the work folder
    std::filesystem::path work;                ///< where logs and netlist lie
    double seconds = 0;                        ///< wall time of it all

    /// Of the seeds (the mean of the middle two where their number is even), or static timing's.
    [[nodiscard]] std::optional<double> median_fmax_mhz() const;
    /// Whether the median reaches freq_mhz. A missed aim is a result, not a failure.
    [[nodiscard]] std::optional<bool> timing_met() const;
    /// Nanoseconds of a cycle at the median frequency.
    [[nodiscard]] std::optional<double> period_ns() const;
    [[nodiscard]] std::optional<TimingMethod> method() const;
    /// Picojoules of a multiply-accumulate: power times the cycles' time at freq_mhz.
    [[nodiscard]] std::optional<double> pj_per_mac() const;
};

/// Measures the unit that `verilog` holds. Up to `jobs` seeds are routed at once, fewer where
/// memory is short. Error (tool): missing, failed or not understood, with the log's path;
/// (timeout): out of time; (files): the work folder.
Result<SynthResult> synthesize(const emit::Manifest& manifest, const std::string& verilog,
                               const SynthOptions& options, int jobs, const Progress& progress);

/// What a JSON document of a result is for.
enum class Detail {
    run,     ///< printed once: with the folder of the logs
    record,  ///< kept beside the unit: nothing that depends on the machine's folders
};

nlohmann::ordered_json to_json(const SynthResult& result, Detail detail);

/// A page for a person to read.
std::string to_text(const SynthResult& result);

}  // namespace bitshed::flows
