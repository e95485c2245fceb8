// A self-checking testbench for people without bitshed: plain Verilog and a file of vectors whose
// expected values come from the golden model.
#pragma once

#include <map>
#include <string>

#include "emit/manifest.hpp"
#include "support/result.hpp"

namespace bitshed::harness {

/// MODULE_tb.v and MODULE_tb.hex by name; the same bytes for the same manifest. It drives clear and
/// enable, or the handshake with gaps, stalls and resets, and checks every output.
/// Error (files): the manifest contradicts itself.
Result<std::map<std::string, std::string>> make_testbench(const emit::Manifest& manifest);

}  // namespace bitshed::harness
