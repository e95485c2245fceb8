// Modules for testing the printer: random ones, and ones that hold every mix of two operators.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rtl/module.hpp"

namespace bitshed::test {

/// A module without findings of some 20 named values on up to 4 pipeline stages, with registers
/// that clear or reset and such that do neither, 1 to 150 bits wide, nested up to 3 operators deep.
/// Most values are shown by an output. The same seed gives the same module. Holding clear_i (and
/// en_i and rst_ni, where they are there) at 1 for `cycles_to_settle` edges makes its state known,
/// whatever it was.
rtl::Module random_module(const std::string& name, std::uint64_t seed);
inline constexpr int cycles_to_settle = 16;

/// For every operator a module (named with `prefix`) in which each of its operands is, in turn,
/// every operator there is: parentheses and widths of every nesting of two.
std::vector<rtl::Module> operator_mixes(const std::string& prefix);

}  // namespace bitshed::test
