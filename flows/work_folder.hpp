// The folder where a flow's intermediate files and logs lie. It is kept: a failure names its logs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "flows/file_lock.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// A folder held by one run at a time: a second run that wants it waits.
class WorkFolder {
  public:
    /// `chosen`, or bitshed/PURPOSE/MODULE/TARGET below XDG_CACHE_HOME, ~/.cache or the temporary
    /// folder, whichever is there first. Made if missing. Error (files): it cannot be.
    static Result<WorkFolder> open(const std::optional<std::filesystem::path>& chosen,
                                   const std::string& purpose, const std::string& module,
                                   const std::string& target);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }  ///< absolute

    /// Removes what an earlier run left under this name: it must not pass for this run's.
    void forget(const std::string& name) const;

  private:
    WorkFolder(std::filesystem::path path, FileLock lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    FileLock lock_;
};

}  // namespace bitshed::flows
