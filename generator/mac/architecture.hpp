// How a unit computes what its spec says. No sum depends on it; LUTs and clock do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/format.hpp"

namespace bitshed::mac {

/// How products of operands with exponents are moved to their place.
enum class Shifter {
    blocks,  ///< by multiplexers within a block, then each block of places shows what belongs there
    chain,   ///< by multiplexers alone, one a place and bit of the shift
};

/// Where the sign of a product joins it.
enum class Sign {
    early,  ///< before it is moved: what is moved is the one's complement, and so is the fill
    late,   ///< just before the accumulator's adder, whose LUTs may take it in
};

/// How two operands become a product.
enum class Product {
    multiply,  ///< by rows, in LUTs; of significands, which are then moved to their place
    table,     ///< a table gives the product of minifloats in its place; for pairs of few bits
    dsp,       ///< by Verilog's *, for which tools take a DSP block where they may
    tree,      ///< by rows that are added in pairs, not one after the other; of four rows or more
    packed,    ///< as dsp, the products of two lanes by one *
};

/// How a carry crosses the accumulator of a grid, and when.
enum class Carry {
    ripple,    ///< in one chain, before the register of the sum
    deferred,  ///< in two: what the high half gets waits a cycle, and is added on the way out
    retimed,   ///< in one, on the way out: what the sum gets waits a cycle, the sum is an adder's
};

/// What adders are made of.
enum class Cells {
    portable,  ///< Verilog's +, of which every tool makes its own
    ecp5,      ///< carry cells of Lattice ECP5, which take in the gates before the adder
};

/// Float accumulators and those that saturate have Carry::ripple, float ones Cells::portable.
struct Architecture {
    Shifter shifter = Shifter::blocks;
    Sign sign = Sign::early;
    Product product = Product::multiply;
    Carry carry = Carry::ripple;
    Cells cells = Cells::portable;

    friend bool operator==(const Architecture&, const Architecture&) = default;
};

/// One of the choices that make an architecture, as the command line has it.
struct ArchitectureChoice {
    std::string_view option;              ///< without its dashes: "shifter"
    std::vector<std::string_view> words;  ///< in the order of the enumerators, the default first
    int (*get)(const Architecture&);      ///< the index of its word
    void (*set)(Architecture&, int);
};

/// All of them, in the order in which names and command lines have them.
const std::vector<ArchitectureChoice>& architecture_choices();

/// All architectures there are, the default first. Not every pair can be built in each.
std::vector<Architecture> every_architecture();

/// All of an architecture in the options' words: "--shifter blocks --sign late --product
/// multiply --carry ripple --cells portable".
std::string architecture_words(const Architecture& architecture);

/// The options of an architecture, "--shifter chain --sign late", each of those that `other` has
/// otherwise.
std::string architecture_options(const Architecture& architecture, const Architecture& other);

/// Whether Product::table is possible: two minifloats whose codes are all finite, with at most
/// `greatest_table_bits` bits together beside their signs.
bool can_be_table(const format::Format& weight, const format::Format& activation);
constexpr int greatest_table_bits = 6;

}  // namespace bitshed::mac
