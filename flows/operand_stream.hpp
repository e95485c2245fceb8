// Streams of operands for measuring switching activity: seeded and named, the same everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// `count` codes of a format, named as in a manifest. uniform leaves out infinities and NaN: they
/// would stop a sum. gauss draws independent values of a normal distribution (Box-Muller over
/// splitmix64), scales them so that the greatest magnitude becomes the largest finite value, and
/// rounds each to nearest, ties to even; unsigned formats get 0 for what is negative, as after a
/// ReLU. Not for Stream::file. Error (files): the name is no format's, or no code is finite and
/// not zero.
Result<std::vector<std::uint32_t>> draw_codes(Stream stream, const std::string& format,
                                              std::size_t count, std::uint64_t seed);

/// Pairs out of a text: a weight's and an activation's code a line, as hex digits (after 0x or
/// not) of at most `weight_bits` and `activation_bits`. Blank lines, and what follows a #, are left
/// out. Error (files): a line is none, with its number; no pair at all. `origin` names the text.
Result<std::vector<CodePair>> parse_pairs(const std::string& text, const std::string& origin,
                                          int weight_bits, int activation_bits);

}  // namespace bitshed::flows
