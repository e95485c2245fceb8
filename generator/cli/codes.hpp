// How the verbs show formats and their codes, to people and in JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "format/format.hpp"

namespace bitshed::cli {

/// "0x2a": as many hex digits as the format's width takes.
std::string code_hex(const format::Format& format, std::uint32_t code);

/// "0 0101 010": sign, exponent field and fraction apart; an integer's bits in one piece.
std::string code_bits(const format::Format& format, std::uint32_t code);

/// The value of a code: a C hexfloat, "inf", "-inf" or "nan".
std::string value_hexfloat(const format::Format& format, std::uint32_t code);

/// The value of a code for people: "480", "-0", "5.9604644775390625e-08".
std::string value_decimal(const format::Format& format, std::uint32_t code);

/// What `bitshed format` says of a format in JSON, without its codes.
nlohmann::ordered_json facts(const format::Format& format);

}  // namespace bitshed::cli
