// Many modules in one simulation: what the interpreter computes is compared with what Icarus makes
// of the printed Verilog, every output of every cycle.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "rtl/module.hpp"

namespace bitshed::test {

struct Printed {
    rtl::Module module;
    std::string verilog;  ///< as printed, or damaged on purpose
};

struct BenchResult {
    std::size_t modules = 0;  ///< that ran to their end
    std::size_t cycles = 0;   ///< compared, of all modules together
    std::vector<std::string> mismatches;
};

/// Drives every module with `cycles` random vectors. During the first `settling` of them clear_i,
/// en_i and rst_ni are 1 and nothing is compared. Throws std::runtime_error with the simulator's
/// words where it does not compile or run.
BenchResult simulate(const std::vector<Printed>& modules, int cycles, int settling,
                     std::uint64_t seed);

/// What `verilator --lint-only -Wall` says of the modules, all in one run; empty where it is
/// content.
std::string lint(const std::vector<Printed>& modules);

}  // namespace bitshed::test
