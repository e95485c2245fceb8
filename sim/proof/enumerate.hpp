// A question answered by trying everything: every value of every input that it depends on, many at
// once. For rounded sums, whose exponents are known to no solver's liking.
#pragma once

#include <optional>
#include <vector>

#include "proof/aig.hpp"
#include "proof/tools.hpp"

namespace bitshed::proof {

/// No more inputs than this are enumerated: 2^34 cases take minutes.
inline constexpr std::size_t greatest_enumeration = 34;

/// Can one of `outputs` be true? `first`: inputs whose values are set first, one after the other,
/// because much of the graph is constant once they are. Runs `jobs` threads. Unknown: the deadline
/// passed. The outputs may depend on no more than greatest_enumeration inputs.
Answer enumerate(const Aig& aig, const std::vector<Literal>& outputs,
                 const std::vector<Literal>& first, int jobs, const Deadline& deadline);

}  // namespace bitshed::proof
