// What the tests judged, for a machine to read: each test writes its part, tests/coverage.py joins
// them to coverage.json and holds the README's claims against it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "support/files.hpp"

namespace bitshed::tests {

/// Writes BUILD/coverage/NAME.json, in place of an older one. A part is an object with the counts
/// of the test and, where it judged units, "units": one object each.
inline void write_coverage(const std::string& name, const nlohmann::ordered_json& part) {
    const auto file = std::filesystem::path(BITSHED_COVERAGE_DIR) / (name + ".json");
    const auto written = write_file(file, part.dump(1) + "\n");
    if (!written.ok()) throw std::runtime_error(file.string() + " cannot be written");
}

/// A judged unit's row.
template <class Verdict>
nlohmann::ordered_json coverage_row(const std::string& command, const Verdict& verdict) {
    return {{"module", verdict.module},
            {"command", command},
            {"pairs_visited", verdict.pairs_visited},
            {"pairs_total", verdict.pairs_total},
            {"cycles", verdict.cycles},
            {"mismatches", verdict.mismatches},
            {"interpreter", verdict.has_interpreter}};
}

}  // namespace bitshed::tests
