// Parser of the report that nextpnr writes (`--report FILE`).
#pragma once

#include <string>
#include <string_view>

#include "support/result.hpp"

namespace bitshed::flows {

/// Where the path that limits the clock lies.
enum class Limiter {
    core,     ///< it runs through, or ends in, a cell of the unit
    harness,  ///< it has no cell of the unit but at most its start: the unit is at least as fast
};

struct TimingReport {
    double achieved_mhz = 0;    ///< of the one clock, after routing
    double constraint_mhz = 0;  ///< what --freq asked for
    Limiter limiter = Limiter::core;
    std::string path_start;  ///< cell of the limiting path's source register
    std::string path_end;    ///< cell of its destination register
};

/// `core_prefix` begins the names of the unit's cells ("core."). Error (tool): not JSON, not one
/// clock, no register-to-register path; the words say which.
Result<TimingReport> parse_nextpnr_report(std::string_view text, std::string_view core_prefix);

}  // namespace bitshed::flows
