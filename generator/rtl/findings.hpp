// What is wrong with a module, in words: broken rules of the data structure (widths, order, arity),
// names that break the convention, and values or bits that nothing reads. A module of ours has
// none.
#pragma once

#include <string>
#include <vector>

#include "rtl/module.hpp"

namespace bitshed::rtl {

/// One line a finding, the worst first; empty for a module that may be printed and interpreted.
std::vector<std::string> findings(const Module& module);

/// The bits of each node's value that nothing live reads; all of them for a node that is not live.
std::vector<Bits> unread_bits(const Module& module);

/// Whether some output depends on each node, through registers too.
std::vector<bool> live_nodes(const Module& module);

}  // namespace bitshed::rtl
