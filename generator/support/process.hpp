// Running another program: an argument vector (never a shell), a folder, a time limit, its output
// kept in a log file. What the program did is a value; only what we could not do is an Error.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace bitshed {

struct Command {
    std::vector<std::string> arguments;    ///< [0] is the program: a path, or a name on PATH
    std::filesystem::path folder = ".";    ///< where it runs
    std::filesystem::path log;             ///< stdout and stderr together; empty: thrown away
    std::filesystem::path standard_input;  ///< empty: nothing to read
    std::filesystem::path
        standard_output;  ///< stdout alone, apart from the log; empty: into the log
    std::map<std::string, std::string> environment;  ///< added to ours
    std::chrono::seconds limit{600};                 ///< then it is killed with all its children
};

/// How a program ended.
struct Ended {
    int status = 0;            ///< exit status; 128 + signal if a signal ended it
    bool out_of_time = false;  ///< killed by us at the limit
    double seconds = 0;        ///< wall time
    double cpu_seconds = 0;    ///< user and system time, children that were waited for included
    std::filesystem::path log;
};

/// Runs a command to its end. It gets a process group of its own, which is killed whole at the
/// time limit or when we are interrupted. Error (tool): the program does not exist or cannot be
/// started.
Result<Ended> run(const Command& command);

/// From here on SIGINT, SIGTERM and SIGHUP end this process with status 128 + signal, and every
/// program that run() has started with it, children of theirs included. Call it once, from main.
void end_programs_with_us();

/// The path of a program found on PATH (or given with a slash), if it is there and executable.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// The arguments as one line a person can paste into a POSIX shell.
std::string shell_line(const std::vector<std::string>& arguments);

}  // namespace bitshed
