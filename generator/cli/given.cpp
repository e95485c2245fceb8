#include "cli/given.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "support/text.hpp"

namespace bitshed::cli {

Result<std::vector<Given>> arguments_or_lines(const std::vector<std::string>& arguments) {
    std::vector<Given> values;
    for (const std::string& argument : arguments) values.push_back({.text = argument, .place = ""});
    if (!values.empty()) return values;

    std::string input;
    std::array<char, 65536> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), stdin))
        input.append(buffer.data(), count);
    if (std::ferror(stdin) != 0) return Error(ErrorKind::files, "standard input cannot be read");

    std::size_t line_number = 0;
    for (const std::string& line : split(input, '\n')) {
        ++line_number;
        const std::string_view value = trim(line);
        if (!value.empty())
            values.push_back(
                {.text = std::string(value), .place = fmt::format("line {}: ", line_number)});
    }
    return values;
}

}  // namespace bitshed::cli
