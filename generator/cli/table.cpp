#include "cli/table.hpp"

#include <algorithm>

#include "support/check.hpp"

namespace bitshed::cli {

void TextTable::add(std::vector<std::string> cells) {
    check(cells.size() == columns_.size(), "a row has a cell for every column");
    rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) widths.push_back(column.heading.size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());

    std::string text;
    std::string line;
    const auto put = [&](std::size_t column, const std::string& cell) {
        const std::string fill(widths[column] - cell.size(), ' ');
        if (column > 0) line += "  ";
        line += columns_[column].align == Align::left ? cell + fill : fill + cell;
    };
    const auto end_line = [&] {
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
        line.clear();
    };
    for (std::size_t i = 0; i < columns_.size(); ++i) put(i, columns_[i].heading);
    end_line();
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) put(i, row[i]);
        end_line();
    }
    return text;
}

}  // namespace bitshed::cli
