#include "support/check.hpp"

#include <fmt/format.h>

namespace bitshed {

void check(bool condition, std::string_view assumption, const char* file, int line,
           const char* function) {
    if (condition) return;
    const std::string_view path = file;
    const auto slash = path.rfind('/');
    const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    throw InternalError(
        fmt::format("{}:{} ({}): assumed that {}", name, line, function, assumption));
}

}  // namespace bitshed
