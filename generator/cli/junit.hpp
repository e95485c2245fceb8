// `--junit FILE` of verify and synth: the run as a JUnit report with one test case, the unit.
#pragma once

#include <chrono>
#include <string>

#include "cli/session.hpp"
#include "support/junit.hpp"

namespace bitshed::cli {

/// A report under way: it knows when the run began.
class JunitReport {
  public:
    /// `file` empty: nothing is written. `verb` names the suite, `name` the test case.
    JunitReport(std::string file, std::string verb, std::string name)
        : file_(std::move(file)), verb_(std::move(verb)), name_(std::move(name)) {}

    /// The unit passed; `page` is the page of text for a person.
    [[nodiscard]] Outcome passed(const std::string& page) const;
    /// The unit was tested and is wrong.
    [[nodiscard]] Outcome failed(const std::string& message, const std::string& page) const;
    /// It could not be tested. Prints the error's complaints as well, and those of a report that
    /// cannot be written; the exit code is the error's.
    [[nodiscard]] ExitCode broken(const Error& error) const;

  private:
    [[nodiscard]] Outcome write(JunitCase test) const;

    std::string file_;
    std::string verb_;
    std::string name_;
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// Registers the option.
void add_junit_option(CLI::App* verb, std::string& file);

}  // namespace bitshed::cli
