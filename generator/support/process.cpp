#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "support/text.hpp"

extern char** environ;  // NOLINT: POSIX names it so

namespace bitshed {

namespace fs = std::filesystem;

namespace {

/// Opens a file for the child; -1 with errno set where that fails.
int open_for_child(const fs::path& path, int flags) {
    return ::open(path.empty() ? "/dev/null" : path.c_str(), flags | O_CLOEXEC, 0644);
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

  private:
    int number_;
};

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
    std::vector<std::string> merged;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!added.contains(std::string(text.substr(0, text.find('='))))) merged.emplace_back(text);
    }
    for (const auto& [name, value] : added) merged.push_back(name + "=" + value);
    return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

/// The process groups that run() has started and not yet waited for. A signal handler reads them,
/// so they are lock-free and of a fixed number; jobs beyond it would only outlive an interrupt.
constexpr std::size_t most_groups = 256;
std::array<std::atomic<pid_t>, most_groups> running_groups{};
static_assert(std::atomic<pid_t>::is_always_lock_free);

/// A group's entry in running_groups, as long as this lives.
class RunningGroup {
  public:
    explicit RunningGroup(pid_t group) {
        for (auto& slot : running_groups) {
            pid_t free = 0;
            if (slot.compare_exchange_strong(free, group)) {
                slot_ = &slot;
                return;
            }
        }
    }
    ~RunningGroup() {
        if (slot_ != nullptr) slot_->store(0);
    }
    RunningGroup(const RunningGroup&) = delete;
    RunningGroup& operator=(const RunningGroup&) = delete;

  private:
    std::atomic<pid_t>* slot_ = nullptr;
};

extern "C" void end_with_programs(int signal) {
    for (const auto& slot : running_groups)
        if (const pid_t group = slot.load(); group > 0) ::kill(-group, SIGKILL);
    ::_exit(128 + signal);
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Result<Ended> run(const Command& command) {
    check(!command.arguments.empty(), "a command names its program");
    const auto program = find_program(command.arguments[0]);
    if (!program)
        return Error(
            ErrorKind::tool,
            fmt::format("the program {} was not found", printable(command.arguments[0], 200)),
            "`bitshed doctor` tells how to get it");

    const Descriptor input(open_for_child(command.standard_input, O_RDONLY));
    const Descriptor log(open_for_child(command.log, O_WRONLY | O_CREAT | O_TRUNC));
    const Descriptor output(
        command.standard_output.empty()
            ? ::dup(log.get())
            : open_for_child(command.standard_output, O_WRONLY | O_CREAT | O_TRUNC));
    if (input.get() < 0 || log.get() < 0 || output.get() < 0)
        return Error(ErrorKind::files,
                     fmt::format("cannot open the files of {}: {}",
                                 printable(command.arguments[0], 200), std::strerror(errno)));

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, output.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, log.get(), 2);
    posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);

    const fs::path absolute_program = fs::absolute(*program);
    auto arguments = command.arguments;
    auto environment = merged_environment(command.environment);
    const auto started = std::chrono::steady_clock::now();
    pid_t child = 0;
    const int failure = ::posix_spawn(&child, absolute_program.c_str(), &actions, &attributes,
                                      pointers(arguments).data(), pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failure != 0)
        return Error(ErrorKind::tool,
                     fmt::format("cannot start {}: {}", printable(command.arguments[0], 200),
                                 std::strerror(failure)));

    const RunningGroup listed(child);
    Ended ended;
    ended.log = command.log;
    // A pidfd becomes readable when the child ends: no polling, no signal handler.
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    const auto deadline = started + command.limit;
    while (handle.get() >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd wait{handle.get(), POLLIN, 0};
        const int ready =
            left.count() <= 0
                ? 0
                : ::poll(&wait, 1,
                         static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000)));
        if (ready > 0) break;
        if (ready == 0 && std::chrono::steady_clock::now() >= deadline) {
            ended.out_of_time = true;
            ::kill(-child, SIGKILL);
            break;
        }
    }
    int status = 0;
    rusage used{};
    while (::wait4(child, &status, 0, &used) < 0 && errno == EINTR) {
    }
    ended.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    ended.cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended;
}

void end_programs_with_us() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action {};
        action.sa_handler = end_with_programs;
        sigemptyset(&action.sa_mask);
        ::sigaction(signal, &action, nullptr);
    }
}

std::optional<fs::path> find_program(const std::string& name) {
    const auto executable = [](const fs::path& path) {
        return fs::is_regular_file(path) && ::access(path.c_str(), X_OK) == 0;
    };
    if (name.empty()) return std::nullopt;
    if (name.find('/') != std::string::npos)
        return executable(name) ? std::optional<fs::path>(name) : std::nullopt;
    const char* path = std::getenv("PATH");
    for (const auto& folder : split(path != nullptr ? path : "/usr/bin:/bin", ':')) {
        const fs::path candidate = fs::path(folder.empty() ? "." : folder) / name;
        if (executable(candidate)) return candidate;
    }
    return std::nullopt;
}

std::string shell_line(const std::vector<std::string>& arguments) {
    std::string line;
    for (const auto& argument : arguments) {
        if (!line.empty()) line += ' ';
        const bool plain =
            !argument.empty() &&
            argument.find_first_not_of(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,%@") ==
                std::string::npos;
        if (plain) {
            line += argument;
            continue;
        }
        line += '\'';
        for (const char c : argument) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

}  // namespace bitshed
