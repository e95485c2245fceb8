// How an adder fits the carry cells of Lattice ECP5 (CCU2C: two places and the carry between them).
//
// A place of the cell has four inputs A, B, C, D and a table of 16 bits, INIT, bit D C B A of which
// is the place's sum without its carry, s. The place shows s ^ carry in, and hands on the carry in
// where s is 1. Where s is 0 it hands on what INIT says of A and B with C = D = 0: so a function of
// three inputs can be added to a fourth, if it is 0 wherever C and D are, or two functions of two
// inputs each.
// Source: the cell's model in Yosys, techlibs/ecp5/cells_sim.v, and Lattice's FPGA-TN-02200.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "rtl/module.hpp"

namespace bitshed::rtl {

struct CarryCell {
    /// What A, B, C and D read: a value as wide as the sum, a place each, or one bit for all of
    /// them. Absent: a constant 1.
    std::array<std::optional<NodeId>, 4> inputs;
    std::uint16_t init = 0;
};

/// The cell of an adder's places. Not, and, or, xor and mux without a name are taken in; whatever
/// else its operands are made of is an input. Nothing: there are too many inputs, or the carry
/// cannot be told from two of them.
std::optional<CarryCell> fit_carry_cell(const Module& module, NodeId adder);

}  // namespace bitshed::rtl
