// Names of formats: the grammar of the command line, aliases, lists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/format.hpp"
#include "support/result.hpp"

namespace bitshed::format {

/// Where a format is used decides how wide it may be.
enum class Use {
    operand,  ///< a weight or activation: minifloats of 2..8 bits, int and uint of 2..8
    any,      ///< accumulators, results, format, encode, decode: minifloats up to 32 bits
};

/// e<E>m<M>[b<BIAS>][fn|ieee|fnuz], int<N>, uint<N> or an alias; upper case is accepted.
/// Error (request): says what is wrong with the text (its printable part) and what is allowed.
Result<Format> parse(std::string_view text, Use use);

struct Alias {
    std::string_view alias;      ///< "fp16", "float8_e4m3fn", "ocp_e2m1"
    std::string_view canonical;  ///< "e5m10ieee", "e4m3fn", "e2m1"
};
/// Every alias, those of one format together.
const std::vector<Alias>& aliases();

/// The aliases of one format, in the order of aliases().
std::vector<std::string> aliases_of(const Format& format);

/// The operand formats with a default bias and no special codes: minifloats by width and exponent
/// bits, then ints, then uints, each of `least_bits` to `most_bits` bits (2..8).
std::vector<Format> shapes(int least_bits, int most_bits);

}  // namespace bitshed::format
