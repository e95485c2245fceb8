// The units whose Verilog is kept in this folder, word for word.
#pragma once

#include <string>
#include <vector>

#include "emit/artifacts.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"

namespace bitshed::test {

struct GoldenUnit {
    mac::MacSpec spec;
    rtl::Module module;
    std::string verilog;  ///< as it is printed now
    std::string path;     ///< of the file that it must equal
};

inline std::vector<GoldenUnit> golden_units() {
    std::vector<GoldenUnit> units;
    for (const mac::MacOptions& options : std::vector<mac::MacOptions>{
             {.spec = "e4m3*e4m3"},
             {.spec = "e2m1*e2m1", .stages = "2", .enable = true},
             {.spec = "int8*int8"},
             {.spec = "uint8*int4", .stages = "1"},
             {.spec = "e4m3fn*e5m2ieee", .stages = "1"},
             {.spec = "int4*e2m1"},
             {.spec = "e3m2*e3m2", .sign = "late"},
             {.spec = "e2m1*e2m1", .product = "table"},
             {.spec = "e2m1*e3m2", .carry = "deferred"},
             {.spec = "int8*int8", .stages = "1", .product = "tree", .carry = "retimed"},
             {.spec = "int4*int4", .lanes = "2", .product = "packed"},
             {.spec = "e3m2*e2m1", .cells = "ecp5"},
             {.spec = "e2m1*e2m1+e4m3fn", .lanes = "2", .handshake = "stream"}}) {
        const mac::MacSpec spec = mac::make_mac_spec(options).value();
        rtl::Module module = mac::build_mac(spec);
        std::string verilog = emit::make_artifacts(spec, module).verilog();
        const std::string path = std::string(BITSHED_GOLDEN_DIR) + "/" + module.name + ".v";
        units.push_back({spec, std::move(module), std::move(verilog), path});
    }
    return units;
}

}  // namespace bitshed::test
