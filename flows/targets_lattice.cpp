// Lattice: iCE40, ECP5, Nexus, MachXO2 and MachXO3.
#include "flows/targets.hpp"

#include <algorithm>
#include <utility>

#include "templates/pages.hpp"

namespace bitshed::flows {

namespace {

/// nextpnr-machxo2 0.11.1 cannot route the clock of about one placement in six.
constexpr const char* clock_unrouted = "Failed to route net";

/// iCE40: the carry cell sits beside its LUT and takes the LUT's operands.
Target ice40(const std::string& name, const std::string& description, const std::string& device,
             std::vector<std::string> route) {
    return {
        .name = name,
        .description = description,
        .family = "ice40",
        .synthesis = {.pass = "synth_ice40 -device " + device,
                      .dsp_off = "",  // uses DSP blocks only when told to
                      .dsp_on = " -dsp",
                      .mapping = {},
                      .area_from = "map_luts",
                      .area_back = "map_cells",
                      .attempts =
                          lut_attempts({}, 4,
                                       {"ice40_wrapcarry -unwrap", "techmap -map +/ice40/ff_map.v",
                                        "clean", "opt_lut -tech ice40"}),
                      .finish = {},
                      .pads = {}},  // nextpnr makes the pads itself
        .pages = {},
        .cell_models = {"read_verilog -defer -D ICE40_" + std::string(device == "hx" ? "HX" : "U") +
                        " +/ice40/cells_sim.v"},
        .cells = {{"SB_LUT4", Resource::lut, 1},
                  {"SB_DFF*", Resource::ff, 1},
                  {"SB_CARRY", Resource::carry, 1},
                  {"SB_MAC16", Resource::dsp, 1},
                  {"SB_RAM40_4K*", Resource::other, 1}},
        .lut_definition = "SB_LUT4",
        .router = Router{.program = "nextpnr-ice40", .arguments = std::move(route)},
        .library = std::nullopt,
    };
}

/// ECP5's carry cell has two more inputs a bit than a sum needs: the multiplexer before the addend
/// goes there, of one bit of the cell or of both. A unit moved by --shifter chain has them. Where
/// what stands there is better left to the LUTs, as in a unit of blocks, one more attempt does.
Target with_folding(Target target) {
    const std::vector<AreaAttempt>& attempts = target.synthesis.attempts;
    AreaAttempt unfolded = *std::find_if(attempts.begin(), attempts.end(), [](const auto& attempt) {
        return attempt.name == "area-climbed";
    });
    unfolded.name = "area-unfolded";
    const std::vector<std::string> folding = {
        "extract -constports -swap CCU2C A0,B0 -swap CCU2C A1,B1 -map ecp5_fold.v",
        "techmap -map ecp5_folded.v", "clean"};
    for (AreaAttempt& attempt : target.synthesis.attempts)
        attempt.passes.insert(attempt.passes.begin(), folding.begin(), folding.end());
    target.synthesis.attempts.push_back(std::move(unfolded));
    target.pages.insert(target.pages.end(), {{"ecp5_fold.v", templates::ecp5_fold_v},
                                             {"ecp5_folded.v", templates::ecp5_folded_v}});
    return target;
}

/// ECP5, MachXO2 and MachXO3: a carry cell is two LUTs and a chain.
Target trellis(const std::string& name, const std::string& description, const std::string& family,
               const std::string& pass, const std::string& carry, const std::string& models,
               Router router) {
    return {
        .name = name,
        .description = description,
        .family = family,
        .synthesis = {.pass = pass,
                      .dsp_off = " -nodsp",
                      .dsp_on = "",
                      .mapping = {},
                      .area_from = "map_luts",
                      .area_back = "map_cells",
                      .attempts = lut_attempts({}, 4, {"clean"}),
                      .finish = {},
                      .pads = {}},
        .pages = {},
        .cell_models = {"read_verilog -defer -overwrite " + models},
        .cells = {{"LUT4", Resource::lut, 1},
                  {carry, Resource::lut, 2},
                  {carry, Resource::carry, 1},
                  {"TRELLIS_FF", Resource::ff, 1},
                  {"MULT18X18D", Resource::dsp, 1},
                  {"ALU54B", Resource::dsp, 1},
                  {"PFUMX", Resource::other, 1},
                  {"L6MUX21", Resource::other, 1},
                  {"DP16KD", Resource::other, 1},
                  {"DP8KC", Resource::other, 1},
                  {"TRELLIS_DPR16X4", Resource::other, 1}},
        .lut_definition = "LUT4 + 2 * " + carry,
        .router = std::move(router),
        .library = std::nullopt,
    };
}

Target nexus() {
    return {
        .name = "nexus-40",
        .description = "Lattice CrossLink-NX LIFCL-40, package BG400, speed grade 9",
        .family = "nexus",
        .synthesis = {.pass = "synth_nexus -nowidelut",
                      .dsp_off = " -nodsp",
                      .dsp_on = "",
                      .mapping = {},
                      .area_from = "map_luts",
                      .area_back = "map_cells",
                      .attempts = lut_attempts({}, 4, {"clean"}),
                      // The constant into a carry chain needs a carry cell to come from, and the
                      // constants of that cell a source.
                      .finish = {"techmap -map nexus_feed_in.v t:VLO t:VHI", "clean",
                                 "techmap -map nexus_feed_in.v t:CCU2", "clean",
                                 "hilomap -singleton -hicell VHI Z -locell VLO Z"},
                      .pads = {}},
        .pages = {{"nexus_feed_in.v", templates::nexus_feed_in_v},
                  {"pins.pdc", templates::pins_nexus_40_pdc}},
        .cell_models = {"read_verilog -defer +/nexus/cells_sim.v"},
        .cells = {{"LUT4", Resource::lut, 1},
                  {"CCU2", Resource::lut, 2},
                  {"CCU2", Resource::carry, 1},
                  {"FD1P3*", Resource::ff, 1},
                  {"MULT*", Resource::dsp, 1},
                  {"PREADD9_CORE", Resource::dsp, 1},
                  {"ACC54_CORE", Resource::dsp, 1},
                  {"WIDEFN9", Resource::other, 1},
                  {"INV", Resource::other, 1},  // folded into the cell it feeds
                  {"VHI", Resource::other, 1},
                  {"VLO", Resource::other, 1},
                  {"IB", Resource::other, 1},
                  {"OB", Resource::other, 1}},
        .lut_definition = "LUT4 + 2 * CCU2",
        .router = Router{.program = "nextpnr-nexus",
                         .arguments = {"--device", "LIFCL-40-9BG400C", "--pdc", "pins.pdc",
                                       "--router", "router1"},
                         .supply = Supply::setup_extra},
        .library = std::nullopt,
    };
}

}  // namespace

std::vector<Target> lattice_targets() {
    return {
        ice40("ice40-hx8k", "Lattice iCE40 HX8K, package ct256", "hx",
              {"--hx8k", "--package", "ct256"}),
        ice40("ice40-up5k", "Lattice iCE40 UP5K, package sg48", "u",
              {"--up5k", "--package", "sg48"}),
        // -nowidelut: wide multiplexers (PFUMX, L6MUX21) would hide LUTs from the count.
        with_folding(trellis("ecp5-25k", "Lattice ECP5 LFE5U-25F, package CABGA256, speed grade 6",
                             "ecp5", "synth_ecp5 -nowidelut", "CCU2C", "+/ecp5/cells_sim.v",
                             Router{.program = "nextpnr-ecp5",
                                    .arguments = {"--25k", "--package", "CABGA256", "--speed", "6",
                                                  "--lpf-allow-unconstrained"}})),
        trellis("machxo2", "Lattice MachXO2 LCMXO2-1200HC, package TG144, speed grade 6", "machxo2",
                "synth_lattice -family xo2 -nowidelut", "CCU2D", "+/lattice/cells_sim_xo2.v",
                Router{.program = "nextpnr-machxo2",
                       .arguments = {"--device", "LCMXO2-1200HC-6TG144C"},
                       .unroutable = clock_unrouted}),
        trellis("machxo3", "Lattice MachXO3LF LCMXO3LF-6900C, package BG256, speed grade 6",
                "machxo3", "synth_lattice -family xo3 -nowidelut", "CCU2D",
                "+/lattice/cells_sim_xo3.v",
                Router{.program = "nextpnr-machxo2",
                       .arguments = {"--device", "LCMXO3LF-6900C-6BG256C"},
                       .unroutable = clock_unrouted}),
        nexus(),
    };
}

}  // namespace bitshed::flows
