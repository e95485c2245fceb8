// The report: what was generated, judged and measured, joined from the folders `gen` wrote and the
// records beside the units, or from a sweep's store. What was not judged is shown so, never hidden.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "flows/accuracy_row.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// How a figure came about: what has to be said when it is quoted.
struct Provenance {
    std::map<std::string, std::string> tools;  ///< name to version: "yosys" -> "0.70 (pyosys)"
    std::vector<std::string> commands;    ///< what was run, in order, as a person would type it
    std::vector<long> seeds;              ///< of place and route
    std::vector<double> fmax_all_mhz;     ///< one for each seed
    std::vector<std::string> limited_by;  ///< "core" or "harness", one for each seed
    std::optional<double> freq_mhz;       ///< what the router aimed at
    std::string effort;                   ///< "stock"; empty: unknown
    std::string dsp_blocks;               ///< "avoided" or "allowed"; empty: unknown
    std::string log;                      ///< the file or folder of the logs; empty: unknown
    bool operator==(const Provenance&) const = default;
};

/// One unit on one target; a unit that was measured nowhere has one row without a target.
struct ReportRow {
    std::string module;
    std::string weight;
    std::string activation;
    std::string accumulator;  ///< "exact (47 bits)"
    int lanes = 0;            ///< 0: the manifest could not be read
    int latency = 0;
    int stages = 0;
    std::string generated_by;  ///< the command and version of the manifest
    std::string judged;  ///< "passed", "FAILED", "incomplete", "stale", "not judged", "unreadable"
    std::optional<long> pairs_visited;
    std::optional<long> pairs_total;
    std::optional<long> mismatches;
    std::string judged_by;  ///< the simulator and the seed of its sequences; empty: unknown
    std::string target;     ///< empty: none
    /// "measured", "failed" (the message says how), "stale", "not measured", "unreadable"
    std::string measured;
    std::string message;  ///< why there are no figures, in the words of whoever failed
    std::optional<long> luts;
    std::optional<long> ffs;
    std::optional<long> carries;
    std::optional<long> dsps;
    std::optional<double> area;      ///< in the library's unit; ASIC targets only
    std::optional<double> fmax_mhz;  ///< the median
    std::string operands;            ///< of the simulation: "gauss, seed 1"; empty: there was none
    std::optional<double> toggles_per_mac;  ///< of the simulation
    std::optional<double> pj_per_mac;       ///< likewise; ASIC targets only
    Provenance provenance;                  ///< of the measurement
};

struct Report {
    std::vector<ReportRow> rows;          ///< by module, then by target
    std::vector<AccuracyRow> accuracies;  ///< by network, weight, activation, recipe
    std::vector<Complaint> problems;      ///< units and records that could not be read
};

/// Reads units: each folder is a unit (DIR/MODULE) or holds some. Error (files): a folder is
/// missing or has no unit.
Result<Report> make_report(const std::vector<std::filesystem::path>& folders);

/// Reads the standing rows of a sweep's store. A failed point is a row that says so; the logs are
/// named relative to the store's work folder. Error (files): the store cannot be read.
Result<Report> make_store_report(const std::filesystem::path& store);

/// The document of `report --json` and report.json: docs/schemas/report.schema.json.
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

/// The page report.md: a picture of the points (report.svg), the table and what its words mean.
std::string to_markdown(const Report& report);

/// report.csv: a head line and a line a row, after RFC 4180 (CRLF, quotes doubled). A text that a
/// spreadsheet would take for a formula gets an apostrophe in front.
std::string to_csv(const Report& report);

}  // namespace bitshed::flows
