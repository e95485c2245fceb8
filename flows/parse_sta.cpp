#include "flows/parse_sta.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>
#include <string>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

Error not_understood(const std::string& what) {
    return {ErrorKind::tool, fmt::format("this is no timing of OpenSTA's: {}", what)};
}

/// The first blank-free word after `start`, where a line begins with it.
std::optional<std::string> word_after(std::string_view line, std::string_view start) {
    if (!line.starts_with(start)) return std::nullopt;
    const auto rest = line.substr(start.size());
    return std::string(rest.substr(0, rest.find(' ')));
}

std::optional<double> number_in(std::string_view text) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    return error == std::errc{} && stop == end ? std::optional<double>(value) : std::nullopt;
}

/// Whether a step of the path lies in the unit: an escaped name ends at a blank or a slash.
///        0.3213    1.7420 ^ core._0894_/Y (OAI21X1)
bool step_inside(std::string_view line, std::string_view core_prefix) {
    for (const char* edge : {" ^ ", " v "}) {
        const auto at = line.find(edge);
        if (at == std::string_view::npos) continue;
        auto name = line.substr(at + 3);
        if (name.starts_with('\\')) name.remove_prefix(1);
        return name.starts_with(core_prefix);
    }
    return false;
}

}  // namespace

Result<TimingReport> parse_sta_log(std::string_view log, std::string_view core_prefix) {
    TimingReport report;
    std::optional<double> slack;
    std::optional<double> period;
    int steps_of_core = 0;
    for (const auto& line : split(log, '\n')) {
        // Error: cannot read file nothere.lib.
        if (line.starts_with("Error:"))
            return not_understood(fmt::format("it says {}", printable(trim(line), 200)));
        // Startpoint: _1366_ (rising edge-triggered flip-flop clocked by clk)
        // Endpoint: _1374_ (rising edge-triggered flip-flop clocked by clk)
        if (const auto start = word_after(line, "Startpoint: ")) report.path_start = *start;
        if (const auto end = word_after(line, "Endpoint: ")) report.path_end = *end;
        // The first step is the start register's output: a path that only begins in the unit is
        // the harness's.
        if (step_inside(line, core_prefix) && line.find(report.path_start + "/") == line.npos)
            ++steps_of_core;
        // bitshed: worst slack 1.234567 at period 10.000000
        if (const auto word = word_after(line, "bitshed: worst slack ")) {
            slack = number_in(*word);
            const auto at = line.find("at period ");
            if (at != line.npos) period = number_in(trim(line.substr(at + 10)));
        }
    }
    if (report.path_start.empty() || report.path_end.empty())
        return not_understood("no path from register to register");
    if (!slack || !period || !(*period > 0)) return not_understood("no slack");
    if (!(*period - *slack > 0)) return not_understood("a path that takes no time");
    report.constraint_mhz = 1000 / *period;
    report.achieved_mhz = 1000 / (*period - *slack);
    report.limiter = steps_of_core > 0 ? Limiter::core : Limiter::harness;
    return report;
}

Result<Power> parse_power_log(std::string_view log) {
    std::optional<Power> power;
    for (const auto& line : split(log, '\n')) {
        if (line.starts_with("Error:"))
            return not_understood(fmt::format("it says {}", printable(trim(line), 200)));
        // Group                    Internal    Switching      Leakage        Total
        //                             Power        Power        Power        Power
        // Total                1.175224e-02 4.151863e-03 4.470501e-08 1.590414e-02 100.0%
        if (!line.starts_with("Total")) continue;
        std::istringstream words(line.substr(5));
        double internal = 0, switching = 0, leakage = 0, total = 0;
        if (!(words >> internal >> switching >> leakage >> total))
            return not_understood("no four figures in the line of the total");
        power = Power{internal * 1e3, switching * 1e3, leakage * 1e3, total * 1e3};
    }
    if (!power) return not_understood("no total power");
    const double sum = power->internal_mw + power->switching_mw + power->leakage_mw;
    if (!(power->total_mw > 0) || std::abs(sum - power->total_mw) > 1e-4 * power->total_mw)
        return not_understood("a total that is not the sum of its parts");
    return *power;
}

}  // namespace bitshed::flows
