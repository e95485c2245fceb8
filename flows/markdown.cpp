#include "flows/markdown.hpp"

#include <fmt/format.h>

namespace bitshed::flows {

std::string harmless(const std::string& text) {
    std::string shown;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        shown += byte < 0x20 || byte == 0x7f || c == '|' ? '?' : c;
    }
    return shown.empty() ? "-" : shown;
}

std::string plain_in_markdown(const std::string& text) {
    std::string shown;
    for (const char c : text) {
        if (c == '<')
            shown += "&lt;";
        else if (c == '&')
            shown += "&amp;";
        else if (c == '`' || c == '[' || c == ']' || c == '\\')
            shown += fmt::format("\\{}", c);
        else
            shown += c;
    }
    return shown;
}

std::string markdown_table(const ReportTable& table) {
    std::string head = "|";
    std::string rule = "|";
    for (const auto& column : table.columns) {
        head += fmt::format(" {} |", column.title);
        rule += column.alignment == Alignment::left ? "---|" : "---:|";
    }
    std::string text = head + "\n" + rule + "\n";
    for (const auto& row : table.rows) {
        text += "|";
        for (const auto& cell : row) text += fmt::format(" {} |", plain_in_markdown(cell));
        text += "\n";
    }
    return text;
}

}  // namespace bitshed::flows
