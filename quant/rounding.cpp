#include "quant/rounding.hpp"

#include <array>
#include <bit>
#include <limits>

// Two versions of each loop in the program, one for processors with AVX2, chosen when it starts:
// the same operations, twice as many at once. Sanitizers cannot stand what chooses.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define BITSHED_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define BITSHED_VECTORS
#endif

namespace bitshed::quant {

namespace {

constexpr std::uint32_t sign_bit = 0x8000'0000;
constexpr std::uint32_t exponent_bits = 0x7f80'0000;
constexpr unsigned fraction_width = 23;

[[gnu::always_inline]] inline float magnitude(float x) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & ~sign_bit);
}

/// Rounds a magnitude of at most `highest`.
template <Method method>
[[gnu::always_inline]] inline float nearest(const Rounding& rounding, float a) {
    const auto bits = std::bit_cast<std::uint32_t>(a);
    if constexpr (method == Method::add_and_subtract) {
        const auto own =
            std::bit_cast<float>((bits & exponent_bits) + (rounding.dropped << fraction_width));
        const float power = own > rounding.quantum_power ? own : rounding.quantum_power;
        return (a + power) - power;
    } else {
        const float subnormal = (a + rounding.quantum_power) - rounding.quantum_power;
        const std::uint32_t odd =
            ((bits >> rounding.dropped) ^ rounding.odd_when) & rounding.parity_mask;
        const std::uint32_t step_mask = ~((std::uint32_t{1} << rounding.dropped) - 1);
        const auto normal = std::bit_cast<float>((bits + rounding.below_half + odd) & step_mask);
        return a < rounding.least_normal ? subnormal : normal;
    }
}

template <Method method>
[[gnu::always_inline]] inline float rounded(const Rounding& rounding, float x, float divisor,
                                            float factor) {
    const float quotient = x / divisor;
    const float above = quotient > rounding.lowest ? quotient : rounding.lowest;
    const float clamped = above < rounding.highest ? above : rounding.highest;
    const std::uint32_t sign = std::bit_cast<std::uint32_t>(clamped) & sign_bit;
    const float value = nearest<method>(rounding, magnitude(clamped));
    const float with_sign =
        std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | sign) + rounding.zero;
    return magnitude(x) <= rounding.pass_above ? with_sign * factor : x;
}

/// The loop; `divisor` and `factor` give those of an index. Ivdep: out is in, or apart from it.
template <Method method, class Divisor, class Factor>
[[gnu::always_inline]] inline bool round_all(const Rounding& given, const float* in, float* out,
                                             std::size_t size, Divisor divisor, Factor factor) {
    const Rounding rounding = given;
    std::uint32_t nan = 0;
#pragma GCC ivdep
    for (std::size_t i = 0; i < size; ++i) {
        const float x = in[i];
        nan |= x != x ? std::uint32_t{1} : std::uint32_t{0};
        out[i] = rounded<method>(rounding, x, divisor(i), factor(i));
    }
    return nan != 0;
}

BITSHED_VECTORS bool run_by_addition(const Rounding& rounding, const float* in, float* out,
                                     std::size_t size, float divisor, float factor) {
    return round_all<Method::add_and_subtract>(
        rounding, in, out, size, [=](std::size_t) { return divisor; },
        [=](std::size_t) { return factor; });
}

BITSHED_VECTORS bool run_by_carry(const Rounding& rounding, const float* in, float* out,
                                  std::size_t size, float divisor, float factor) {
    return round_all<Method::carry>(
        rounding, in, out, size, [=](std::size_t) { return divisor; },
        [=](std::size_t) { return factor; });
}

BITSHED_VECTORS bool each_by_addition(const Rounding& rounding, const float* in, float* out,
                                      std::size_t size, const float* divisors,
                                      const float* factors) {
    return round_all<Method::add_and_subtract>(
        rounding, in, out, size, [=](std::size_t i) { return divisors[i]; },
        [=](std::size_t i) { return factors[i]; });
}

BITSHED_VECTORS bool each_by_carry(const Rounding& rounding, const float* in, float* out,
                                   std::size_t size, const float* divisors, const float* factors) {
    return round_all<Method::carry>(
        rounding, in, out, size, [=](std::size_t i) { return divisors[i]; },
        [=](std::size_t i) { return factors[i]; });
}

}  // namespace

bool round_run(const Rounding& rounding, const float* in, float* out, std::size_t size,
               float divisor, float factor) {
    switch (rounding.method) {
        case Method::add_and_subtract:
            break;
        case Method::carry:
            return run_by_carry(rounding, in, out, size, divisor, factor);
    }
    return run_by_addition(rounding, in, out, size, divisor, factor);
}

bool round_each(const Rounding& rounding, const float* in, float* out, std::size_t size,
                const float* divisors, const float* factors) {
    switch (rounding.method) {
        case Method::add_and_subtract:
            break;
        case Method::carry:
            return each_by_carry(rounding, in, out, size, divisors, factors);
    }
    return each_by_addition(rounding, in, out, size, divisors, factors);
}

BITSHED_VECTORS double squared_distance(const float* a, const float* b, std::size_t size) {
    // So many partial sums that the order of additions does not hang on the width of vectors.
    constexpr std::size_t lanes = 16;
    std::array<double, lanes> sums{};
    const auto square = [](float from, float to) {
        const float difference =
            magnitude(from) <= std::numeric_limits<float>::max() ? to - from : 0.0F;
        return static_cast<double>(difference) * static_cast<double>(difference);
    };
    std::size_t at = 0;
    for (; at + lanes <= size; at += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += square(a[at + lane], b[at + lane]);
    for (std::size_t lane = 0; at + lane < size; ++lane)
        sums[lane] += square(a[at + lane], b[at + lane]);
    double total = 0;
    for (const double sum : sums) total += sum;
    return total;
}

}  // namespace bitshed::quant
