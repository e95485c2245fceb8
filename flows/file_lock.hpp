// A file that one process at a time holds. The kernel lets go of it when the holder ends, however
// it ends.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "support/result.hpp"

namespace bitshed::flows {

class FileLock {
  public:
    /// Makes the file if it is missing and waits until nobody else holds it. Error (files).
    static Result<FileLock> take(const std::filesystem::path& file);

    /// The same without waiting: nothing where somebody holds it or it cannot be made.
    static std::optional<FileLock> take_if_free(const std::filesystem::path& file);

    FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileLock& operator=(FileLock&&) = delete;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();

  private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

}  // namespace bitshed::flows
