// The judge judged: units written by hand are good, every damaged copy is bad, and the right part
// is blamed. Nothing here needs the datapath to be right but where it says so.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "emit/artifacts.hpp"
#include "emit/verilog.hpp"
#include "harness/judge.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"
#include "support/files.hpp"

using namespace bitshed;
using harness::Blame;
using harness::UnitUnderTest;

namespace {

mac::MacSpec spec_of(const std::string& spec, const char* terms, const char* stages = "0",
                     bool enable = false) {
    mac::MacOptions options;
    options.spec = spec;
    options.terms = terms;
    options.stages = stages;
    options.enable = enable;
    return mac::make_mac_spec(options).value();
}

/// Our own unit, in all three forms.
UnitUnderTest own(const mac::MacSpec& spec) {
    UnitUnderTest unit;
    unit.module = mac::build_mac(spec);
    const auto artifacts = emit::make_artifacts(spec, *unit.module);
    unit.manifest = artifacts.manifest;
    unit.verilog = artifacts.verilog();
    return unit;
}

/// The same unit with the Verilog of tests/sim/units in its place.
UnitUnderTest by_hand(const mac::MacSpec& spec) {
    UnitUnderTest unit = own(spec);
    unit.origin = harness::Origin::foreign;
    unit.verilog =
        read_file(std::string(BITSHED_TESTS_DIR) + "/sim/units/" + unit.manifest.module + ".v")
            .value();
    return unit;
}

UnitUnderTest special_by_hand() {
    return by_hand(spec_of("e2m1ieee*e2m1ieee", "20", "1", true));
}
UnitUnderTest mixed_by_hand() {
    return by_hand(spec_of("int4*e2m1", "20"));
}
UnitUnderTest integer_by_hand() {
    return by_hand(spec_of("int3*int3", "7"));
}

/// A copy with a piece of its text replaced, which must stand there once.
UnitUnderTest damaged(UnitUnderTest unit, const std::string& from, const std::string& to) {
    const auto at = unit.verilog.find(from);
    INFO(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(unit.verilog.find(from, at + 1) == std::string::npos);
    unit.verilog.replace(at, from.size(), to);
    return unit;
}

/// A copy that takes w_i for a_i and the other way round.
UnitUnderTest with_swapped_operands(UnitUnderTest unit) {
    const auto body = unit.verilog.find(");");
    for (auto at = body; at < unit.verilog.size(); ++at) {
        const auto word = unit.verilog.substr(at, 3);
        if (word == "w_i") unit.verilog[at] = 'a';
        if (word == "a_i") unit.verilog[at] = 'w';
    }
    return unit;
}

harness::JudgeOptions options(std::chrono::seconds limit = std::chrono::seconds(600)) {
    harness::JudgeOptions made;
    made.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    made.limit = limit;
    return made;
}

Result<harness::Verdict> judge_one(const UnitUnderTest& unit,
                                   const harness::JudgeOptions& given = options()) {
    return harness::judge({unit}, given).front();
}

/// The words of an error.
std::string problem(const Result<harness::Verdict>& result) {
    return result.ok() ? "none" : result.error().complaints.front().problem;
}

/// Removes the log that an error's words name; false where there is none.
bool remove_log(const Result<harness::Verdict>& result) {
    const std::string words = problem(result);
    const auto open = words.rfind("(log: ");
    return open != std::string::npos &&
           std::filesystem::remove(words.substr(open + 6, words.size() - open - 7));
}

}  // namespace

TEST_CASE("verify: units written by hand are good") {
    const auto verdicts =
        harness::judge({special_by_hand(), mixed_by_hand(), integer_by_hand()}, options());
    const std::vector<std::uint64_t> pairs{256, 256, 64};
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        INFO(problem(verdicts[i]));
        REQUIRE(verdicts[i].ok());
        const auto& verdict = verdicts[i].value();
        INFO(harness::describe(verdict));
        CHECK(verdict.passed());
        CHECK(verdict.has_interpreter);
        CHECK(verdict.pairs_visited == pairs[i]);
        CHECK(verdict.pairs_total == pairs[i]);
        CHECK(verdict.cycles > 8000);
        CHECK(verdict.mismatches == 0);
        CHECK_FALSE(verdict.first_mismatch.has_value());
        CHECK(verdict.simulator.find("Verilator") == 0);
    }
    CHECK(verdicts[0].value().extreme_products == 20);
    CHECK(verdicts[2].value().extreme_products == 7);
}

TEST_CASE("verify: every damaged unit is bad, and the judged file is blamed") {
    struct Damage {
        const char* what;
        UnitUnderTest unit;
    };
    const UnitUnderTest special = special_by_hand();
    const UnitUnderTest mixed = mixed_by_hand();
    const UnitUnderTest integer = integer_by_hand();
    const std::vector<Damage> damages{
        {"dropped + 1 of a negation", damaged(special, "~positive + 11'd1", "~positive")},
        {"subnormals with the exponent of normals",
         damaged(special, "{2'b00, code[0]}", "{1'b0, code[0], 1'b0}")},
        {"hidden bit for subnormals", damaged(special, "{2'b00, code[0]}", "{2'b01, code[0]}")},
        {"slice one off", damaged(special, "{5'd0, product}", "{4'd0, product, 1'b0}")},
        {"sign of one operand only", damaged(special, "w_i[3] ^ a_i[3]", "w_i[3]")},
        {"NaN of the weight not seen", damaged(special, "w_nan | a_nan", "a_nan")},
        {"infinity times zero is infinity",
         damaged(special, " | (w_infinite & a_zero) | (w_zero & a_infinite)", "")},
        {"NaN mask: NaN times zero is not NaN",
         damaged(special, "is_nan ? 2'd3", "(is_nan & ~w_zero) ? 2'd3")},
        {"infinities with the wrong sign", damaged(special, "{negative, ~negative}", "2'd1")},
        {"opposing infinities stay the first",
         damaged(special, "special_q | kind_q",
                 "(special_q != 2'd0 & kind_q != 2'd3) ? special_q : special_q | kind_q")},
        {"special values do not stick", damaged(special, "special_q | kind_q", "kind_q")},
        {"special values survive a clear",
         damaged(special, "clear_q ? 2'd0 : special_q", "special_q")},
        {"a special pair adds its significands",
         damaged(special, "default: magnitude = 3'd0", "default: magnitude = {1'b1, code[1:0]}")},
        {"clear ignored", damaged(special, "clear_q ? 11'd0 : acc_q", "acc_q")},
        {"clear a cycle early", damaged(special, "clear_q ? 11'd0", "clear_i ? 11'd0")},
        {"the pair beside a clear is kept",
         damaged(special, "clear_q ? 11'd0", "clear_q ? term_q")},
        {"enable ignored", damaged(special, "if (en_i)", "if (1'b1)")},
        {"clear obeyed while held", damaged(special, "if (en_i)", "if (en_i | clear_i)")},
        {"only the sum holds",
         damaged(special, "            kind_q <= kind;\n",
                 "        end\n        kind_q <= kind;\n        if (en_i) begin\n")},
        {"width one short",
         damaged(special, "assign acc_o = acc_q", "assign acc_o = {acc_q[9], acc_q[9:0]}")},
        {"top two bits swapped", damaged(special, "assign acc_o = acc_q",
                                         "assign acc_o = {acc_q[9], acc_q[10], acc_q[8:0]}")},
        {"port index: special_o turned round", damaged(special, "assign special_o = special_q",
                                                       "assign special_o = "
                                                       "{special_q[0], special_q[1]}")},
        {"swapped operands", with_swapped_operands(mixed)},
        {"integer taken as unsigned", damaged(mixed, "{8{w_i[3]}}", "8'd0")},
        {"shift one off", damaged(mixed, "a_i[2:1] - 2'd1", "a_i[2:1]")},
        {"most negative integer wrong", damaged(integer, "~{a_wide[5:0], 2'b00} + 8'd1",
                                                "(a_i == 3'd4 ? 8'd15 : "
                                                "~{a_wide[5:0], 2'b00} + 8'd1)")},
        {"one pair of 64 wrong",
         damaged(integer, "acc_q + row_0", "acc_q + {7'd0, w_i == 3'd5 & a_i == 3'd3} + row_0")},
    };
    std::vector<UnitUnderTest> units;
    for (const Damage& damage : damages) units.push_back(damage.unit);
    const auto verdicts = harness::judge(units, options());
    for (std::size_t i = 0; i < damages.size(); ++i) {
        INFO(damages[i].what << ": " << problem(verdicts[i]));
        REQUIRE(verdicts[i].ok());
        const auto& verdict = verdicts[i].value();
        INFO(harness::describe(verdict));
        CHECK_FALSE(verdict.passed());
        CHECK(verdict.mismatches > 0);
        CHECK(verdict.blame == Blame::judged_file);
        CHECK(verdict.pairs_visited == verdict.pairs_total);
        REQUIRE(verdict.first_mismatch.has_value());
        CHECK_FALSE(verdict.first_mismatch->ports.empty());
        CHECK(verdict.first_mismatch->given.size() == 8);
    }
}

TEST_CASE("verify: of a unit with carry cells both texts are judged") {
    mac::MacOptions request;
    request.spec = "e3m1*e2m1";
    request.terms = "20";
    request.cells = "ecp5";
    const UnitUnderTest good = own(mac::make_mac_spec(request).value());
    // The accumulator's cells use all four inputs, so that every bit of their table counts.
    const std::string cells = "CCU2C #(.INIT0(16'h596a), .INIT1(16'h596a)";
    std::vector<UnitUnderTest> units{good};
    for (unsigned bit = 0; bit < 16; ++bit) {
        const std::string table = fmt::format("16'h{:04x}", 0x596au ^ 1u << bit);
        units.push_back(
            damaged(good, cells, fmt::format("CCU2C #(.INIT0({}), .INIT1({})", table, table)));
    }
    units.push_back(damaged(good, "acc_d_cell_carry[0] = negative", "acc_d_cell_carry[0] = 1'd0"));
    units.push_back(damaged(good, "assign acc_d = acc_q + ", "assign acc_d = 3 + acc_q + "));
    const auto verdicts = harness::judge(units, options());
    for (std::size_t i = 0; i < units.size(); ++i) {
        CAPTURE(i, problem(verdicts[i]));
        REQUIRE(verdicts[i].ok());
        const auto& verdict = verdicts[i].value();
        CHECK(verdict.passed() == (i == 0));
        CHECK((verdict.mismatches > 0) == (i > 0));
        CHECK(verdict.blame == (i == 0 ? Blame::nobody : Blame::printer));
    }
}

TEST_CASE("verify: an output that changes between rising edges is told") {
    const auto integer = integer_by_hand();
    // After every rising edge this is what it should be: only between them it is not.
    const auto asynchronous =
        judge_one(damaged(integer, "@(posedge clk_i)", "@(posedge clk_i or posedge clear_i)"));
    INFO(problem(asynchronous));
    REQUIRE(asynchronous.ok());
    CHECK_FALSE(asynchronous.value().passed());
    CHECK(asynchronous.value().blame == Blame::timing);
}

TEST_CASE("verify: a unit's own width is judged, not only its wires") {
    // The manifest says 8 bits for 7 products; with 9 terms the sum needs 9 bits.
    auto unit = integer_by_hand();
    unit.manifest.accumulator.terms = 9;
    const auto judged = judge_one(unit);
    INFO(problem(judged));
    REQUIRE(judged.ok());
    CHECK_FALSE(judged.value().passed());
    CHECK(judged.value().blame == Blame::width);
}

TEST_CASE("verify: printer, datapath and interpreter are told apart") {
    using rtl::Op;
    const UnitUnderTest sound = own(spec_of("e3m2*e2m3", "16", "1"));
    const std::map<Op, Op> exchanged{
        {Op::bit_and, Op::bit_or}, {Op::bit_or, Op::bit_and}, {Op::bit_xor, Op::bit_or}};
    std::vector<UnitUnderTest> units;
    std::vector<Blame> expected;
    const auto add = [&](const rtl::Module& interpreted, const rtl::Module& printed, Blame blame) {
        UnitUnderTest unit = sound;
        const std::string name = sound.manifest.module + "_f" + std::to_string(units.size());
        unit.module = interpreted;
        unit.manifest.module = name;
        rtl::Module renamed = printed;
        renamed.name = name;
        unit.verilog = emit::print_verilog(renamed, "a unit with a fault");
        units.push_back(std::move(unit));
        expected.push_back(blame);
    };
    for (rtl::NodeId id = 0; id < sound.module->nodes.size(); ++id) {
        const auto other = exchanged.find(sound.module->nodes[id].op);
        if (other == exchanged.end()) continue;
        rtl::Module faulty = *sound.module;
        faulty.nodes[id].op = other->second;
        add(faulty, faulty, Blame::datapath_or_golden);
        add(*sound.module, faulty, Blame::printer);
        add(faulty, *sound.module, Blame::interpreter);
    }
    REQUIRE(units.size() >= 30);
    const auto verdicts = harness::judge(units, options());
    std::size_t caught = 0;
    for (std::size_t i = 0; i < units.size(); ++i) {
        INFO(problem(verdicts[i]));
        REQUIRE(verdicts[i].ok());
        const auto& verdict = verdicts[i].value();
        if (verdict.mismatches == 0) continue;  // and or or, it was the same here
        INFO(harness::describe(verdict));
        CHECK(verdict.blame == expected[i]);
        ++caught;
    }
    CHECK(caught * 10 >= units.size() * 9);
    CHECK(caught % 3 == 0);  // what one of the three shows, the other two show
}

TEST_CASE("verify: a wrong manifest disagrees with datapath and Verilog") {
    auto unit = own(spec_of("int4*e2m1", "20"));
    unit.manifest.weight = "uint4";
    const auto judged = judge_one(unit);
    INFO(problem(judged));
    REQUIRE(judged.ok());
    CHECK(judged.value().blame == Blame::datapath_or_golden);
}

TEST_CASE("verify: a lint warning fails our own file and no foreign one") {
    auto unit = integer_by_hand();
    unit.verilog.insert(unit.verilog.find("    reg [7:0] acc_q"), "    wire dangling = w_i[0];\n");
    const auto foreign = judge_one(unit);
    INFO(problem(foreign));
    REQUIRE(foreign.ok());
    CHECK(foreign.value().passed());
    CHECK(foreign.value().lint.size() == 1);
    unit.origin = harness::Origin::ours;
    const auto ours = judge_one(unit);
    REQUIRE(ours.ok());
    CHECK_FALSE(ours.value().passed());
    CHECK(ours.value().mismatches == 0);
    REQUIRE(ours.value().lint.size() == 1);
    CHECK(ours.value().lint[0].find("'dangling'") != std::string::npos);
}

TEST_CASE("verify: one unit that cannot be built does not take others of its bench down") {
    auto good = own(spec_of("int3*int3", "7"));
    auto bad = own(spec_of("int4*e2m1", "20"));
    bad.verilog = "this is no Verilog";
    const auto verdicts = harness::judge({good, bad}, options());
    INFO(problem(verdicts[0]));
    REQUIRE(verdicts[0].ok());
    CHECK(verdicts[0].value().passed());
    REQUIRE_FALSE(verdicts[1].ok());
    CHECK(verdicts[1].error().kind == ErrorKind::tool);
    CHECK(remove_log(verdicts[1]));
}

TEST_CASE("verify: what cannot be built or run is a tool's failure, in words") {
    struct Row {
        const char* what;
        UnitUnderTest unit;
        const char* words;
    };
    const UnitUnderTest special = special_by_hand();
    const UnitUnderTest integer = integer_by_hand();
    const auto with_text = [&](const char* text) {
        UnitUnderTest unit = integer;
        unit.verilog = text;
        return unit;
    };
    const std::vector<Row> rows{
        {"no Verilog", with_text("hello world\n"),
         "Verilator cannot read it: line 1: syntax error"},
        {"nothing", with_text(""), "it has no module 'mac_int3_int3_exact_n7'"},
        {"another module's name",
         damaged(integer, "module mac_int3_int3_exact_n7", "module mac_int3"),
         "it has no module 'mac_int3_int3_exact_n7'"},
        {"a port missing",
         damaged(damaged(special, "    input  wire        en_i,\n", ""), "if (en_i)", "if (1'b1)"),
         "it has no port 'en_i'"},
        {"a port too many", damaged(integer, "clk_i,", "clk_i, input wire rst_ni,"),
         "its port 'rst_ni' is not in the manifest"},
        {"a port too narrow",
         damaged(damaged(integer, "output wire [7:0] acc_o", "output wire [6:0] acc_o"),
                 "acc_o = acc_q", "acc_o = acc_q[6:0]"),
         "its port 'acc_o' is not as wide as in the manifest"},
        {"it ends itself",
         damaged(integer, "else acc_q", "else if (acc_q == 8'd33) $finish; else acc_q"),
         "ended by itself or crashed"},
        {"it gives up",
         damaged(integer, "else acc_q", "else if (acc_q == 8'd33) $stop; else acc_q"),
         "ended by itself or crashed"},
        {"it oscillates",
         damaged(integer, "assign acc_o = acc_q;",
                 "wire loop; assign loop = ~loop; assign acc_o = acc_q ^ {7'd0, loop};"),
         "crashed"},
        {"it floods its output",
         damaged(integer, "else acc_q",
                 "else for (integer i = 0; i < 100000; i = i + 1) $display(\"flood %0d\", i); "
                 "if (!clear_i) acc_q"),
         "crashed"},
    };
    std::vector<UnitUnderTest> units;
    for (const Row& row : rows) units.push_back(row.unit);
    const auto verdicts = harness::judge(units, options());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO(rows[i].what << ": " << problem(verdicts[i]));
        REQUIRE_FALSE(verdicts[i].ok());
        CHECK(verdicts[i].error().kind == ErrorKind::tool);
        CHECK(problem(verdicts[i]).find(rows[i].words) != std::string::npos);
        CHECK(remove_log(verdicts[i]));
    }
}

TEST_CASE("verify: a simulation that hangs is out of time") {
    // From 0 in steps of 2, an odd number is never reached.
    auto unit =
        damaged(damaged(integer_by_hand(), "    reg [7:0] acc_q;", "    reg [7:0] acc_q, spin;"),
                "if (clear_i)",
                "spin = 8'd0; while (clear_i && spin != 8'd255) spin = spin + 8'd2; if (clear_i)");
    unit = damaged(unit, "acc_o = acc_q", "acc_o = spin == 8'd255 ? spin : acc_q");
    const auto judged = judge_one(unit, options(std::chrono::seconds(6)));
    INFO(problem(judged));
    REQUIRE_FALSE(judged.ok());
    CHECK(judged.error().kind == ErrorKind::timeout);
    CHECK(remove_log(judged));
}

TEST_CASE("verify: what a unit prints does not disturb the judge") {
    const auto judged =
        judge_one(damaged(integer_by_hand(), "else acc_q",
                          "else if (acc_q == 8'd33) $display(\"33\"); if (!clear_i) acc_q"));
    INFO(problem(judged));
    REQUIRE(judged.ok());
    CHECK(judged.value().passed());
}

TEST_CASE("verify: a foreign file finds what it includes beside it") {
    const ScratchFolder folder("a folder 'quoted' $(id)");
    auto unit = integer_by_hand();
    REQUIRE(write_file(folder.path() / "rows.vh", "8'd1").ok());
    const auto at = unit.verilog.find("+ 8'd1");
    unit.verilog.replace(at, 6, "+ \n`include \"rows.vh\"\n");
    unit.include_folder = folder.path();
    const auto judged = judge_one(unit);
    INFO(problem(judged));
    REQUIRE(judged.ok());
    CHECK(judged.value().passed());
}

TEST_CASE("verify: a handshake whose ports are missing is refused in words") {
    auto unit = integer_by_hand();
    unit.manifest.handshake = "stream";
    const auto judged = judge_one(unit);
    REQUIRE_FALSE(judged.ok());
    CHECK(judged.error().kind == ErrorKind::files);
    CHECK(problem(judged).find("'reset'") != std::string::npos);
}

TEST_CASE("verify: the same seed gives the same verdict, another seed another order") {
    auto wrong = options();
    const auto unit =
        damaged(integer_by_hand(), "acc_q + row_0", "acc_q + {7'd0, w_i == a_i} + row_0");
    const auto first = judge_one(unit, wrong);
    const auto again = judge_one(unit, wrong);
    wrong.stimulus.seed = 2;
    const auto other = judge_one(unit, wrong);
    REQUIRE((first.ok() && again.ok() && other.ok()));
    CHECK(harness::to_json(first.value()) == harness::to_json(again.value()));
    CHECK(harness::to_json(first.value()) != harness::to_json(other.value()));
}
