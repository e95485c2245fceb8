// Words that no Verilog tool lets us use as names.
#pragma once

#include <string_view>

namespace bitshed::rtl {

/// A reserved word of Verilog-2005 (IEEE 1364-2005, annex B) or of SystemVerilog (IEEE 1800-2017,
/// annex B), as which many tools read Verilog files.
bool is_keyword(std::string_view name);

}  // namespace bitshed::rtl
