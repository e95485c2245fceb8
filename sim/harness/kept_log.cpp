#include "harness/kept_log.hpp"

#include <stdlib.h>
#include <unistd.h>

namespace bitshed::harness {

std::filesystem::path keep_log(const std::filesystem::path& log, const std::string& purpose) {
    const std::string ending = ".log";
    std::string kept = (std::filesystem::temp_directory_path() /
                        ("bitshed-" + purpose.substr(0, 100) + "-XXXXXX" + ending))
                           .string();
    const int file = ::mkstemps(kept.data(), static_cast<int>(ending.size()));
    if (file < 0) return log;
    ::close(file);
    std::error_code failure;
    std::filesystem::copy_file(log, kept, std::filesystem::copy_options::overwrite_existing,
                               failure);
    return failure ? log : std::filesystem::path(kept);
}

}  // namespace bitshed::harness
