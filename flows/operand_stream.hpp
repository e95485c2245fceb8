// Streams of operands for measuring switching activity: seeded and named, the same everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emit/manifest.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// Where operands come from.
enum class Stream {
    uniform,  ///< every finite code as often as any other, each bit of them independent
    gauss,    ///< a normal distribution in the format, its greatest magnitude the largest code
    file      ///< pairs that somebody gave
};

std::string_view stream_name(Stream stream);

/// A weight's and an activation's code.
using CodePair = std::pair<std::uint32_t, std::uint32_t>;

/// Pairs in their order, and which of them are summed.
struct Operands {
    std::vector<CodePair> pairs;
    /// Behind how many pairs a sum ends, rising, the last behind all of them; empty where nothing
    /// is said about sums.
    std::vector<std::size_t> sum_ends;

    /// Products of the longest sum; 0 where nothing is said about sums.
    [[nodiscard]] std::size_t longest_sum() const;
};

/// `count` codes of a format, named as in a manifest. uniform leaves out infinities and NaN: they
/// would stop a sum. gauss draws independent values of a normal distribution (Box-Muller over
/// splitmix64), scales them so that the greatest magnitude becomes the largest finite value, and
/// rounds each to nearest, ties to even; unsigned formats get 0 for what is negative, as after a
/// ReLU. Not for Stream::file. Error (files): the name is no format's, or no code is finite and
/// not zero.
Result<std::vector<std::uint32_t>> draw_codes(Stream stream, const std::string& format,
                                              std::size_t count, std::uint64_t seed);

/// Pairs out of a text: a weight's and an activation's code a line, as hex digits (after 0x or
/// not) of at most `weight_bits` and `activation_bits`. `clear` alone ends a sum, as the end of a
/// text that has one does. Blank lines, and what follows a #, are left out. Error (files): a line
/// is none, with its number; no pair at all. `origin` names the text.
Result<Operands> parse_operands(const std::string& text, const std::string& origin, int weight_bits,
                                int activation_bits);
/// The same for the ports of a unit. Error (files): also a sum that has more products than the
/// unit's accumulator is made for.
Result<Operands> operands_for(const emit::Manifest& manifest, const std::string& text,
                              const std::string& origin);

}  // namespace bitshed::flows
