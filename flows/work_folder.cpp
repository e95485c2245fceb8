#include "flows/work_folder.hpp"

#include <fmt/format.h>

#include <cstdlib>

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
    auto lock = FileLock::take(folder / "lock");
    if (!lock) return cannot_make(folder, lock.error().complaints[0].problem);
    return WorkFolder(folder, std::move(lock).value());
}

void WorkFolder::forget(const std::string& name) const {
    std::error_code ignored;
    fs::remove(path_ / name, ignored);
}

}  // namespace bitshed::flows
