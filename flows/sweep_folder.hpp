// The work folder of a sweep: points/KEY with what a job reads and leaves, runs/R with a graph.
#pragma once

#include <filesystem>
#include <string>

#include "flows/file_lock.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// A folder of one run: work/runs/R. It goes when the object goes, and if that does not come to
/// pass, when a later run finds that nobody holds it.
class RunFolder {
  public:
    /// Makes the work folder, throws out what another store's sweep left in it, and adds a folder
    /// for this run. `store_id` tells stores apart. Error (files).
    static Result<RunFolder> make(const std::filesystem::path& work, const std::string& store_id);

    RunFolder(RunFolder&& other) noexcept;
    RunFolder& operator=(RunFolder&&) = delete;
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;
    ~RunFolder();

    [[nodiscard]] const std::filesystem::path& work() const { return work_; }  ///< absolute
    [[nodiscard]] const std::string& name() const { return name_; }            ///< "runs/R"
    [[nodiscard]] std::filesystem::path path() const { return work_ / name_; }

  private:
    RunFolder(std::filesystem::path work, std::string name, FileLock lock)
        : work_(std::move(work)), name_(std::move(name)), lock_(std::move(lock)) {}

    std::filesystem::path work_;
    std::string name_;
    FileLock lock_;
};

}  // namespace bitshed::flows
