// Records beside units and the report that joins them: nothing passes that was not judged.
#include <catch2/catch.hpp>

#include "flows/record.hpp"
#include "flows/report.hpp"
#include "recorded.hpp"
#include "support/sha256.hpp"

namespace fs = std::filesystem;
using bitshed::write_file;
using bitshed::flows::make_report;
using bitshed::flows::read_record;
using bitshed::flows::record_result;
using bitshed::flows::RecordState;
using bitshed::flows::Report;
using bitshed::flows::ReportRow;
using Json = nlohmann::ordered_json;

namespace {

/// A folder as `gen` writes it: DIR/tiny_xor with manifest and Verilog.
class Generated {
  public:
    Generated() : unit_(bitshed::tests::hand_written("tiny_xor")) {
        fs::create_directories(folder());
        fs::copy(unit_.folder, folder(), fs::copy_options::recursive);
    }
    [[nodiscard]] fs::path top() const { return scratch_.path() / "out"; }
    [[nodiscard]] fs::path folder() const { return top() / "tiny_xor"; }
    [[nodiscard]] const std::string& verilog() const { return unit_.verilog; }

    void judged(const Json& result) const {
        REQUIRE(record_result(folder(), "tiny_xor", "verify", verilog(), result).ok());
    }
    void measured() const {
        const Json result = {{"luts", 4},
                             {"ffs", 4},
                             {"carries", 0},
                             {"dsps", 0},
                             {"fmax_mhz", {{"median", 626.57}, {"all", {626.57}}}},
                             {"tools", {{"yosys", "0.70 (pyosys)"}}},
                             {"seeds", {1}},
                             {"commands", {"yosys -s synth.ys"}}};
        REQUIRE(record_result(folder(), "tiny_xor", "synth.ice40-hx8k", verilog(), result).ok());
    }
    void change_verilog() const {
        REQUIRE(write_file(folder() / "tiny_xor.v", verilog() + "// changed\n").ok());
    }
    [[nodiscard]] Report report() const { return make_report({top()}).value(); }
    [[nodiscard]] ReportRow row() const {
        const auto made = report();
        REQUIRE(made.rows.size() == 1);
        return made.rows[0];
    }

  private:
    bitshed::ScratchFolder scratch_{"report test"};
    bitshed::tests::HandWritten unit_;
};

const Json complete = {{"pairs_visited", 256},
                       {"pairs_total", 256},
                       {"mismatches", 0},
                       {"seed", 7},
                       {"simulator", "Verilator 5.006"}};

}  // namespace

TEST_CASE("sha256: gives the digests of FIPS 180-4's examples and of sha256sum") {
    using bitshed::sha256;
    // The examples "abc", and the 448-bit message of two blocks, of NIST's SHA256 examples page.
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    // One million times 'a', of the same page.
    CHECK(sha256(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("report: a unit that was never judged says so") {
    const Generated generated;
    const auto row = generated.row();
    CHECK(row.module == "tiny_xor");
    CHECK(row.judged == "not judged");
    CHECK(row.measured == "not measured");
    CHECK_FALSE(row.luts.has_value());
}

TEST_CASE("report: a complete run without a mismatch has passed") {
    const Generated generated;
    generated.judged(complete);
    generated.measured();
    const auto row = generated.row();
    CHECK(row.judged == "passed");
    CHECK(row.pairs_visited == 256);
    CHECK(row.target == "ice40-hx8k");
    CHECK(row.measured == "measured");
    CHECK(row.luts == 4);
    CHECK(row.fmax_mhz == 626.57);
    CHECK(row.provenance.seeds == std::vector<long>{1});
    CHECK(row.provenance.tools.at("yosys") == "0.70 (pyosys)");
    CHECK(row.provenance.commands == std::vector<std::string>{"yosys -s synth.ys"});
    CHECK(row.judged_by == "Verilator 5.006, seed 7");
}

TEST_CASE("report: a row has the simulation's figures, where there was one") {
    const Generated generated;
    generated.measured();
    CHECK(generated.row().operands.empty());
    CHECK_FALSE(generated.row().toggles_per_mac.has_value());
    const auto columns = to_table(generated.report()).columns.size();
    Json result = {
        {"luts", nullptr},
        {"ffs", 4},
        {"area", 608},
        {"energy",
         {{"stream", "gauss"}, {"seed", 3}, {"toggles_per_mac", 3.25}, {"pj_per_mac", 0.5}}}};
    REQUIRE(record_result(generated.folder(), "tiny_xor", "synth.asic-osu018", generated.verilog(),
                          result)
                .ok());
    const auto report = generated.report();
    REQUIRE(report.rows.size() == 2);
    CHECK(report.rows[0].target == "asic-osu018");
    CHECK(report.rows[0].operands == "gauss, seed 3");
    CHECK(report.rows[0].toggles_per_mac == 3.25);
    CHECK(report.rows[0].pj_per_mac == 0.5);
    CHECK(to_table(report).columns.size() == columns + 4);  // area, operands, toggles, energy
    CHECK(to_csv(report).find(",\"gauss, seed 3\",3.25,0.5,") != std::string::npos);
    CHECK(to_json(report)["rows"][0]["pj_per_mac"] == 0.5);
    CHECK(to_json(report)["rows"][1]["pj_per_mac"].is_null());
    CHECK(to_json(report)["rows"][1]["operands"].is_null());
}

TEST_CASE("report: mismatches are FAILED, whatever else the record says") {
    const Generated generated;
    generated.judged({{"pairs_visited", 256}, {"pairs_total", 256}, {"mismatches", 1}});
    CHECK(generated.row().judged == "FAILED");
    generated.judged({{"pairs_visited", 3}, {"pairs_total", 256}, {"mismatches", 9}});
    CHECK(generated.row().judged == "FAILED");
}

TEST_CASE("report: a run that left pairs out, or counted another total, is incomplete") {
    const Generated generated;
    generated.judged({{"pairs_visited", 255}, {"pairs_total", 256}, {"mismatches", 0}});
    CHECK(generated.row().judged == "incomplete");
    generated.judged({{"pairs_visited", 16}, {"pairs_total", 16}, {"mismatches", 0}});
    CHECK(generated.row().judged == "incomplete");
    generated.judged({{"pairs_visited", 0}, {"pairs_total", 0}, {"mismatches", 0}});
    CHECK(generated.row().judged == "incomplete");
}

TEST_CASE("report: a record without its counts is unreadable, not passed") {
    const Generated generated;
    for (const Json& result :
         {Json{{"pairs_visited", 256}, {"pairs_total", 256}},
          Json{{"pairs_visited", "256"}, {"pairs_total", 256}, {"mismatches", 0}},
          Json{{"pairs_visited", 256}, {"pairs_total", 256}, {"mismatches", -1}}}) {
        generated.judged(result);
        CHECK(generated.row().judged == "unreadable");
    }
}

TEST_CASE(
    "report: once the Verilog has changed, judgement and cost are stale and their figures gone") {
    const Generated generated;
    generated.judged(complete);
    generated.measured();
    generated.change_verilog();
    const auto row = generated.row();
    CHECK(row.judged == "stale");
    CHECK(row.measured == "stale");
    CHECK_FALSE(row.pairs_visited.has_value());
    CHECK_FALSE(row.luts.has_value());
    CHECK_FALSE(row.fmax_mhz.has_value());
}

TEST_CASE("report: a record cut short, of another unit or of another kind is unreadable") {
    const Generated generated;
    generated.judged(complete);
    const auto path = generated.folder() / "tiny_xor.verify.json";
    const auto text = bitshed::read_file(path).value();
    REQUIRE(write_file(path, text.substr(0, text.size() / 2)).ok());
    CHECK(generated.row().judged == "unreadable");
    REQUIRE(write_file(path, "").ok());
    CHECK(generated.row().judged == "unreadable");
    const auto record = [&](const char* module, const char* kind) {
        return read_record(generated.folder(), module, kind, generated.verilog()).state;
    };
    generated.judged(complete);
    CHECK(record("tiny_xor", "verify") == RecordState::fresh);
    fs::copy_file(path, generated.folder() / "other.verify.json");
    CHECK(record("other", "verify") == RecordState::unreadable);
    fs::copy_file(path, generated.folder() / "tiny_xor.synth.x.json");
    CHECK(record("tiny_xor", "synth.x") == RecordState::unreadable);
    CHECK(record("tiny_xor", "prove") == RecordState::absent);
}

TEST_CASE("report: a unit whose manifest or Verilog cannot be read stays in the table") {
    const Generated generated;
    generated.judged(complete);
    REQUIRE(write_file(generated.folder() / "tiny_xor.json", "{\"schema\": ").ok());
    auto report = generated.report();
    REQUIRE(report.rows.size() == 1);
    CHECK(report.rows[0].judged == "unreadable");
    CHECK(report.problems.size() == 1);
    const Generated without_verilog;
    fs::remove(without_verilog.folder() / "tiny_xor.v");
    report = without_verilog.report();
    REQUIRE(report.rows.size() == 1);
    CHECK(report.rows[0].judged == "unreadable");
}

TEST_CASE("report: takes a folder of units, a unit itself, and each unit once") {
    const Generated generated;
    CHECK(make_report({generated.folder()}).value().rows.size() == 1);
    CHECK(make_report({generated.folder() / ""}).value().rows.size() == 1);
    CHECK(make_report({generated.top(), generated.folder()}).value().rows.size() == 1);
}

TEST_CASE("report: a missing folder and one without units are complained about together") {
    const bitshed::ScratchFolder empty("no units");
    const auto report = make_report({empty.path(), empty.path() / "missing"});
    REQUIRE_FALSE(report.ok());
    CHECK(report.error().kind == bitshed::ErrorKind::files);
    CHECK(report.error().complaints.size() == 2);
}

TEST_CASE("report: JSON has rows and pareto, the page has a line a row") {
    const Generated generated;
    generated.judged(complete);
    generated.measured();
    const auto document = to_json(generated.report());
    CHECK(document["pareto"] ==
          Json{{{"row", 0}, {"module", "tiny_xor"}, {"target", "ice40-hx8k"}}});
    REQUIRE(document["rows"].size() == 1);
    CHECK(document["rows"][0]["judged"] == "passed");
    CHECK(document["rows"][0]["fmax_mhz"] == 626.57);
    const auto page = to_markdown(generated.report());
    CHECK(
        page.find("| tiny_xor | uint4 | uint4 | exact (4 bits) | passed | 256 | ice40-hx8k | 4 | 4 "
                  "| 0 | 0 | 626.57 |\n") != std::string::npos);
    const auto table = to_table(generated.report());
    REQUIRE(table.rows.size() == 1);
    CHECK(table.rows[0].size() == table.columns.size());
}
