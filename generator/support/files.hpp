// Reading and writing whole files. Writing is atomic: a failed run leaves no half-written file at
// a final path (a neighbour is written, then renamed).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "support/result.hpp"

namespace bitshed {

/// The whole file. Error (files): it is missing or unreadable; the words name the path.
Result<std::string> read_file(const std::filesystem::path& path);

/// Replaces the file by `text`, or leaves what was there. Folders above it are made.
/// Error (files): no room, no permission, a folder is in the way.
Outcome write_file(const std::filesystem::path& path, std::string_view text);

/// A fresh private folder that is removed with all it holds when the object goes.
class ScratchFolder {
  public:
    /// Under TMPDIR (or /tmp). Throws std::filesystem::filesystem_error where none can be made.
    explicit ScratchFolder(const std::string& purpose);
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace bitshed
