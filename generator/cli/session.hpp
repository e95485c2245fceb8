// What every verb shares: the global flags, where data and diagnostics go, and the exit code.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace bitshed::cli {

/// 0, or an exit code of docs/exit_codes: 2 request, 3 judged and failed, 4 tool, 5 files, 6 time,
/// 70 bug.
using ExitCode = int;
inline constexpr ExitCode done = 0;
inline constexpr ExitCode our_own_bug = 70;

class Session {
  public:
    bool json = false;                   ///< --json: one JSON document on stdout and nothing else
    bool quiet = false;                  ///< --quiet: no progress
    std::vector<std::string> arguments;  ///< argv, for a verb that another program carries out
    int jobs = 0;  ///< --jobs N: tasks at once; 0: as many as there are processors

    /// The number of jobs that --jobs, or else the machine, gives.
    [[nodiscard]] int job_count() const;

    /// Data, on stdout.
    static void print(std::string_view text);
    static void print_json(const nlohmann::ordered_json& document);
    /// A line of progress or diagnosis on stderr; progress is left out under --quiet.
    void progress(std::string_view line) const;
    static void diagnose(std::string_view line);

    /// Prints every complaint on stderr and returns the exit code of the error's kind.
    [[nodiscard]] static ExitCode fail(const Error& error);

    /// Set by the verb that ran; main returns it.
    ExitCode exit_code = done;
};

/// Registers a verb: name, one line of description, and examples that work as printed. `body` runs
/// after parsing and returns the exit code.
CLI::App* add_verb(CLI::App& app, Session& session, const std::string& name,
                   const std::string& description, const std::string& examples,
                   std::function<ExitCode()> body);

// One file a verb: cli/<verb>.cpp.
void add_formats(CLI::App& app, Session& session);
void add_format(CLI::App& app, Session& session);
void add_encode(CLI::App& app, Session& session);
void add_decode(CLI::App& app, Session& session);
void add_gen(CLI::App& app, Session& session);
void add_model(CLI::App& app, Session& session);
void add_verify(CLI::App& app, Session& session);
void add_prove(CLI::App& app, Session& session);
void add_synth(CLI::App& app, Session& session);
void add_sweep(CLI::App& app, Session& session);
void add_sweep_jobs(CLI::App& app, Session& session);
void add_quantize(CLI::App& app, Session& session);
void add_report(CLI::App& app, Session& session);
void add_cast(CLI::App& app, Session& session);
void add_doctor(CLI::App& app, Session& session);

}  // namespace bitshed::cli
