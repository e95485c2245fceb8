// The Verilog around the units of a bench, and what Verilator's complaints about it mean.
#pragma once

#include <string>
#include <vector>

#include "harness/layout.hpp"
#include "harness/lint.hpp"

namespace bitshed::harness {

/// A module instance and where its rows begin in those of the bench.
struct Instance {
    std::string module;
    const Layout* layout = nullptr;
    std::size_t stimulus_word = 0;
    std::size_t response_word = 0;
};

inline constexpr const char* bench_file = "bitshed_bench.v";

/// The text of bench_file for rows of that many words.
std::string bench_text(const std::vector<Instance>& instances, std::size_t stimulus_words,
                       std::size_t response_words);

/// What Verilator's messages say about how the units fit the bench, in words: a module or port is
/// missing, a port is one too many or not as wide as the manifest says. Empty where all fits.
std::vector<std::string> misfits(const std::vector<LintMessage>& messages);

}  // namespace bitshed::harness
