// The printed Verilog of a few units, byte for byte as it is kept in tests/golden_files: a change
// of the text is seen, and wanted. BITSHED_UPDATE_GOLDEN=1 writes the files anew.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "../golden_files/golden_units.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace {

bool is_update() {
    const char* asked = std::getenv("BITSHED_UPDATE_GOLDEN");
    return asked != nullptr && std::string(asked) == "1";
}

/// Where two texts part, as a reader of a diff wants it; "" where they are the same.
std::string difference(const std::string& kept, const std::string& printed) {
    if (kept == printed) return "";
    const auto before = bitshed::split(kept, '\n'), now = bitshed::split(printed, '\n');
    const std::size_t common = std::min(before.size(), now.size());
    std::size_t line = 0;
    while (line < common && before[line] == now[line]) ++line;
    const auto shown = [line](const std::vector<std::string>& lines) {
        return line < lines.size() ? lines[line] : std::string("(the end)");
    };
    return "line " + std::to_string(line + 1) + "\n- " + shown(before) + "\n+ " + shown(now) +
           "\nBITSHED_UPDATE_GOLDEN=1 writes the files anew; read `git diff` then.";
}

}  // namespace

TEST_CASE("golden files: every unit is printed as it is kept") {
    for (const auto& unit : bitshed::test::golden_units()) {
        CAPTURE(unit.path);
        if (is_update()) REQUIRE(bitshed::write_file(unit.path, unit.verilog).ok());
        const auto kept = bitshed::read_file(unit.path);
        REQUIRE(kept.ok());
        CHECK(difference(kept.value(), unit.verilog) == "");
    }
}

TEST_CASE("golden files: there is none that no unit gives") {
    std::vector<std::string> kept, wanted;
    for (const auto& entry : std::filesystem::directory_iterator(BITSHED_GOLDEN_DIR))
        if (entry.path().extension() == ".v") kept.push_back(entry.path().string());
    for (const auto& unit : bitshed::test::golden_units()) wanted.push_back(unit.path);
    std::sort(kept.begin(), kept.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(kept == wanted);
}

TEST_CASE("golden files: a difference names its first line") {
    CHECK(difference("a\nb\n", "a\nb\n") == "");
    CHECK(difference("a\nb\n", "a\nc\n").starts_with("line 2\n- b\n+ c\n"));
    CHECK(difference("a\n", "a\nb\n").starts_with("line 2\n- \n+ b\n"));
}
