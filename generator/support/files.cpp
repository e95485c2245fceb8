#include "support/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "support/text.hpp"

namespace bitshed {

namespace fs = std::filesystem;

namespace {
Error file_error(std::string_view what, const fs::path& path, int code) {
    return Error(ErrorKind::files, fmt::format("{} {}: {}", what, printable(path.string(), 200),
                                               std::strerror(code)));
}
}  // namespace

Result<std::string> read_file(const fs::path& path) {
    if (fs::is_directory(path)) return file_error("cannot read", path, EISDIR);
    std::ifstream file(path, std::ios::binary);
    if (!file) return file_error("cannot read", path, errno != 0 ? errno : ENOENT);
    std::ostringstream text;
    text << file.rdbuf();
    if (file.bad()) return file_error("cannot read", path, EIO);
    return std::move(text).str();
}

Outcome write_file(const fs::path& path, std::string_view text) {
    std::error_code made;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), made);
    if (made) return file_error("cannot make the folder of", path, made.value());
    std::string draft = path.string() + ".XXXXXX";
    const int file = ::mkstemp(draft.data());
    if (file < 0) return file_error("cannot write", path, errno);
    int failure = ::fchmod(file, 0644) == 0 ? 0 : errno;
    std::size_t done = 0;
    while (failure == 0 && done < text.size()) {
        const ssize_t written = ::write(file, text.data() + done, text.size() - done);
        if (written >= 0)
            done += static_cast<std::size_t>(written);
        else if (errno != EINTR)
            failure = errno;
    }
    if (::close(file) != 0 && failure == 0) failure = errno;
    if (failure == 0 && ::rename(draft.c_str(), path.c_str()) != 0) failure = errno;
    if (failure == 0) return success();
    ::unlink(draft.c_str());
    return file_error("cannot write", path, failure);
}

ScratchFolder::ScratchFolder(const std::string& purpose) {
    std::string pattern = (fs::temp_directory_path() / ("bitshed-" + purpose + "-XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw fs::filesystem_error("cannot make a scratch folder", pattern,
                                   std::error_code(errno, std::generic_category()));
    path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace bitshed
