// Finds the version in what a tool prints when asked for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bitshed::flows {

/// "0.70" of "Yosys 0.70 (git sha1 28ba3cb92)"; nothing where no line has a version.
std::optional<std::string> parse_version(std::string_view text);

}  // namespace bitshed::flows
