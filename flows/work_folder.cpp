#include "flows/work_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

fs::path cache_home() {
    if (const char* home = std::getenv("XDG_CACHE_HOME"); home != nullptr && *home == '/')
        return home;
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
        return fs::path(home) / ".cache";
    return fs::temp_directory_path();
}

Error cannot_make(const fs::path& folder, const std::string& why) {
    return {ErrorKind::files,
            fmt::format("cannot work in {}: {}", printable(folder.string(), 200), why),
            "a folder that may be written; --work FOLDER chooses one"};
}

}  // namespace

Result<WorkFolder> WorkFolder::open(const std::optional<fs::path>& chosen,
                                    const std::string& purpose, const std::string& module,
                                    const std::string& target) {
    const fs::path folder =
        fs::absolute(chosen ? *chosen : cache_home() / "bitshed" / purpose / module / target);
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure) return cannot_make(folder, failure.message());
    const int lock = ::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock < 0) return cannot_make(folder, std::strerror(errno));
    while (::flock(lock, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        const std::string why = std::strerror(errno);
        ::close(lock);
        return cannot_make(folder, why);
    }
    return WorkFolder(folder, lock);
}

WorkFolder::WorkFolder(WorkFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

WorkFolder::~WorkFolder() {
    if (lock_ >= 0) ::close(lock_);  // which also lets the next run in
}

void WorkFolder::forget(const std::string& name) const {
    std::error_code ignored;
    fs::remove(path_ / name, ignored);
}

}  // namespace bitshed::flows
