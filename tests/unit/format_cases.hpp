// The formats that the tests of the format library walk through, and their code ranges worked out
// from the contract's table of kinds, apart from the library's own functions.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "format/format.hpp"

namespace format_cases {

using bitshed::format::Format;
using bitshed::format::Specials;

inline constexpr Specials all_kinds[] = {Specials::none, Specials::fn, Specials::ieee,
                                         Specials::fnuz};

/// Every minifloat of 2..8 bits of every kind, with its default bias, with 0, a negative and a
/// large one, and with the least and the greatest.
inline std::vector<Format> operand_minifloats() {
    std::vector<Format> found;
    for (int bits = 2; bits <= 8; ++bits)
        for (int exponent_bits = 1; exponent_bits < bits; ++exponent_bits)
            for (const Specials kind : all_kinds) {
                Format format{.exponent_bits = exponent_bits,
                              .fraction_bits = bits - 1 - exponent_bits,
                              .specials = kind};
                const int half = 1 << (exponent_bits - 1);
                const int usual = kind == Specials::fnuz ? half : half - 1;
                for (const int bias : std::set{usual, 0, -3, 11, -1000, 1000}) {
                    format.bias = bias;
                    found.push_back(format);
                }
            }
    return found;
}

inline std::uint32_t top_field(const Format& f) {
    return ((1u << f.exponent_bits) - 1) << f.fraction_bits;
}
inline std::uint32_t sign(const Format& f) {
    return 1u << (f.exponent_bits + f.fraction_bits);
}

/// The code of the largest finite value: all magnitude bits are ones but for what the kind takes.
inline std::uint32_t largest(const Format& f) {
    const std::uint32_t all_ones = sign(f) - 1;
    if (f.specials == Specials::fn) return all_ones - 1;
    if (f.specials == Specials::ieee) return top_field(f) - 1;
    return all_ones;
}

}  // namespace format_cases
