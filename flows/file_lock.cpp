#include "flows/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "support/text.hpp"

namespace bitshed::flows {

Result<FileLock> FileLock::take(const std::filesystem::path& file) {
    const auto failed = [&](int code) {
        return Error(
            ErrorKind::files,
            fmt::format("cannot lock {}: {}", printable(file.string(), 200), std::strerror(code)));
    };
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return failed(errno);
    while (::flock(descriptor, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        const int code = errno;
        ::close(descriptor);
        return failed(code);
    }
    return FileLock(descriptor);
}

std::optional<FileLock> FileLock::take_if_free(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return std::nullopt;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return FileLock(descriptor);
    ::close(descriptor);
    return std::nullopt;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);  // which also lets the next one in
}

}  // namespace bitshed::flows
