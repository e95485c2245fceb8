// AMD (Xilinx): cells as Yosys counts them. No open router takes these devices, and Yosys's delays
// lack the carry chain, so that there is no clock frequency to tell.
#include "flows/targets.hpp"

namespace bitshed::flows {

namespace {

Target xilinx(const std::string& name, const std::string& description, const std::string& family) {
    return {
        .name = name,
        .description = description,
        .family = family,
        .synthesis = {.pass = "synth_xilinx -family " + family + " -flatten -noiopad -noclkbuf",
                      .dsp_off = " -nodsp",
                      .dsp_on = "",
                      .mapping = {},
                      .area_from = "map_luts",
                      .area_back = "finalize",
                      .attempts = lut_attempts({"opt_expr -mux_undef -noclkinv"}, 6,
                                               {"clean", "xilinx_srl -fixed -minlen 3",
                                                "techmap -map +/xilinx/lut_map.v -map "
                                                "+/xilinx/cells_map.v -D LUT_WIDTH=6",
                                                "xilinx_dffopt", "opt_lut_ins -tech xilinx"}),
                      .finish = {},
                      .pads = {}},
        .pages = {},
        .cell_models = {"read_verilog -defer +/xilinx/cells_sim.v"},
        .cells = {{"LUT1", Resource::lut, 1},
                  {"LUT2", Resource::lut, 1},
                  {"LUT3", Resource::lut, 1},
                  {"LUT4", Resource::lut, 1},
                  {"LUT5", Resource::lut, 1},
                  {"LUT6", Resource::lut, 1},
                  {"INV", Resource::lut, 1},
                  {"SRL*", Resource::lut, 1},  // a shift register in a LUT
                  {"CARRY4", Resource::carry, 1},
                  {"FD*", Resource::ff, 1},
                  {"DSP48E*", Resource::dsp, 1},
                  {"MUXF7", Resource::other, 1},
                  {"MUXF8", Resource::other, 1},
                  {"RAMB*", Resource::other, 1}},
        .lut_definition = "LUT1..6 + INV + SRL",
        .router = std::nullopt,
        .library = std::nullopt,
    };
}

}  // namespace

std::vector<Target> xilinx_targets() {
    return {xilinx("xilinx-7", "AMD 7 series, synthesis alone", "xc7"),
            xilinx("xilinx-us+", "AMD UltraScale+, synthesis alone", "xcup")};
}

}  // namespace bitshed::flows
