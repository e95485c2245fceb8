#include "flows/harness.hpp"

#include <fmt/format.h>

#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::flows {

namespace {

/// "name[7:0]", the bits of a vector that belong to a port.
std::string bits_of(std::string_view vector, int low, int bits) {
    return fmt::format("{}[{}:{}]", vector, low + bits - 1, low);
}

}  // namespace

Result<std::string> harness_text(const emit::Manifest& manifest) {
    if (manifest.module == harness_module || manifest.module == "bitshed_parity")
        return Error(ErrorKind::files,
                     fmt::format("the module name {} belongs to the measuring harness",
                                 printable(manifest.module)),
                     "any other name");
    int in_bits = 0;
    int out_bits = 0;
    std::string connections;
    for (const auto& port : manifest.ports) {
        const bool is_input = port.direction == "input";
        std::string wire = "clk";
        if (port.role != "clock") {
            int& used = is_input ? in_bits : out_bits;
            wire = bits_of(is_input ? "operands_q" : "outputs", used, port.bits);
            used += port.bits;
        }
        connections +=
            fmt::format("{}    .{}({})", connections.empty() ? "" : ",\n", port.name, wire);
    }
    if (in_bits < 2 || out_bits < 1)
        return Error(ErrorKind::files,
                     fmt::format("the unit {} has {} input and {} output bits beside its clock",
                                 printable(manifest.module), in_bits, out_bits),
                     "at least 2 inputs and 1 output");
    return fill_page(templates::measuring_harness_v, {{"MODULE", manifest.module},
                                                      {"IN_BITS", std::to_string(in_bits)},
                                                      {"OUT_BITS", std::to_string(out_bits)},
                                                      {"CONNECTIONS", connections}});
}

}  // namespace bitshed::flows
