// Parsers of what OpenSTA prints when it runs templates/timing.tcl and templates/power.tcl.
#pragma once

#include <string_view>

#include "flows/parse_nextpnr.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// `core_prefix` begins the names of the unit's cells ("core."). Frequencies are those that the
/// worst slack at the script's period leaves. Error (tool): an error line of OpenSTA's, which ends
/// a script with status 0; no path; no slack; the words say which.
Result<TimingReport> parse_sta_log(std::string_view log, std::string_view core_prefix);

/// What a netlist draws, in milliwatts.
struct Power {
    double internal_mw = 0;   ///< inside the cells when they switch, the registers' clock included
    double switching_mw = 0;  ///< the pins that they drive
    double leakage_mw = 0;
    double total_mw = 0;
};

/// From what OpenSTA prints when it runs templates/power.tcl. Error (tool): an error line, no
/// total, or a total that is not the sum of its parts.
Result<Power> parse_power_log(std::string_view log);

}  // namespace bitshed::flows
