// The golden files are Verilog: linted, compiled, and simulated against the interpreter.
#include <catch2/catch.hpp>

#include "../golden_files/golden_units.hpp"
#include "support/files.hpp"
#include "verilog_bench.hpp"

namespace {

using bitshed::test::Printed;

/// The files as they are kept, not as they would be printed now.
std::vector<Printed> kept_files(bool with_handshake) {
    std::vector<Printed> files;
    for (const auto& unit : bitshed::test::golden_units()) {
        if (unit.spec.handshake != bitshed::mac::Handshake::none && !with_handshake) continue;
        files.push_back({unit.module, bitshed::read_file(unit.path).value()});
    }
    return files;
}

}  // namespace

TEST_CASE("golden files: Verilator's -Wall has nothing to say") {
    CHECK(kept_files(true).size() == 13);
    CHECK(bitshed::test::lint(kept_files(true)) == "");
}

TEST_CASE(
    "golden files: Icarus takes them as Verilog-2005 and computes what the interpreter does") {
    // A unit with a handshake has no clear that makes its state known: it is compiled alone.
    constexpr int cycles = 2000, settling = 8;
    CHECK(bitshed::test::simulate(kept_files(true), 1, 1, 1).modules == 13);
    const auto result = bitshed::test::simulate(kept_files(false), cycles, settling, 1);
    CHECK(result.modules == 12);
    CHECK(result.cycles == 12 * (cycles - settling));
    CHECK(result.mismatches == std::vector<std::string>{});
}
