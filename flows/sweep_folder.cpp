#include "flows/sweep_folder.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>

#include "flows/sweep_job.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

Error cannot_use(const fs::path& folder, const std::string& why) {
    return {ErrorKind::files,
            fmt::format("cannot work in {}: {}", printable(folder.string(), 200), why),
            "a folder that may be written; --work FOLDER chooses one"};
}

/// Runs that were killed leave their folders; nobody holds their locks.
void remove_dead_runs(const fs::path& runs) {
    std::error_code failure;
    for (fs::directory_iterator at(runs, failure), end; !failure && at != end;
         at.increment(failure))
        if (const auto lock = FileLock::take_if_free(at->path() / "lock")) {
            std::error_code ignored;
            fs::remove_all(at->path(), ignored);
        }
}

}  // namespace

Result<RunFolder> RunFolder::make(const fs::path& given, const std::string& store_id) {
    std::error_code failure;
    const fs::path work = fs::absolute(given);
    fs::create_directories(work / "runs", failure);
    if (failure) return cannot_use(work, failure.message());
    const auto turn = FileLock::take(work / "lock");
    if (!turn) return turn.error();
    const auto owner = read_file(work / "store_id");
    if (!owner || owner.value() != store_id) {
        fs::remove_all(work / "points", failure);
        fs::remove_all(work / shared_folder, failure);
        if (auto written = write_file(work / "store_id", store_id); !written)
            return written.error();
    }
    fs::create_directories(work / "points", failure);
    if (failure) return cannot_use(work, failure.message());
    remove_dead_runs(work / "runs");

    std::string pattern = (work / "runs" / "XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return cannot_use(work, std::strerror(errno));
    auto lock = FileLock::take(fs::path(pattern) / "lock");
    if (!lock) return lock.error();
    return RunFolder(work, "runs/" + fs::path(pattern).filename().string(),
                     std::move(lock).value());
}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : work_(std::move(other.work_)),
      name_(std::exchange(other.name_, {})),
      lock_(std::move(other.lock_)) {}

RunFolder::~RunFolder() {
    if (name_.empty()) return;
    std::error_code ignored;
    fs::remove_all(path(), ignored);
}

}  // namespace bitshed::flows
