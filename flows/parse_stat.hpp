// Parser of what Yosys's `stat -json` writes.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "support/result.hpp"

namespace bitshed::flows {

/// Cells of each type; types that a module does not have are absent.
using CellCounts = std::map<std::string, long>;

/// The cells of each module, by the module's name without Yosys's leading backslash.
using CellsByModule = std::map<std::string, CellCounts>;

/// Error (tool): not the JSON of `stat -json`; the words say what is missing.
Result<CellsByModule> parse_stat(std::string_view text);

/// The area of a module, from `stat -liberty FILE -json`, in the library's unit. Error (tool): it
/// has none, which is so where a cell of it is not in the library.
Result<double> parse_area(std::string_view text, const std::string& module);

/// The last line of a Yosys or nextpnr log that reports an error, or nothing.
std::string last_error_line(std::string_view log);

}  // namespace bitshed::flows
