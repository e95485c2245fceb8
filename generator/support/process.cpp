#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
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

/// How long a program that is asked to end has before it is killed.
constexpr std::chrono::seconds time_to_comply{5};

/// A process group and the signal that stops it, 0 for none, in one word: a signal handler reads
/// it, so it is lock-free.
using Group = std::uint64_t;
constexpr Group group_of(pid_t leader, int stop_signal) {
    return static_cast<Group>(leader) << 8 | static_cast<Group>(stop_signal);
}

/// The process groups that run() has started and not yet waited for. They are of a fixed number;
/// jobs beyond it end with us all the same, by PR_SET_PDEATHSIG, but not their children.
constexpr std::size_t most_groups = 256;
std::array<std::atomic<Group>, most_groups> running_groups{};
static_assert(std::atomic<Group>::is_always_lock_free);

/// A group's entry in running_groups, as long as this lives.
class RunningGroup {
  public:
    RunningGroup(pid_t leader, int stop_signal) {
        for (auto& slot : running_groups) {
            Group free = 0;
            if (slot.compare_exchange_strong(free, group_of(leader, stop_signal))) {
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
    std::atomic<Group>* slot_ = nullptr;
};

extern "C" void end_with_programs(int signal) {
    for (const auto& slot : running_groups)
        if (const Group group = slot.load(); group != 0)
            ::kill(-static_cast<pid_t>(group >> 8), static_cast<int>(group & 0xff));
    ::_exit(128 + signal);
}

/// All that the child needs between fork() and execve(), where it may not allocate.
struct Launch {
    const char* program;
    char* const* arguments;
    char* const* environment;
    const char* folder;
    std::array<int, 3> descriptors;  ///< its standard input, output and error
    int stop_signal;                 ///< it gets this when we die, however we die
};

/// In the child: becomes the program, or tells the parent the errno through `pipe`.
[[noreturn]] void become(const Launch& launch, pid_t parent, int pipe) {
    const auto give_up = [pipe] {
        const int failure = errno;
        if (::write(pipe, &failure, sizeof failure) < 0) ::_exit(126);
        ::_exit(127);
    };
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM}) ::signal(signal, SIG_DFL);
    if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, launch.stop_signal) != 0) give_up();
    if (::getppid() != parent) ::_exit(127);  // we died before the child could ask to hear of it
    for (int number = 0; number < 3; ++number)
        if (::dup2(launch.descriptors[static_cast<std::size_t>(number)], number) < 0) give_up();
    if (::chdir(launch.folder) != 0) give_up();
    ::execve(launch.program, launch.arguments, launch.environment);
    give_up();
    ::_exit(127);
}

/// Starts a program in a process group of its own. 0, or the errno of what failed.
int start(const Launch& launch, pid_t& child) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return errno;
    const Descriptor reader(pipe[0]);
    const pid_t parent = ::getpid();
    {
        const Descriptor writer(pipe[1]);
        child = ::fork();
        if (child < 0) return errno;
        if (child == 0) become(launch, parent, pipe[1]);
    }
    int failure = 0;
    ssize_t got = 0;
    while ((got = ::read(reader.get(), &failure, sizeof failure)) < 0 && errno == EINTR) {
    }
    if (got != static_cast<ssize_t>(sizeof failure)) return 0;
    ::waitpid(child, nullptr, 0);
    return failure;
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

    const fs::path absolute_program = fs::absolute(*program);
    auto arguments = command.arguments;
    auto environment = merged_environment(command.environment);
    const auto argument_pointers = pointers(arguments);
    const auto environment_pointers = pointers(environment);
    const Launch launch{absolute_program.c_str(),
                        argument_pointers.data(),
                        environment_pointers.data(),
                        command.folder.c_str(),
                        {input.get(), output.get(), log.get()},
                        command.stopping == Stopping::asked_first ? SIGTERM : SIGKILL};
    const auto started = std::chrono::steady_clock::now();
    pid_t child = 0;
    if (const int failure = start(launch, child); failure != 0)
        return Error(ErrorKind::tool,
                     fmt::format("cannot start {}: {}", printable(command.arguments[0], 200),
                                 std::strerror(failure)));

    const RunningGroup listed(child, launch.stop_signal);
    Ended ended;
    ended.log = command.log;
    // A pidfd becomes readable when the child ends: no polling, no signal handler.
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    auto deadline = started + command.limit;
    while (handle.get() >= 0) {
        if (command.no_longer_wanted != nullptr && *command.no_longer_wanted && !ended.out_of_time)
            deadline = started;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        const std::int64_t longest = command.no_longer_wanted != nullptr ? 200 : 1'000'000;
        pollfd wait{handle.get(), POLLIN, 0};
        const int ready =
            left.count() <= 0
                ? 0
                : ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left.count(), longest)));
        if (ready > 0) break;
        if (ready == 0 && std::chrono::steady_clock::now() >= deadline) {
            const bool ask = command.stopping == Stopping::asked_first && !ended.out_of_time;
            ended.out_of_time = true;
            ::kill(-child, ask ? SIGTERM : SIGKILL);
            if (!ask) break;
            deadline = std::chrono::steady_clock::now() + time_to_comply;
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
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGALRM}) {
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

Result<fs::path> own_executable() {
    std::error_code failure;
    fs::path executable = fs::read_symlink("/proc/self/exe", failure);
    if (failure)
        return Error(ErrorKind::files,
                     fmt::format("cannot find out where bitshed lies: {}", failure.message()));
    return executable;
}

std::optional<fs::path> find_beside(const std::string& name) {
    const auto executable = own_executable();
    if (!executable) return std::nullopt;
    return find_program((executable.value().parent_path() / name).string());
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
