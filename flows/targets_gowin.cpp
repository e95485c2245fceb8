// Gowin: LittleBee GW1N and the Arora families.
#include "flows/targets.hpp"
#include "templates/pages.hpp"

namespace bitshed::flows {

namespace {

Target gowin(const std::string& name, const std::string& description, const std::string& family,
             const std::string& device, const std::string& chip, std::string_view pins,
             Supply supply, int memory_mb) {
    return {
        .name = name,
        .description = description,
        .family = "gowin",
        // -nowidelut: nextpnr 0.11.1 times nothing through MUX2_LUT*, and of LUTs through LUT4
        // alone, hence gowin_lut4.v. -noiopads: pads belong to the harness, not to the unit.
        .synthesis = {.pass = "synth_gowin -family " + family + " -noiopads -nowidelut",
                      .dsp_off = " -nodsp",
                      .dsp_on = "",
                      .mapping = {},
                      .area_from = "map_luts",
                      .area_back = "map_cells",
                      .attempts = lut_attempts({"sort"}, 4, {"clean"}),
                      .finish = {},
                      .pads = {"techmap -map gowin_lut4.v",
                               "hilomap -singleton -hicell VCC V -locell GND G",
                               "iopadmap -bits -inpad IBUF O:I -outpad OBUF I:O bitshed_harness"}},
        .pages = {{"gowin_lut4.v", templates::gowin_lut4_v}, {"pins.cst", pins}},
        .cell_models = {"read_verilog -defer +/gowin/cells_sim.v"},
        .cells = {{"LUT*", Resource::lut, 1},
                  {"ALU", Resource::lut, 1},
                  {"ALU", Resource::carry, 1},
                  {"DFF*", Resource::ff, 1},
                  {"MULT*", Resource::dsp, 1},
                  {"PADD*", Resource::dsp, 1},
                  {"MUX2_LUT*", Resource::other, 1},
                  {"VCC", Resource::other, 1},
                  {"GND", Resource::other, 1},
                  {"RAM16SDP*", Resource::other, 1},
                  {"SDP*", Resource::other, 1}},
        .lut_definition = "LUT1..4 + ALU",
        .router = Router{.program = "nextpnr-himbaechel-gowin",
                         .arguments = {"--device", device, "--vopt", "family=" + chip, "--vopt",
                                       "cst=pins.cst"},
                         .supply = supply,
                         .memory_mb = memory_mb},
        .library = std::nullopt,
    };
}

}  // namespace

std::vector<Target> gowin_targets() {
    return {
        gowin("gowin-gw1n9", "Gowin GW1NR-9C, package QN88P, speed grade C6/I5", "gw1n",
              "GW1NR-LV9QN88PC6/I5", "GW1N-9C", templates::pins_gowin_gw1n9_cst, Supply::setup,
              400),
        gowin("gowin-gw2a18", "Gowin GW2A-18, package PG256, speed grade C8/I7", "gw2a",
              "GW2A-LV18PG256C8/I7", "GW2A-18", templates::pins_gowin_gw2a18_cst, Supply::setup,
              400),
        gowin("gowin-gw5a25", "Gowin GW5A-25A, package MG121N, speed grade C1/I0", "gw5a",
              "GW5A-LV25MG121NC1/I0", "GW5A-25A", templates::pins_gowin_gw5a25_cst, Supply::setup,
              400),
    };
}

}  // namespace bitshed::flows
