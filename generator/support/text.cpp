#include "support/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "support/check.hpp"

namespace bitshed {

std::string printable(std::string_view given, std::size_t limit) {
    std::string shown = "'";
    std::size_t count = 0;
    for (const char c : given) {
        if (count++ == limit) {
            shown += "...";
            break;
        }
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            shown += c;
        } else {
            shown += fmt::format("\\x{:02x}", byte);
        }
    }
    return shown + "'";
}

std::optional<std::int64_t> parse_whole_number(std::string_view text, std::int64_t least,
                                               std::int64_t most) {
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    const bool only_digits =
        !digits.empty() &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!only_digits || (digits.size() > 1 && digits[0] == '0') || text == "-0")
        return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value < least || value > most) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parse_code(std::string_view text, std::uint64_t most) {
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    if (value > most) return std::nullopt;
    return value;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> pieces;
    std::size_t start = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || text[i] == separator) {
            pieces.emplace_back(text.substr(start, i - start));
            start = i + 1;
        }
    }
    return pieces;
}

std::optional<std::vector<std::string>> split_words(std::string_view text) {
    std::vector<std::string> words;
    bool inside = false;
    char quote = 0;
    for (const char c : text) {
        if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            inside = false;
            continue;
        }
        if (!inside) words.emplace_back();
        inside = true;
        if (quote == 0 && (c == '\'' || c == '"'))
            quote = c;
        else if (c == quote)
            quote = 0;
        else
            words.back() += c;
    }
    if (quote != 0) return std::nullopt;
    return words;
}

std::string_view trim(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

unsigned bit_length(std::uint64_t value) {
    return static_cast<unsigned>(std::bit_width(value));
}

unsigned ceil_log2(std::uint64_t value) {
    check(value >= 1, "a logarithm is taken of 1 or more");
    return bit_length(value - 1);
}

std::string fill_page(std::string_view page, const std::vector<Hole>& holes) {
    std::string filled;
    std::vector<bool> used(holes.size(), false);
    std::size_t at = 0;
    while (at < page.size()) {
        const auto open = page.find('@', at);
        const auto close = open == std::string_view::npos ? open : page.find('@', open + 1);
        if (close == std::string_view::npos) break;
        const auto name = page.substr(open + 1, close - open - 1);
        const bool is_hole = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'A' && c <= 'Z') || c == '_';
        });
        if (!is_hole) {
            filled += page.substr(at, close - at);
            at = close;
            continue;
        }
        const auto hole =
            std::find_if(holes.begin(), holes.end(), [&](const Hole& h) { return h.name == name; });
        check(hole != holes.end(), fmt::format("the page's hole {} is filled", name));
        used[static_cast<std::size_t>(hole - holes.begin())] = true;
        filled += page.substr(at, open - at);
        filled += hole->text;
        at = close + 1;
    }
    filled += page.substr(at);
    for (std::size_t i = 0; i < holes.size(); ++i)
        check(used[i], fmt::format("the page has a hole {}", holes[i].name));
    return filled;
}

}  // namespace bitshed
