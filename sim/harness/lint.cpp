#include "harness/lint.hpp"

#include <fmt/format.h>

#include <optional>
#include <regex>

#include "support/text.hpp"

namespace bitshed::harness {

std::vector<LintMessage> parse_verilator_log(std::string_view log) {
    // Verilator 5.006:
    //   %Warning-WIDTH: units/mac.v:3:14: Operator ADD expects 8 bits on the LHS, ...
    //   %Error-PINNOTFOUND: bench.v:9:10: Pin not found: 'en_i'
    //   %Error: units/mac.v:2:1: syntax error, unexpected IDENTIFIER
    //   %Error: Exiting due to 1 error(s)
    static const std::regex message(
        "%(Warning|Error)(?:-([A-Z0-9_]+))?: "
        "(?:([^:]+):([0-9]+):(?:[0-9]+:)? )?(.*)");
    std::vector<LintMessage> messages;
    for (const std::string& line : split(log, '\n')) {
        std::smatch match;
        if (line.empty() || line[0] != '%' || !std::regex_match(line, match, message)) continue;
        LintMessage made;
        made.severity =
            match[1] == "Error" ? LintMessage::Severity::error : LintMessage::Severity::warning;
        made.rule = match[2];
        made.file = match[3];
        if (match[4].matched)
            made.line =
                static_cast<int>(parse_whole_number(match[4].str(), 0, 1 << 30).value_or(0));
        made.text = match[5];
        messages.push_back(std::move(made));
    }
    return messages;
}

std::string describe(const LintMessage& message) {
    const std::string rule = message.rule.empty() ? "" : message.rule + ", ";
    const std::string line = message.line == 0 ? "" : fmt::format("line {}: ", message.line);
    const std::string quoted = printable(message.text, 200);
    return rule + line + quoted.substr(1, quoted.size() - 2);
}

}  // namespace bitshed::harness
