// Small text helpers that more than one part needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bitshed {

/// The printable part of a value a user gave, quoted, for a message: control characters and bytes
/// outside ASCII become \xNN, and what is longer than `limit` characters is cut with "...".
std::string printable(std::string_view given, std::size_t limit = 60);

/// A whole number written in plain decimal digits (optionally a leading '-'): no sign '+', blanks,
/// leading zeros, exponents or hex. Nothing if it is not one or lies outside [least, most].
std::optional<std::int64_t> parse_whole_number(std::string_view text, std::int64_t least,
                                               std::int64_t most);

/// A code: decimal digits or 0x and hex digits (either case). Nothing if it is not one or is
/// above `most`.
std::optional<std::uint64_t> parse_code(std::string_view text, std::uint64_t most);

/// The pieces of `text` between separators; empty pieces are kept.
std::vector<std::string> split(std::string_view text, char separator);

/// The words of a command line, without a shell: blanks part words, '...' and "..." keep blanks and
/// are dropped, nothing else is special. Nothing where a quote is not closed.
std::optional<std::vector<std::string>> split_words(std::string_view text);

/// `text` without ASCII blanks at either end.
std::string_view trim(std::string_view text);

/// The least number of bits that hold `value`: 0 for 0, 3 for 4..7.
unsigned bit_length(std::uint64_t value);

/// ceil(log2(value)) for value >= 1: 0 for 1, 2 for 3 and 4.
unsigned ceil_log2(std::uint64_t value);

/// Fills the holes `@NAME@` of a page of templates/. Every hole must be given and every given
/// hole must be on the page; anything else is a bug of ours.
struct Hole {
    std::string_view name;
    std::string text;
};
std::string fill_page(std::string_view page, const std::vector<Hole>& holes);

}  // namespace bitshed
