// A point of a sweep: one thing to find out about one unit or one network, and the hash of all that
// decides the answer.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "flows/plan.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// Kinds of points. A further kind is a further word and a function that runs it.
namespace point_kinds {
inline constexpr const char* synth = "synth";        ///< cost on a target
inline constexpr const char* verify = "verify";      ///< comparison with the golden model
inline constexpr const char* accuracy = "accuracy";  ///< a network, quantized
}  // namespace point_kinds

/// Name -> version of what finds out; "missing" and "unknown" are versions too, so that a point is
/// run again when the tool is there.
using ToolVersions = std::map<std::string, std::string>;

/// The versions that the points of a plan depend on.
struct SweepTools {
    std::map<std::string, ToolVersions> by_target;
    ToolVersions judging;
    ToolVersions simulating;  ///< a netlist on operands, beside what its target takes
    ToolVersions quantizing;
};

/// Asks the tools of the plan for their versions.
SweepTools find_sweep_tools(const Plan& plan);

/// A unit as files have it.
struct UnitText {
    emit::Manifest manifest;
    std::string verilog;
};

struct Point {
    std::string key;   ///< of slot, Verilog or network, recipe, tool versions, bitshed's version
    std::string slot;  ///< of what is asked for: kind, unit, target, effort, seeds, clock
    std::string kind;
    std::string subject;             ///< the module, or the network
    std::string target;              ///< empty where the kind has none
    nlohmann::ordered_json request;  ///< what goes into the store
    std::optional<UnitText> unit;    ///< of kinds that are about a unit
};

/// The points of a plan, each once, in the plan's order. Error (files): a unit that the measuring
/// harness cannot hold.
Result<std::vector<Point>> make_points(const Plan& plan, const SweepTools& tools);

/// The request of `synth` that a point's `request` describes.
SynthRequest synth_request_of(const nlohmann::ordered_json& request);

}  // namespace bitshed::flows
