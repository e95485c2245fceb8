// The report: what was generated, judged and measured, joined from the folders `gen` wrote and the
// records beside the units. What was not judged is shown so, never hidden.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace bitshed::flows {

/// One unit on one target; a unit that was measured nowhere has one row without a target.
struct ReportRow {
    std::string module;
    std::string weight;
    std::string activation;
    std::string accumulator;  ///< "exact (47 bits)"
    int lanes = 0;            ///< 0: the manifest could not be read
    int latency = 0;
    std::string judged;  ///< "passed", "FAILED", "incomplete", "stale", "not judged", "unreadable"
    std::optional<long> pairs_visited;
    std::optional<long> pairs_total;
    std::optional<long> mismatches;
    std::string target;    ///< empty: none
    std::string measured;  ///< "measured", "stale", "not measured", "unreadable"
    std::optional<long> luts;
    std::optional<long> ffs;
    std::optional<long> carries;
    std::optional<long> dsps;
    std::optional<double> fmax_mhz;  ///< the median
};

struct Report {
    std::vector<ReportRow> rows;      ///< by module, then by target
    std::vector<Complaint> problems;  ///< units and records that could not be read
};

/// Reads units: each folder is a unit (DIR/MODULE) or holds some. Error (files): a folder is
/// missing or has no unit.
Result<Report> make_report(const std::vector<std::filesystem::path>& folders);

nlohmann::ordered_json to_json(const Report& report);

/// The rows as a person reads them; whoever prints them aligns them.
enum class Alignment { left, right };
struct ReportColumn {
    std::string title;
    Alignment alignment;
};
struct ReportTable {
    std::vector<ReportColumn> columns;
    std::vector<std::vector<std::string>> rows;  ///< as many cells as there are columns
};
ReportTable to_table(const Report& report);

/// The page report.md: the table and what its words mean.
std::string to_markdown(const Report& report);

}  // namespace bitshed::flows
