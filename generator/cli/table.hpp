// Tables of text for people: columns side by side, aligned, with one line of headings.
#pragma once

#include <string>
#include <vector>

namespace bitshed::cli {

enum class Align { left, right };

struct Column {
    std::string heading;
    Align align = Align::left;
};

class TextTable {
  public:
    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// A row of as many cells as there are columns.
    void add(std::vector<std::string> cells);

    /// Headings and rows, a line each, columns two blanks apart and as wide as they need to be; no
    /// blanks at the end of a line. All cells are ASCII.
    [[nodiscard]] std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace bitshed::cli
