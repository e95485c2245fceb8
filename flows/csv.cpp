#include "flows/csv.hpp"

#include <fmt/format.h>

#include <string_view>

namespace bitshed::flows {

std::string csv_field(std::string text) {
    if (!text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
        text.insert(0, "'");
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string csv_field(long number) {
    return std::to_string(number);
}

std::string csv_field(double number) {
    return fmt::format("{}", number);
}

}  // namespace bitshed::flows
