// Parser of what OpenSTA prints when it runs templates/timing.tcl.
#pragma once

#include <string_view>

#include "flows/parse_nextpnr.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// `core_prefix` begins the names of the unit's cells ("core."). Frequencies are those that the
/// worst slack at the script's period leaves. Error (tool): an error line of OpenSTA's, which ends
/// a script with status 0; no path; no slack; the words say which.
Result<TimingReport> parse_sta_log(std::string_view log, std::string_view core_prefix);

}  // namespace bitshed::flows
