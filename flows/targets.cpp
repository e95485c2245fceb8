#include "flows/targets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "support/text.hpp"

namespace bitshed::flows {

const std::vector<Target>& targets() {
    static const std::vector<Target> rows = {
        {
            .name = "ice40-hx8k",
            .description = "Lattice iCE40 HX8K, package ct256",
            .family = "ice40",
            .synth = "synth_ice40 -device hx",  // uses DSP blocks only when told to
            .synth_dsp = "synth_ice40 -device hx -dsp",
            .extra_passes = {},
            .pad_passes = {},  // nextpnr makes the pads itself
            .cells = {{"SB_LUT4", Resource::lut, 1},
                      {"SB_DFF*", Resource::ff, 1},
                      {"SB_CARRY", Resource::carry, 1},
                      {"SB_MAC16", Resource::dsp, 1},
                      {"SB_RAM40_4K*", Resource::other, 1}},
            .lut_definition = "SB_LUT4",
            .router = Router{"nextpnr-ice40", {"--hx8k", "--package", "ct256"}},
            .liberty = std::nullopt,
        },
        {
            .name = "ecp5-25k",
            .description = "Lattice ECP5 LFE5U-25F, package CABGA256, speed grade 6",
            .family = "ecp5",
            // -nowidelut: wide multiplexers (PFUMX, L6MUX21) would hide LUTs from the count.
            .synth = "synth_ecp5 -nodsp -nowidelut",
            .synth_dsp = "synth_ecp5 -nowidelut",
            .extra_passes = {},
            .pad_passes = {},
            .cells = {{"LUT4", Resource::lut, 1},
                      {"CCU2C", Resource::lut, 2},
                      {"CCU2C", Resource::carry, 1},
                      {"TRELLIS_FF", Resource::ff, 1},
                      {"MULT18X18D", Resource::dsp, 1},
                      {"ALU54B", Resource::dsp, 1},
                      {"PFUMX", Resource::other, 1},
                      {"L6MUX21", Resource::other, 1},
                      {"DP16KD", Resource::other, 1}},
            .lut_definition = "LUT4 + 2 * CCU2C",
            .router = Router{"nextpnr-ecp5",
                             {"--25k", "--package", "CABGA256", "--speed", "6",
                              "--lpf-allow-unconstrained"}},
            .liberty = std::nullopt,
        },
    };
    return rows;
}

const std::vector<std::string>& planned_targets() {
    static const std::vector<std::string> names = {"ice40-up5k",  "nexus-40",    "gowin-gw1n9",
                                                   "gatemate-a1", "machxo2",     "xilinx-us+",
                                                   "xilinx-7",    "asic-osu035", "asic-osu018"};
    return names;
}

Result<Target> find_target(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& target : targets()) {
        if (target.name == name) return target;
        known.push_back(target.name);
    }
    const auto allowed = fmt::format("{}", fmt::join(known, ", "));
    const auto& planned = planned_targets();
    if (std::find(planned.begin(), planned.end(), name) != planned.end())
        return Error(ErrorKind::request,
                     fmt::format("target: {} is not available in this version", printable(name)),
                     allowed);
    return Error(ErrorKind::request, fmt::format("target: {} is unknown", printable(name)),
                 allowed);
}

}  // namespace bitshed::flows
