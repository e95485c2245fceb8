// Reading what the tests of the flow compare with: recorded tool output and hand-written units.
#pragma once

#include <filesystem>
#include <string>

#include "emit/manifest.hpp"
#include "support/files.hpp"

namespace bitshed::tests {

inline std::filesystem::path tests_folder() {
    return BITSHED_TESTS_DIR;
}

/// The text of a file of tests/.
inline std::string text_of(const std::filesystem::path& below_tests) {
    return read_file(tests_folder() / below_tests).value();
}

inline std::string recorded(const std::string& name) {
    return text_of("recorded/" + name);
}

/// A hand-written unit of tests/flow/units/.
struct HandWritten {
    emit::Manifest manifest;
    std::string verilog;
    std::filesystem::path folder;
};

inline HandWritten hand_written(const std::string& name) {
    const auto folder = tests_folder() / "flow" / "units" / name;
    return {emit::manifest_from_text(read_file(folder / (name + ".json")).value(), name).value(),
            read_file(folder / (name + ".v")).value(), folder};
}

}  // namespace bitshed::tests
