#include "support/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bitshed {

namespace {

/// Text for an element or an attribute in double quotes.
std::string escaped(const std::string& text) {
    std::string result;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        switch (character) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\n':
            case '\t':
                result += character;
                break;
            default:
                // Messages are printable already (support/text.hpp); what is not ASCII could be
                // half a character.
                result += byte >= 0x20 && byte < 0x7f ? character : '?';
        }
    }
    return result;
}

const char* element_of(JunitTrouble trouble) {
    return trouble == JunitTrouble::failure ? "failure" : "error";
}

std::string case_text(const JunitCase& test) {
    std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
                                   escaped(test.classname), escaped(test.name), test.seconds);
    if (test.trouble)
        text += fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{2}</{0}>\n",
                            element_of(*test.trouble), escaped(test.type), escaped(test.message));
    if (!test.output.empty())
        text += fmt::format("      <system-out>{}</system-out>\n", escaped(test.output));
    return text + "    </testcase>\n";
}

}  // namespace

std::string junit_text(const std::string& suite, const std::vector<JunitCase>& cases) {
    const auto count = [&](JunitTrouble trouble) {
        return std::count_if(cases.begin(), cases.end(),
                             [&](const JunitCase& test) { return test.trouble == trouble; });
    };
    double seconds = 0;
    for (const auto& test : cases) seconds += test.seconds;
    const auto totals = fmt::format(
        "name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", escaped(suite),
        cases.size(), count(JunitTrouble::failure), count(JunitTrouble::error), seconds);
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    text += fmt::format("<testsuites {}>\n  <testsuite {}>\n", totals, totals);
    for (const auto& test : cases) text += case_text(test);
    return text + "  </testsuite>\n</testsuites>\n";
}

}  // namespace bitshed
