// What is put before the judge.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "emit/manifest.hpp"
#include "rtl/module.hpp"

namespace bitshed::harness {

/// Where the Verilog comes from decides what is asked of it.
enum class Origin {
    ours,     ///< emitted by bitshed: a lint warning is a failure
    foreign,  ///< any other file with the same ports: only its behaviour is judged
};

struct UnitUnderTest {
    emit::Manifest manifest;
    std::string verilog;  ///< the text that is judged
    Origin origin = Origin::ours;
    std::filesystem::path include_folder;  ///< where a foreign file's `include looks; may be empty
    std::optional<rtl::Module> module;     ///< what bitshed builds from the same request, if known
};

}  // namespace bitshed::harness
