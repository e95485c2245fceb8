// Where a unit's ports lie in the rows of 32-bit words that are exchanged with the simulation: one
// row of inputs before every rising edge, one row of outputs after it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "emit/manifest.hpp"

namespace bitshed::harness {

struct Field {
    std::string port;
    unsigned low = 0;  ///< bit of the row
    unsigned bits = 1;
};

/// Fields lie one after the other, the first at bit 0; rows are whole words.
struct Layout {
    std::string clock;
    // Inputs.
    std::optional<Field> clear;
    std::optional<Field> enable;
    std::optional<Field> reset;  ///< active low
    std::optional<Field> out_ready;
    std::optional<Field>
        in_valid;  ///< from here to the activation: what is offered with a handshake
    std::optional<Field> in_first;
    std::optional<Field> in_last;
    Field weight;
    Field activation;
    unsigned stimulus_words = 0;
    // Outputs.
    Field accumulator;
    std::optional<Field> special;
    std::optional<Field> result;
    std::optional<Field> out_valid;
    std::optional<Field> in_ready;  ///< as it stood before the edge; the others stand after it
    unsigned response_words = 0;

    /// All that there are, in the order of their bits.
    [[nodiscard]] std::vector<Field> inputs() const;
    [[nodiscard]] std::vector<Field> outputs() const;
};

Layout make_layout(const emit::Manifest& manifest);

/// At most 32 bits of a row.
std::uint32_t get_bits(std::span<const std::uint32_t> row, unsigned low, unsigned bits);
/// Replaces at most 32 bits of a row.
void put_bits(std::span<std::uint32_t> row, unsigned low, unsigned bits, std::uint32_t value);

/// A field as limbs of 64 bits and back.
void get_limbs(std::span<const std::uint32_t> row, const Field& field,
               std::span<std::uint64_t> limbs);
void put_limbs(std::span<std::uint32_t> row, const Field& field,
               std::span<const std::uint64_t> limbs);

/// A field as "0x" and all its hex digits.
std::string hex(std::span<const std::uint32_t> row, const Field& field);

}  // namespace bitshed::harness
