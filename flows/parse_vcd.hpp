// How often nets change, from a value change dump (IEEE 1800-2017, clause 21.7: VCD), as Verilator
// and Icarus Verilog write it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace bitshed::flows {

/// What a bit did from the first counted instant on.
struct BitActivity {
    long rises = 0;
    long falls = 0;
    bool unknown = false;  ///< it was x or z at that instant or later
    [[nodiscard]] long toggles() const { return rises + falls; }
};

/// A variable's bits by its name, the least significant first.
using Activity = std::map<std::string, std::vector<BitActivity>>;

/// The variables of the scope `scope` (any of that name; not the scopes inside it). Changes at
/// `from` and later count; those at one instant count as one. Error (tool): it is no dump, it is
/// cut off in its head, or it has no such scope.
Result<Activity> parse_vcd(std::string_view text, const std::string& scope, long from);

}  // namespace bitshed::flows
