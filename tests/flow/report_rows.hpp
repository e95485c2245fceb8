// Rows for the tests of what a report looks like: made up, with every kind of trouble in them.
#pragma once

#include <string>

#include "flows/report.hpp"

namespace bitshed::tests {

inline flows::ReportRow measured_row(const std::string& module, const std::string& weight,
                                     const std::string& activation, long luts, double fmax_mhz) {
    flows::ReportRow row;
    row.module = module;
    row.weight = weight;
    row.activation = activation;
    row.accumulator = "exact (24 bits)";
    row.lanes = 1;
    row.latency = 1;
    row.generated_by = "bitshed gen '" + weight + "*" + activation + "' (bitshed 0.1.0)";
    row.judged = "passed";
    row.pairs_visited = 256;
    row.pairs_total = 256;
    row.mismatches = 0;
    row.judged_by = "Verilator 5.006, seed 1";
    row.target = "ice40-hx8k";
    row.measured = "measured";
    row.luts = luts;
    row.ffs = 20;
    row.carries = 10;
    row.dsps = 0;
    row.fmax_mhz = fmax_mhz;
    row.provenance.tools = {{"nextpnr-ice40", "0.11.1"}, {"yosys", "0.70"}};
    row.provenance.commands = {"yosys -s synth.ys", "nextpnr-ice40 --seed 1 --json unit.json"};
    row.provenance.seeds = {1};
    row.provenance.fmax_all_mhz = {fmax_mhz};
    row.provenance.limited_by = {"core"};
    row.provenance.freq_mhz = 100;
    row.provenance.effort = "stock";
    row.provenance.dsp_blocks = "avoided";
    row.provenance.log = "logs/" + module;
    return row;
}

/// A report with three measured units, a failed point and one that was neither judged nor measured.
inline flows::Report small_report() {
    flows::Report report;
    report.rows = {measured_row("mac_e2m1", "e2m1", "e2m1", 51, 100.5),
                   measured_row("mac_int4", "int4", "int4", 40, 133.89),
                   measured_row("mac_e4m3_int8", "e4m3", "int8", 187, 53.54)};
    auto failed = measured_row("mac_e5m2", "e5m2", "e5m2", 0, 0);
    failed.measured = "failed";
    failed.message = "yosys failed with exit status 1; its log is logs/yosys.log";
    failed.luts = failed.ffs = failed.carries = failed.dsps = std::nullopt;
    failed.fmax_mhz = std::nullopt;
    report.rows.push_back(failed);
    flows::ReportRow bare = measured_row("mac_int8", "int8", "int8", 0, 0);
    bare.judged = "not judged";
    bare.judged_by = bare.target = "";
    bare.measured = "not measured";
    bare.pairs_visited = bare.pairs_total = bare.mismatches = std::nullopt;
    bare.luts = bare.ffs = bare.carries = bare.dsps = std::nullopt;
    bare.fmax_mhz = std::nullopt;
    bare.provenance = {};
    report.rows.push_back(bare);
    return report;
}

}  // namespace bitshed::tests
