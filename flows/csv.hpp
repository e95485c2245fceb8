// Fields of comma-separated values, after RFC 4180.
#pragma once

#include <optional>
#include <string>

namespace bitshed::flows {

/// A text as a field. Spreadsheets run what begins like a formula, so that gets an apostrophe
/// (OWASP, "CSV Injection"): modules, paths and messages are other people's words.
std::string csv_field(std::string text);
std::string csv_field(long number);
/// The fewest digits that give the number back.
std::string csv_field(double number);

/// Empty where there is nothing.
template <class T>
std::string csv_field(const std::optional<T>& value) {
    return value ? csv_field(*value) : std::string();
}

}  // namespace bitshed::flows
