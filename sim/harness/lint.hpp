// What Verilator says about the files it reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bitshed::harness {

struct LintMessage {
    enum class Severity { warning, error };
    Severity severity = Severity::warning;
    std::string rule;  ///< "WIDTH"; empty for a plain error
    std::string file;  ///< as it was given to Verilator; empty where the message names none
    int line = 0;
    std::string text;
};

/// The messages of a log of Verilator's, without their continuation lines ("... note").
std::vector<LintMessage> parse_verilator_log(std::string_view log);

/// "WIDTH, line 12: Operator ADD expects ..."
std::string describe(const LintMessage& message);

}  // namespace bitshed::harness
