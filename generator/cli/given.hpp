// The values a verb works on: its arguments, or else the lines of standard input.
#pragma once

#include <string>
#include <vector>

#include "support/result.hpp"

namespace bitshed::cli {

/// One value as it was written, and where.
struct Given {
    std::string text;
    std::string place;  ///< "line 3: " for a line of standard input, empty for an argument
};

/// The arguments if there are any, else standard input, a value a line: blanks around a value are
/// dropped, and so are empty lines. Error (files): standard input cannot be read.
Result<std::vector<Given>> arguments_or_lines(const std::vector<std::string>& arguments);

}  // namespace bitshed::cli
