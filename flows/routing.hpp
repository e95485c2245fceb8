// Place and route: a netlist's clock frequency, seed by seed.
#pragma once

#include <functional>
#include <vector>

#include "flows/parse_nextpnr.hpp"
#include "flows/run_tool.hpp"
#include "flows/synth_plan.hpp"

namespace bitshed::flows {

/// One placement and routing.
struct SeedResult {
    int seed = 0;         ///< the one that was routed, which may stand for another (route_all)
    double fmax_mhz = 0;  ///< rounded to 0.01
    Limiter limiter = Limiter::core;
};

/// Hears a line of progress; called from one thread at a time.
using Progress = std::function<void(const std::string&)>;

/// How many runs of `memory_mb` may go on at once: `wanted`, or as many as the free memory holds.
/// Error (tool): it does not hold one. Where the system does not tell what is free, `wanted`.
Result<int> runs_at_once(int wanted, int memory_mb);

/// Routes a netlist with every seed of the options, up to `jobs` at once. A seed whose placement
/// cannot be routed (Router::unroutable) gives way to the one 1000 above it, three times at most.
/// The first error in the order of the seeds wins: (tool) missing memory, a failed router, no
/// report; (timeout).
Result<std::vector<SeedResult>> route_all(const Tool& router, const SynthOptions& options,
                                          const std::string& netlist, const WorkFolder& work,
                                          int jobs, const Progress& progress);

}  // namespace bitshed::flows
