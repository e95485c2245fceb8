// JUnit XML: results as a continuous-integration server shows them, a test case a unit.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bitshed {

/// How a test case ended otherwise than well.
enum class JunitTrouble {
    failure,  ///< what was tested is wrong: a mismatch
    error,    ///< it could not be tested: a tool, a file, time
};

struct JunitCase {
    std::string classname;  ///< "bitshed.verify"
    std::string name;       ///< the unit's module
    double seconds = 0;     ///< wall time
    std::optional<JunitTrouble> trouble;
    std::string type;     ///< of the trouble, in a word: "mismatch", "tool", "timeout", "files"
    std::string message;  ///< of the trouble, in a line
    std::string output;   ///< what a person would read: the page of text
};

/// One <testsuites> with one <testsuite>: the form that Jenkins's junit-10.xsd describes and
/// GitLab, GitHub's actions and ctest's readers take. No date, no host. Characters that XML 1.0
/// does not allow become '?'.
std::string junit_text(const std::string& suite, const std::vector<JunitCase>& cases);

}  // namespace bitshed
