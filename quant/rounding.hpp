// The loops of fake quantization. They know a format as a handful of float32 constants and have no
// branches, so that a compiler turns them into vector instructions. What they compute is said in
// quantizer.hpp, and proved there by comparison with the format library.
//
// How a magnitude a is rounded to M fraction bits. Adding 2^(e - M + 23), where 2^e <= a < 2^(e+1),
// moves a to a place where float32 numbers lie 2^(e-M) apart: the addition rounds it, to nearest,
// ties to the even multiple, and subtracting the same leaves it rounded. Subnormals of the format
// have the quantum for their step, so the power added is never less than quantum * 2^23. The even
// multiple is the even code where M >= 1, and among subnormals; that leaves two cases for the
// `carry` method: M = 0, where the even code is the one with an even exponent field, and M or
// values so large that the power is no float32. It adds to the bits of a, as an integer, one less
// than half a step, and one more where the code below is odd, and drops the bits below the step:
// the carry rounds up.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bitshed::quant {

enum class Method { add_and_subtract, carry };

/// What a format means to the loops.
struct Rounding {
    Method method = Method::add_and_subtract;
    float lowest = 0;           ///< numbers are clamped to lowest..highest, both of the format
    float highest = 0;          ///< > 0
    float zero = 0;             ///< added to every result: -0 where the format has -0, else +0
    float pass_above = 0;       ///< magnitudes above it, and NaN, come out as they are
    float quantum_power = 0;    ///< quantum * 2^23
    float least_normal = 0;     ///< 2^(1 - bias); infinity for integers
    std::uint32_t dropped = 0;  ///< fraction bits of a float32 that the format lacks; integers: 0
    std::uint32_t below_half = 0;   ///< carry: one less than half of a step, in float32's last bits
    std::uint32_t parity_mask = 0;  ///< carry: 1, or 0 where nothing is dropped
    std::uint32_t odd_when = 0;     ///< carry: the code is odd where its last bit differs from this
};

/// out[i] = rounded(in[i] / divisor) * factor; true where a NaN was among them. `out` may be `in`;
/// else they do not overlap.
bool round_run(const Rounding& rounding, const float* in, float* out, std::size_t size,
               float divisor, float factor);
/// The same with a divisor and a factor for each element.
bool round_each(const Rounding& rounding, const float* in, float* out, std::size_t size,
                const float* divisors, const float* factors);

/// The sum of (b[i] - a[i])^2 over the finite a[i], in double, in one order on every machine.
double squared_distance(const float* a, const float* b, std::size_t size);

}  // namespace bitshed::quant
