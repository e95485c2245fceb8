// Cologne Chip: GateMate.
#include "flows/targets.hpp"

namespace bitshed::flows {

namespace {

/// One area-oriented mapping onto trees of LUTs; Yosys finishes the trees after it.
AreaAttempt tree_attempt(const std::string& name, const std::string& script) {
    return {name,
            {"abc -genlib +/gatemate/lut_tree_cells.genlib -script " + script,
             "techmap -map +/gatemate/lut_tree_map.v", "gatemate_foldinv",
             "techmap -map +/gatemate/inv_map.v", "clean"}};
}

}  // namespace

std::vector<Target> gatemate_targets() {
    return {{
        .name = "gatemate-a1",
        .description = "Cologne Chip GateMate CCGM1A1",
        .family = "gatemate",
        // -luttree: the only LUTs its router takes. Pads and clock buffer come after flattening.
        .synthesis = {.pass = "synth_gatemate -luttree -nomx8 -nomx4 -noiopad -noclkbuf",
                      .dsp_off = " -nomult",
                      .dsp_on = "",
                      .mapping = {},
                      .area_from = "map_luts",
                      .area_back = "map_cells",
                      .attempts = {tree_attempt("area-once", "+strash;dch;map,-a"),
                                   tree_attempt(
                                       "area-repeated",
                                       "+strash;dch;if,-K,4,-a;mfs2,-a;strash;dch;map,-a")},
                      .finish = {},
                      .pads = {"iopadmap -bits -inpad CC_IBUF Y:I -outpad CC_OBUF A:O "
                               "bitshed_harness",
                               "clkbufmap -buf CC_BUFG O:I bitshed_harness"}},
        .pages = {},
        .cell_models = {"read_verilog -defer +/gatemate/cells_sim.v"},
        .cells = {{"CC_L2T4", Resource::lut, 1},
                  {"CC_L2T5", Resource::lut, 1},
                  {"CC_LUT*", Resource::lut, 1},
                  {"CC_MX2", Resource::lut, 1},
                  {"CC_MX4", Resource::lut, 1},
                  {"CC_MX8", Resource::lut, 1},
                  {"CC_ADDF", Resource::lut, 1},
                  {"CC_ADDF", Resource::carry, 1},
                  {"CC_DFF", Resource::ff, 1},
                  {"CC_MULT", Resource::dsp, 1},
                  {"CC_BRAM*", Resource::other, 1}},
        .lut_definition = "CC_L2T4 + CC_L2T5 + CC_LUT1 + CC_LUT2 + CC_MX2 + "
                          "CC_MX4 + CC_MX8 + CC_ADDF",
        .router = Router{.program = "nextpnr-himbaechel-gatemate",
                         .arguments = {"--device", "CCGM1A1", "--vopt", "allow-unconstrained"},
                         .supply = Supply::setup_extra,
                         .memory_mb = 2000},
        .library = std::nullopt,
    }};
}

}  // namespace bitshed::flows
