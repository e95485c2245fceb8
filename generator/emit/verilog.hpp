// The one Verilog printer: a module as Verilog-2005 text, the same bytes for the same module.
//
// What a reader sees: the banner, the port list with a reason per port, then the sections in data
// order, one named value a line: width, name, =, expression, why. No signed nets, no `x`,
// `default_nettype none`.
#pragma once

#include <string>
#include <string_view>

#include "rtl/module.hpp"

namespace bitshed::emit {

/// `banner` is printed above the module, each line behind "// ". The module must have no findings.
std::string print_verilog(const rtl::Module& module, std::string_view banner);

}  // namespace bitshed::emit
