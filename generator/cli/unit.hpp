// The unit a verb works on: made from a SPEC, or read from a folder that `gen` wrote.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "mac/request.hpp"

namespace bitshed::cli {

struct Unit {
    emit::Manifest manifest;
    std::string verilog;
    std::optional<std::filesystem::path> folder;  ///< DIR/MODULE, where it came from one
};

/// Whether what was given in the place of SPEC names a folder: it is one, or it holds a slash,
/// which no SPEC does.
bool names_folder(const std::string& given);

/// Error (request): the spec's complaints, or flags of a SPEC beside a folder; (files): the folder,
/// its manifest or its Verilog cannot be read.
Result<Unit> load_unit(const mac::MacOptions& options);

/// The same for a verb that has complaints of its own: all are made at once, the unit's first.
/// Error (request) where there is any.
Result<Unit> load_unit(const mac::MacOptions& options, const std::vector<Complaint>& others);

/// A Verilog file that is judged in a unit's place.
struct ForeignFile {
    std::string verilog;
    std::filesystem::path include_folder;  ///< where its `include looks
};

/// Error (files): it cannot be read.
Result<ForeignFile> read_foreign(const std::string& path);

}  // namespace bitshed::cli
