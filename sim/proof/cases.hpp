// A question taken apart: one copy a value of some of its inputs. With exponents fixed, shifters
// become wires, and what is left of a case is a small adder.
#pragma once

#include <vector>

#include "proof/aig.hpp"

namespace bitshed::proof {

/// The literals of `asked` in a graph of its own, for every value of `split` (inputs of `aig`, at
/// most 16). The inputs of the new graph are those of the old one, in their order; those that are
/// split are left without a reader. `first` to `last` (of 2^split.size()): the cases wanted.
struct Cases {
    Aig aig;
    std::vector<Literal> asked;          ///< those that are not constantly false
    std::vector<std::uint32_t> in_case;  ///< for each of them: bit i is the value of split[i]
};
Cases split_cases(const Aig& aig, const std::vector<Literal>& asked,
                  const std::vector<Literal>& split, std::uint32_t first, std::uint32_t last);

}  // namespace bitshed::proof
