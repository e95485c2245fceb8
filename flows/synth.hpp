// What a unit costs on a target: synthesis, exact cell counts, place and route with several seeds.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "flows/cost.hpp"
#include "flows/parse_nextpnr.hpp"
#include "flows/synth_request.hpp"

namespace bitshed::flows {

/// One placement and routing.
struct SeedResult {
    int seed = 0;
    double fmax_mhz = 0;  ///< rounded to 0.01
    Limiter limiter = Limiter::core;
};

struct SynthResult {
    std::string module;
    Target target;
    Cost cost;                      ///< the unit's own
    std::optional<double> area;     ///< where the target has a cell library
    CellCounts cells;               ///< the unit's own
    std::vector<SeedResult> seeds;  ///< in the order asked for; empty where nothing is routed
    double freq_mhz = 0;            ///< what the router aimed at
    Effort effort = Effort::stock;
    DspBlocks dsp = DspBlocks::avoided;
    std::map<std::string, std::string> tools;  ///< name -> version
    std::vector<std::string> commands;         ///< as run in the work folder
    std::filesystem::path work;                ///< where logs and netlist lie

    /// Of the seeds; the mean of the middle two where their number is even.
    [[nodiscard]] std::optional<double> median_fmax_mhz() const;
    /// Whether the median reaches freq_mhz. A missed aim is a result, not a failure.
    [[nodiscard]] std::optional<bool> timing_met() const;
};

/// Hears a line of progress; called from one thread at a time.
using Progress = std::function<void(const std::string&)>;

/// Measures the unit that `verilog` holds. Up to `jobs` seeds are routed at once.
/// Error (tool): missing, failed or not understood, with the log's path; (timeout): out of time;
/// (files): the work folder.
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
