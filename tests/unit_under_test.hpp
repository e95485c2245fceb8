// A unit of ours as the judge takes it: module, manifest and Verilog.
#pragma once

#include "emit/artifacts.hpp"
#include "harness/judge.hpp"
#include "mac/build.hpp"

namespace bitshed::tests {

inline harness::UnitUnderTest unit_under_test(const mac::MacSpec& spec) {
    harness::UnitUnderTest unit;
    unit.module = mac::build_mac(spec);
    const auto artifacts = emit::make_artifacts(spec, *unit.module);
    unit.manifest = artifacts.manifest;
    unit.verilog = artifacts.verilog();
    return unit;
}

}  // namespace bitshed::tests
