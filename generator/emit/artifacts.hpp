// Everything `gen` writes for a unit, as text: pure functions, the command line does the writing.
#pragma once

#include <map>
#include <string>

#include "emit/manifest.hpp"
#include "mac/spec.hpp"
#include "rtl/module.hpp"

namespace bitshed::emit {

/// The manifest of a unit: `module` must be the one built from `spec`.
Manifest make_manifest(const mac::MacSpec& spec, const rtl::Module& module);

/// The words above the Verilog: function, exactness, special values, timing, command.
std::string make_banner(const mac::MacSpec& spec, const rtl::Module& module);

/// Manifest and files by name: MODULE.v, MODULE.json, MODULE.core (FuseSoC). The same bytes for the
/// same spec and version. The testbench is not made here: its expected values are the judge's.
struct Artifacts {
    Manifest manifest;
    std::map<std::string, std::string> files;

    /// The text of MODULE.v.
    [[nodiscard]] const std::string& verilog() const { return files.at(manifest.module + ".v"); }
};

Artifacts make_artifacts(const mac::MacSpec& spec, const rtl::Module& module);

}  // namespace bitshed::emit
