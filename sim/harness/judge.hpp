// Judges units: each is simulated with Verilator and compared, cycle by cycle, with the golden
// model and the interpreter. docs/verification.md explains what is driven and what is compared.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/stimulus.hpp"
#include "harness/unit_under_test.hpp"
#include "harness/verdict.hpp"
#include "support/result.hpp"

namespace bitshed::harness {

struct JudgeOptions {
    StimulusOptions stimulus;
    int jobs = 1;                      ///< benches built and run at once
    std::chrono::seconds limit{3600};  ///< for all units together
    std::size_t units_per_bench = 64;  ///< a larger bench compiles longer, many small ones longest
    /// Called after every unit, from any thread but one at a time: how many are judged.
    std::function<void(std::size_t)> on_progress = [](std::size_t) {};
};

/// One verdict or error a unit, in the units' order. Error (request): a handshake that cannot be
/// driven yet. Error (files): a manifest that contradicts itself. Error (tool): Verilator is
/// missing, could not build the unit, or its simulation crashed or ended itself. Error (timeout).
std::vector<Result<Verdict>> judge(const std::vector<UnitUnderTest>& units,
                                   const JudgeOptions& options);

}  // namespace bitshed::harness
