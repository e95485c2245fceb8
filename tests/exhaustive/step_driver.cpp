// The step of a unit, verilated, as a library: what the accumulator's register takes for a pair and
// for every code that it may hold. Compiled by enumeration_test.cpp.
#include <cstdint>

#include "Vstep.h"
#include "verilated.h"

extern "C" {

Vstep* make_step() {
    return new Vstep(new VerilatedContext, "step");
}

/// next[i] is what comes after acc[i].
void run_step(Vstep* step, std::uint32_t w, std::uint32_t a, const std::uint32_t* acc,
              std::uint32_t* next, std::uint64_t count) {
    step->clk_i = 0;
    step->clear_i = 0;
    step->w_i = w;
    step->a_i = a;
    for (std::uint64_t i = 0; i < count; ++i) {
        step->acc_q = acc[i];
        step->eval();
        next[i] = step->acc_o;
    }
}
}
