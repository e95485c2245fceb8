// The codes of an operand, sorted by what they are good for.
#pragma once

#include <cstdint>
#include <vector>

#include "golden/operand_table.hpp"
#include "golden/unit.hpp"

namespace bitshed::harness {

using Codes = std::vector<std::uint32_t>;

struct CodeSet {
    std::vector<golden::Operand<golden::Integer>> table;  ///< what every code means
    Codes finite;                                         ///< rising
    Codes corners;               ///< zeros, ends of subnormals and normals, special codes
    Codes finite_corners;        ///< those of them that are finite
    std::uint32_t greatest = 0;  ///< the code of the greatest finite value
    std::uint32_t least = 0;     ///< the code of the least finite value

    explicit CodeSet(const format::Format& format);

    [[nodiscard]] bool is_finite(std::uint32_t code) const {
        return table[code].special == golden::Special::finite;
    }
};

}  // namespace bitshed::harness
