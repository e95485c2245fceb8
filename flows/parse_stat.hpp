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

/// The last line of a Yosys or nextpnr log that reports an error, or nothing.
std::string last_error_line(std::string_view log);

}  // namespace bitshed::flows
