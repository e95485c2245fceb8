// Logs of what failed outlive the scratch folder they were written in.
#pragma once

#include <filesystem>
#include <string>

namespace bitshed::harness {

/// Copies a log to a fresh file in the temporary folder (TMPDIR, or /tmp), named after `purpose`;
/// gives its path, or the log's own where there is no room for a copy.
std::filesystem::path keep_log(const std::filesystem::path& log, const std::string& purpose);

}  // namespace bitshed::harness
