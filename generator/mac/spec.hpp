// MacSpec: one multiply-accumulate unit, fully decided. make_mac_spec() of request.hpp makes one;
// after it nothing about the spec can fail.
//
//     acc <- acc + sum over lanes of  w[i] * a[i]        w: weight, a: activation
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/encode.hpp"
#include "format/format.hpp"
#include "mac/architecture.hpp"

namespace bitshed::mac {

/// What the sum is kept in.
enum class AccumulatorKind {
    exact,     ///< fixed point, wide enough for `terms` products: never wraps within them
    fixed,     ///< fixed point of a chosen width
    floating,  ///< a minifloat of up to 32 bits, rounded once a step
};

/// What becomes of a sum that leaves the range of its accumulator or result.
enum class Overflow { none, wrap, saturate, ieee };

/// How wide an exact accumulator is.
enum class WidthRule {
    tight,  ///< the least two's complement width that holds every sum of `terms` products
    paper,  ///< the closed formula of "Shedding the Bits" (FPL 2024), section III
};

enum class Handshake { none, valid, stream };
enum class Enable { absent, present };

/// Products an exact sum may have, unless a request says how many: ResNet-18's longest sum, the n
/// of the paper.
inline constexpr std::int64_t default_terms = 4608;

struct Accumulator {
    AccumulatorKind kind = AccumulatorKind::exact;
    int bits = 0;                             ///< width of acc_o
    int lsb_exponent = 0;                     ///< fixed grids: the value is acc_o * 2^lsb_exponent
    std::optional<format::Format> format;     ///< floating only
    Overflow overflow = Overflow::none;       ///< exact: none
    WidthRule width_rule = WidthRule::tight;  ///< exact only
    std::int64_t terms = 0;                   ///< products an exact sum may have; 0 for other kinds
};

struct MacSpec {
    format::Format weight;
    format::Format activation;
    Accumulator accumulator;
    std::optional<format::Format> result;  ///< result_o, rounded once from the sum
    Overflow result_overflow = Overflow::saturate;
    int lanes = 1;   ///< pairs a cycle, 1..64
    int stages = 0;  ///< registers between the operands and the accumulating register, 0..4
    Handshake handshake = Handshake::none;
    Enable enable = Enable::absent;
    Architecture architecture;
};

/// A file-safe Verilog identifier that tells two different specs apart: mac_e4m3_e4m3_exact_s1.
std::string module_name(const MacSpec& spec);

/// The options that make this spec again, canonical, defaults left out, as one shell line after
/// the verb: `'e4m3*e4m3+exact' --stages 1`.
std::string command_line(const MacSpec& spec);

/// Edges from a pair given to its sum being visible: stages + 1.
int latency(const MacSpec& spec);

/// Whether special_o exists: on fixed grids where an operand has NaN or infinity, on float
/// accumulators where a NaN may come that the accumulator or the result has no code for.
bool has_special_output(const MacSpec& spec);

std::string_view kind_name(AccumulatorKind kind);   ///< "exact", "fixed", "float"
std::string_view overflow_name(Overflow overflow);  ///< "none", "wrap", "saturate", "ieee"
std::string_view handshake_name(Handshake handshake);

}  // namespace bitshed::mac
