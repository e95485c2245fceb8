// The judge on units with a handshake: ours are good, each damaged copy is bad.
#include <catch2/catch.hpp>
#include <iostream>
#include <thread>

#include "emit/artifacts.hpp"
#include "harness/judge.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"

using namespace bitshed;

namespace {

harness::UnitUnderTest unit_of(const std::string& spec, const std::string& handshake,
                               const char* stages, std::optional<std::string> result = {},
                               const char* lanes = "1") {
    mac::MacOptions options;
    options.spec = spec;
    options.handshake = handshake;
    options.stages = stages;
    options.lanes = lanes;
    options.result = std::move(result);
    const auto decided = mac::make_mac_spec(options).value();
    harness::UnitUnderTest unit;
    unit.module = mac::build_mac(decided);
    const auto artifacts = emit::make_artifacts(decided, *unit.module);
    unit.manifest = artifacts.manifest;
    unit.verilog = artifacts.verilog();
    return unit;
}

std::vector<Result<harness::Verdict>> judge(const std::vector<harness::UnitUnderTest>& units) {
    harness::JudgeOptions options;
    options.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    options.limit = std::chrono::seconds(900);
    return harness::judge(units, options);
}

struct Damage {
    const char* bug;
    const char* from;
    const char* to;
};

/// Copies with one piece of text replaced, each under its own module name, so that they share a
/// bench.
void check_all_caught(const harness::UnitUnderTest& good, const std::vector<Damage>& damages) {
    std::vector<harness::UnitUnderTest> units{good};
    for (std::size_t i = 0; i < damages.size(); ++i) {
        harness::UnitUnderTest unit = good;
        const std::string name = good.manifest.module;
        unit.manifest.module = name + "_damaged" + std::to_string(i);
        const std::string head = "module " + name;
        unit.verilog.replace(unit.verilog.find(head), head.size(),
                             "module " + unit.manifest.module);
        const auto at = unit.verilog.find(damages[i].from);
        INFO(damages[i].bug);
        REQUIRE(at != std::string::npos);
        unit.verilog.replace(at, std::string(damages[i].from).size(), damages[i].to);
        units.push_back(std::move(unit));
    }
    const auto verdicts = judge(units);
    REQUIRE(verdicts.front().ok());
    INFO(harness::describe(verdicts.front().value()));
    CHECK(verdicts.front().value().passed());
    for (std::size_t i = 0; i < damages.size(); ++i) {
        INFO(damages[i].bug);
        REQUIRE(verdicts[i + 1].ok());
        CHECK(verdicts[i + 1].value().mismatches > 0);
    }
}

}  // namespace

TEST_CASE("verify: units with a handshake are good, every pair of codes visited") {
    const std::vector<harness::UnitUnderTest> units{
        unit_of("e2m1*e2m1", "valid", "0"),
        unit_of("e2m1*e2m1", "stream", "0"),
        unit_of("e3m1fn*e2m2ieee", "stream", "3", "e4m3fn"),
        unit_of("e2m1*int3+fixed8", "valid", "2", "int4", "3"),
        unit_of("e2m2*uint4+fp16", "stream", "4", "e2m1", "2"),
        unit_of("e2m2ieee*e2m1+e3m2", "valid", "1"),
    };
    const auto verdicts = judge(units);
    REQUIRE(verdicts.size() == units.size());
    for (const auto& verdict : verdicts) {
        REQUIRE(verdict.ok());
        INFO(harness::describe(verdict.value()));
        CHECK(verdict.value().passed());
        CHECK(verdict.value().has_interpreter);
        CHECK(verdict.value().pairs_visited > 0);
        CHECK(verdict.value().sums.value_or(0) > 100);
    }
}

TEST_CASE("verify: damaged stream handshakes are caught") {
    check_all_caught(
        unit_of("e2m1*e2m1", "stream", "1"),
        {{"a waiting sum is overwritten", "= out_ready_i | ~out_valid_q;", "= out_ready_i | 1'd1;"},
         {"ready while nothing moves: pairs are lost", "= advances & rst_ni;", "= rst_ni;"},
         {"ready in a reset: pairs are lost", "= advances & rst_ni;", "= advances;"},
         {"a stray pair joins a sum", "= in_valid_i & (in_first_i | open_q);", "= in_valid_i;"},
         {"a pair without valid is taken", "= in_valid_i & (in_first_i | open_q);",
          "= in_first_i | open_q;"},
         {"a sum goes on from the one before", "= acc_q & ~{21{s1_in_first_q}};",
          "= acc_q | (21'd0 & {21{s1_in_first_q}});"},
         {"reset leaves pairs in flight", "s1_completes_q <= 1'd0;",
          "s1_completes_q <= completes;"},
         {"out_valid depends on out_ready", "assign out_valid_o = out_valid_q;",
          "assign out_valid_o = out_valid_q & out_ready_i;"},
         {"a sum comes twice", "out_valid_q <= s1_completes_q;",
          "out_valid_q <= s1_completes_q | (out_valid_q & acc_q[0]);"},
         {"a sum is withdrawn while it waits",
          "    end else if (advances) begin\n      out_valid_q",
          "    end else begin\n      out_valid_q"},
         {"last is ignored now and then", "= takes & in_last_i;",
          "= takes & in_last_i & (w_i != 4'd3);"}});
}

TEST_CASE("verify: a stream unit that waits for out_ready before it shows a sum is caught") {
    // By golden alone: a foreign unit has no interpreter beside it. A sink may wait for out_valid.
    harness::UnitUnderTest unit = unit_of("e2m1*e2m1", "stream", "1");
    unit.module.reset();
    check_all_caught(unit, {{"a dead lock", "= out_ready_i | ~out_valid_q;", "= out_ready_i;"}});
}

TEST_CASE("verify: a result that is wrong for great sums only is caught") {
    // Only whole sums are seen, and sums of random products stay small.
    check_all_caught(unit_of("uint3*e2m2", "valid", "0", "bf16"),
                     {{"one bit, near the greatest sums", "= result_normalized[8:1];",
                       "= result_normalized[8:1] ^ {7'd0, acc_q[20:17] == 4'd3 & ~acc_q[14]};"}});
}

TEST_CASE("verify: damaged valid handshakes are caught") {
    check_all_caught(
        unit_of("e2m1*e2m1", "valid", "1"),
        {{"a cycle early", "out_valid_q <= s1_completes_q;", "out_valid_q <= completes;"},
         {"valid stays up", "out_valid_q <= s1_completes_q;",
          "out_valid_q <= s1_completes_q | (out_valid_q & ~takes);"},
         {"a stray pair joins a sum", "= in_valid_i & (in_first_i | open_q);", "= in_valid_i;"},
         {"first is ignored where a sum is open", "= acc_q & ~{21{s1_in_first_q}};",
          "= acc_q & ~{21{s1_in_first_q & ~open_q}};"},
         {"a gap ends a sum", "in_valid_i ? takes & ~in_last_i : open_q;", "takes & ~in_last_i;"},
         {"reset leaves a sum open", "      open_q      <= 1'd0;",
          "      open_q      <= open_q;"}});
    // No register stands between the pair and out_valid: what is offered in a reset must not show.
    check_all_caught(
        unit_of("e2m1*e2m1", "valid", "0"),
        {{"a pair is taken in a reset", "out_valid_q <= 1'd0;", "out_valid_q <= completes;"}});
}

TEST_CASE("verify: a gap behind a sum's first pair that becomes a pair while it waits is caught") {
    // Seen only where one sum waits at the output, the next has begun, and the gap is in stage 1.
    check_all_caught(
        unit_of("e2m1*e2m1", "stream", "2"),
        {{"a gap becomes a pair", "s1_takes_q     <= takes;\n",
          "s1_takes_q     <= takes;\n    end else begin\n"
          "      s1_takes_q     <= 1'd1;\n    end\n    if (rst_ni & advances) begin\n"}});
}

TEST_CASE("verify: a million sums of a stream under stalls of every rate", "[.slow]") {
    const auto unit = unit_of("e2m1*e2m1", "stream", "2");
    harness::JudgeOptions options;
    options.limit = std::chrono::seconds(7200);
    options.stimulus.random_cycles = 24'000'000;
    const auto verdicts = harness::judge({unit}, options);
    REQUIRE(verdicts[0].ok());
    const harness::Verdict& verdict = verdicts[0].value();
    INFO(harness::describe(verdict));
    CHECK(verdict.passed());
    REQUIRE(verdict.sums);
    CHECK(*verdict.sums >= 1'000'000);
    std::cout << harness::describe(verdict);
}
