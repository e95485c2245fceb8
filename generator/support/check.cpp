#include "support/check.hpp"

#include <fmt/format.h>

namespace bitshed {

void check(bool condition, std::string_view assumption, std::source_location where) {
    if (condition) return;
    const std::string_view path = where.file_name();
    const auto slash = path.rfind('/');
    const auto file = slash == std::string_view::npos ? path : path.substr(slash + 1);
    throw InternalError(fmt::format("{}:{} ({}): assumed that {}", file, where.line(),
                                    where.function_name(), assumption));
}

}  // namespace bitshed
