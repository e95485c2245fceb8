// Other people's words in tables and in Markdown.
#pragma once

#include <string>

#include "flows/report.hpp"

namespace bitshed::flows {

/// Text from a file somebody else may have written, for a table: no control characters, no bars.
std::string harmless(const std::string& text);

/// The same for Markdown, where some characters begin a tag, a link, a code or an emphasis.
/// An underscore between letters does not.
std::string plain_in_markdown(const std::string& text);

/// A table of harmless cells as Markdown.
std::string markdown_table(const ReportTable& table);

}  // namespace bitshed::flows
