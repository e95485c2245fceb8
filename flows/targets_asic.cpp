// Standard cells: the libraries of Oklahoma State University that Debian ships with qflow.
#include "flows/targets.hpp"

namespace bitshed::flows {

namespace {

AreaAttempt cell_attempt(const std::string& name, const std::string& script) {
    return {name,
            {"dfflibmap -liberty cells.lib", "abc -liberty cells.lib -script " + script, "clean"}};
}

Target osu(const std::string& name, const std::string& description, const std::string& library) {
    return {
        .name = name,
        .description = description,
        .family = "asic",
        .synthesis = {.pass = "synth -flatten",
                      .dsp_off = "",
                      .dsp_on = "",
                      .mapping = {"dfflibmap -liberty cells.lib", "abc -liberty cells.lib",
                                  "clean"},
                      .area_from = "",  // the pass is run to its end: it maps to no library
                      .area_back = "",
                      .attempts = {cell_attempt("area-once", "+strash;dch;map,-a"),
                                   cell_attempt("area-flow",
                                                "+strash;&get,-n;&dch,-f;&nf,-R,10,-F,5;&put")},
                      .finish = {},
                      .pads = {}},
        .pages = {},
        // Cells that are not computed (pads, tristate buffers) have no function in the file.
        .cell_models = {"read_liberty -ignore_miss_func cells.lib"},
        .cells = {{"DFF*", Resource::ff, 1},
                  {"AND*", Resource::other, 1},
                  {"AOI*", Resource::other, 1},
                  {"BUF*", Resource::other, 1},
                  {"CLKBUF*", Resource::other, 1},
                  {"FAX1", Resource::other, 1},
                  {"HAX1", Resource::other, 1},
                  {"INV*", Resource::other, 1},
                  {"MUX2X1", Resource::other, 1},
                  {"NAND*", Resource::other, 1},
                  {"NOR*", Resource::other, 1},
                  {"OAI*", Resource::other, 1},
                  {"OR*", Resource::other, 1},
                  {"XNOR2X1", Resource::other, 1},
                  {"XOR2X1", Resource::other, 1}},
        .lut_definition = "",
        .router = std::nullopt,
        .library = CellLibrary{library + "_stdcells.lib", "/usr/share/qflow/tech/" + library,
                               "qflow-tech-" + library},
    };
}

}  // namespace

std::vector<Target> asic_targets() {
    return {osu("asic-osu035", "OSU standard cells, TSMC 0.35 um, typical, 3.3 V, 25 C", "osu035"),
            osu("asic-osu018", "OSU standard cells, TSMC 0.18 um, typical, 1.8 V, 25 C", "osu018")};
}

}  // namespace bitshed::flows
