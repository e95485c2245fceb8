// What a multiply-accumulate unit is to its judge: formats, an accumulator, a result. Nothing here
// says how such a unit is built.
//
//     acc <- acc + sum over lanes of  w[i] * a[i]        w: weight, a: activation
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "format/encode.hpp"
#include "format/format.hpp"
#include "format/real.hpp"

namespace bitshed::golden {

using format::Integer;

/// Two's complement, wide enough by its maker's claim for `terms` products after a clear.
struct ExactAccumulator {
    int bits = 0;
    std::int64_t terms = 0;
};

/// Two's complement of a chosen width on the same grid as the exact one.
struct FixedAccumulator {
    enum class Overflow {
        wrap,      ///< modulo 2^bits
        saturate,  ///< each step clamps to the range of `bits` bits
    };
    int bits = 0;
    Overflow overflow = Overflow::wrap;
};

/// A minifloat; each step rounds acc + (exact sum of the lanes' products) once.
struct FloatAccumulator {
    format::Format format;
    format::Overflow overflow = format::Overflow::saturate;
};

using Accumulator = std::variant<ExactAccumulator, FixedAccumulator, FloatAccumulator>;

/// The sum rounded once into a format, beside the accumulator.
struct RoundedResult {
    format::Format format;
    format::Overflow overflow = format::Overflow::saturate;
};

struct Unit {
    format::Format weight;
    format::Format activation;
    Accumulator accumulator;
    std::optional<RoundedResult> result;
    int lanes = 1;  ///< 1..64
};

/// Bits of the accumulator's code.
int accumulator_bits(const Unit& unit);

/// True for exact and fixed accumulators: acc is a whole multiple of 2^product_exponent.
bool is_on_grid(const Unit& unit);

/// Every finite product is a whole multiple of 2^product_exponent, the product of the two quanta.
int product_exponent(const Unit& unit);

/// The finite values of a format in units of its quantum, both ends of their range.
struct Range {
    Integer least;
    Integer greatest;
};
Range finite_range(const format::Format& format);

/// The finite products of two formats in units of 2^product_exponent.
Range product_range(const format::Format& weight, const format::Format& activation);

/// The least two's complement width that holds every sum of up to `terms` products.
int least_exact_bits(const format::Format& weight, const format::Format& activation,
                     std::int64_t terms);

}  // namespace bitshed::golden
