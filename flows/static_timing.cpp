#include "flows/static_timing.hpp"

#include <fmt/format.h>

#include <cmath>

#include "flows/harness.hpp"
#include "support/files.hpp"

namespace bitshed::flows {

namespace {

/// Writes a script, runs it and gives the log's text.
Result<std::string> run_script(const Tool& opensta, const SynthOptions& options,
                               const std::string& script, const std::string& text,
                               const std::string& log, const WorkFolder& work) {
    work.forget(log);
    if (auto written = write_file(work.path() / script, text); !written) return written.error();
    if (auto ran = run_tool(opensta, opensta_arguments(script), work, log, options.time_limit);
        !ran)
        return ran.error();
    return read_product(opensta, work, log, log);
}

}  // namespace

Result<SeedResult> time_cells(const Tool& opensta, const SynthOptions& options,
                              const std::string& flat_verilog, const WorkFolder& work) {
    const auto log = run_script(opensta, options, work_files::timing_script,
                                timing_script(options, flat_verilog), work_files::timing_log, work);
    if (!log) return log.error();
    const auto report = parse_sta_log(log.value(), fmt::format("{}.", core_instance));
    if (!report) return with_log(report.error(), opensta.name, work, work_files::timing_log);
    return SeedResult{0, std::round(report.value().achieved_mhz * 100) / 100,
                      report.value().limiter};
}

Result<Power> power_of_cells(const Tool& opensta, const emit::Manifest& manifest,
                             const SynthOptions& options, const std::string& unit_netlist,
                             const WorkFolder& work) {
    const auto log =
        run_script(opensta, options, work_files::power_script,
                   power_script(manifest, options, unit_netlist), work_files::power_log, work);
    if (!log) return log.error();
    const auto power = parse_power_log(log.value());
    if (!power) return with_log(power.error(), opensta.name, work, work_files::power_log);
    return power;
}

}  // namespace bitshed::flows
