// Running another program: an argument vector (never a shell), a folder, a time limit, its output
// kept in a log file. What the program did is a value; only what we could not do is an Error.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace bitshed {

/// How a program is stopped before its end.
enum class Stopping {
    at_once,     ///< killed
    asked_first  ///< SIGTERM, and killed 5 s later: for what has children of its own to end
};

struct Command {
    std::vector<std::string> arguments;    ///< [0] is the program: a path, or a name on PATH
    std::filesystem::path folder = ".";    ///< where it runs
    std::filesystem::path log;             ///< stdout and stderr together; empty: thrown away
    std::filesystem::path standard_input;  ///< empty: nothing to read
    std::filesystem::path
        standard_output;  ///< stdout alone, apart from the log; empty: into the log
    std::map<std::string, std::string> environment;  ///< added to ours
    std::chrono::seconds limit{600};                 ///< then it is stopped with all its children
    Stopping stopping = Stopping::at_once;
    /// Once this is true the program is stopped too; it is looked at five times a second.
    const std::atomic<bool>* no_longer_wanted = nullptr;
};

/// How a program ended.
struct Ended {
    int status = 0;            ///< exit status; 128 + signal if a signal ended it
    bool out_of_time = false;  ///< stopped by us, at the limit or as no longer wanted
    double seconds = 0;        ///< wall time
    double cpu_seconds = 0;    ///< user and system time, children that were waited for included
    std::filesystem::path log;
};

/// Runs a command to its end. It gets a process group of its own, which is stopped whole at the
/// time limit or when we are interrupted; the program itself is also stopped when we are killed.
/// Call it from a thread that lives as long as the program. Error (tool): the program does not
/// exist or cannot be started.
Result<Ended> run(const Command& command);

/// From here on SIGINT, SIGTERM, SIGHUP and SIGALRM (see alarm(2)) end this process with status 128
/// + signal, and every program that run() has started with it, children of theirs included. Call it
/// once, from main.
void end_programs_with_us();

/// The path of a program found on PATH (or given with a slash), if it is there and executable.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// The file of the running program, absolute. Error (files): the system does not tell.
Result<std::filesystem::path> own_executable();

/// The path of a program that lies in the folder of the running one, if it is there and executable.
std::optional<std::filesystem::path> find_beside(const std::string& name);

/// The arguments as one line a person can paste into a POSIX shell.
std::string shell_line(const std::vector<std::string>& arguments);

}  // namespace bitshed
