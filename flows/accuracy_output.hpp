// What the accuracy half of a report looks like: JSON, a page of Markdown, CSV, a part of the HTML.
// A `join` is that of the report's own rows: whoever shows several parts of it joins once.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "flows/accuracy_join.hpp"
#include "flows/report.hpp"

namespace bitshed::flows {

/// The members that report.json has beside rows and pareto: `accuracy`, a row a measurement;
/// `joined`, accuracy beside cost; `cheapest`, the cheapest pair within a point of float.
nlohmann::ordered_json accuracy_members(const Report& report);

/// Accuracy beside cost as a table for people. No columns where nothing was quantized.
ReportTable accuracy_table(const Report& report, const Join& join);

/// A line for each network and target: which pair is the cheapest that loses no more than a point.
std::vector<std::string> cheapest_words(const Report& report, const Join& join);

/// The section of report.md; empty where nothing was quantized.
std::string accuracy_markdown(const Report& report);

/// accuracy.csv: a head line and a line a joined row. As to_csv writes its fields.
std::string accuracy_csv(const Report& report);

/// The section of report.html, plots included; empty where nothing was quantized.
std::string accuracy_html(const Report& report);

}  // namespace bitshed::flows
