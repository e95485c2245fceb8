// Streams of operands, the count of changes and the sum of energy: against numbers made by hand.
#include <catch2/catch.hpp>

#include <cmath>
#include <map>

#include "flows/activity_plan.hpp"
#include "flows/energy.hpp"
#include "recorded.hpp"

using namespace bitshed::flows;
using bitshed::ErrorKind;

namespace {

std::vector<std::uint32_t> drawn(Stream stream, const std::string& format, std::size_t count,
                                 std::uint64_t seed = 1) {
    return draw_codes(stream, format, count, seed).value();
}

/// Two inverters in a row, and what simulating them gave: net 2 -> net 3 -> net 4.
const char* const two_inverters = R"({"modules": {"two": {
  "ports": {},
  "cells": {
    "first": {"type": "INV", "port_directions": {"A": "input", "Y": "output"},
              "connections": {"A": [2], "Y": [3]}},
    "second": {"type": "INV", "port_directions": {"A": "input", "Y": "output"},
               "connections": {"A": [3], "Y": [4]}}},
  "netnames": {"in": {"bits": [2]}, "mid": {"bits": ["x", 3]}, "out": {"bits": [4]}}}}})";

const char* const waves = R"($timescale 1ns $end
$scope module TOP $end
 $scope module bench $end
  $var wire 1 ! in $end
  $scope module unit $end
   $var wire 1 ! in $end
   $var wire 2 " mid [1:0] $end
   $var wire 1 # out $end
   $scope module cell $end
    $var wire 1 $ out $end
   $upscope $end
  $upscope $end
 $upscope $end
$upscope $end
$enddefinitions $end
#0
0!
bx0 "
x#
1$
#1
b10 "
0#
0$
#2
1!
b00 "
1#
#3
0!
b10 "
0#
1#
0#
#4
1!
b0 "
1#
)";

const char* const liberty = R"(/* by hand */
library(hand) {
  time_unit : "1ns"; voltage_unit : "1V"; leakage_power_unit : "1nW";
  capacitive_load_unit (1, pf);
  nom_voltage : 2;
  power_lut_template(both) {
    variable_1 : total_output_net_capacitance;
    variable_2 : input_transition_time;
    index_1 ("1, 2"); index_2 ("1, 2");
  }
  cell (INV) {
    cell_leakage_power : 1000;
    pin(A) { direction : input; capacitance : 0.5; }
    pin(Y) {
      direction : output;
      internal_power() {
        related_pin : "A";
        rise_power(both) {
          index_1 ("0, 1"); index_2 ("0, 2");
          values ("1, 3", \
                  "2, 4");
        }
        fall_power(both) {
          index_1 ("0, 1"); index_2 ("0, 2");
          values ("10, 10", "10, 10");
        }
      }
    }
  }
})";

}  // namespace

TEST_CASE("a dump: changes of the scope's variables are counted from the first instant asked for") {
    const auto activity = parse_vcd(waves, "unit", 2).value();
    REQUIRE(activity.size() == 3);
    // in: 0 0 | 1 0 1
    CHECK(activity.at("in")[0].rises == 2);
    CHECK(activity.at("in")[0].falls == 1);
    // mid[1]: x 1 | 0 1 0; "b10" is mid[1] = 1, "b0" leaves out a leading 0
    CHECK(activity.at("mid")[1].rises == 1);
    CHECK(activity.at("mid")[1].falls == 2);
    CHECK(activity.at("mid")[0].toggles() == 0);
    // out: x 0 | 1 0 1: at instant 3 it ends where the others do, whatever was written in between
    CHECK(activity.at("out")[0].rises == 2);
    CHECK(activity.at("out")[0].falls == 1);
    CHECK_FALSE(activity.at("out")[0].unknown);
    CHECK(parse_vcd(waves, "unit", 0).value().at("out")[0].unknown);
    CHECK(parse_vcd(waves, "cell", 0).value().at("out")[0].falls == 1);
}

TEST_CASE("a dump that is none, lacks the scope or is cut off in its head is refused") {
    const std::string good = waves;
    const auto cut_in_head = good.substr(0, 120);
    for (const std::string& bad :
         {std::string(), std::string("garbage"), cut_in_head, std::string("$var wire $end"),
          good + "#x\n", good + "hello\n", good + "b1"}) {
        INFO(bad);
        const auto refused = parse_vcd(bad, "unit", 0);
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().kind == ErrorKind::tool);
    }
    CHECK_FALSE(parse_vcd(waves, "nowhere", 0).ok());
}

TEST_CASE("a netlist: the nets that cells drive are counted once each, and must be known") {
    const auto netlist = parse_cell_netlist(two_inverters, "two").value();
    CHECK(netlist.cells.size() == 2);
    const auto activity = net_activity(netlist, parse_vcd(waves, "unit", 2).value()).value();
    CHECK(driven_toggles(netlist, activity) == 3 + 3);  // mid[1] and out, not in
    // From the start on, out was x.
    const auto unknown = net_activity(netlist, parse_vcd(waves, "unit", 0).value());
    REQUIRE_FALSE(unknown.ok());
    CHECK(unknown.error().kind == ErrorKind::tool);
    CHECK_FALSE(net_activity(netlist, {}).ok());
    const std::string text = two_inverters;
    for (const std::string& bad :
         {std::string(), std::string("{}"), text.substr(0, 200),
          std::string(R"({"modules": {"two": {"cells": {},)") + R"("netnames": {}}}})"}) {
        INFO(bad);
        REQUIRE_FALSE(parse_cell_netlist(bad, "two").ok());
    }
    CHECK_FALSE(parse_cell_netlist(text, "three").ok());
}

TEST_CASE("energy: two inverters cost what their tables say by hand") {
    const auto netlist = parse_cell_netlist(two_inverters, "two").value();
    const auto activity = net_activity(netlist, parse_vcd(waves, "unit", 2).value()).value();
    const auto library = parse_liberty(liberty).value();
    CHECK(library.volts == 2);
    const auto& rise = library.cells.at("INV").pins.at("Y").energies.at(0).rise;
    CHECK(rise.at(0, 0) == 1);
    CHECK(rise.at(1, 2) == 4);
    CHECK(rise.at(0.5, 1) == Approx(2.5));
    CHECK(rise.at(2, -1) == Approx(2));  // linear beyond the corners: 1 + 2 * 1 - 1 * 1
    const auto transitions = parse_transitions(
        "bitshed: transition first/Y 0.5 1.5\nbitshed: transition second/Y 9 9\n"
        "bitshed: end of transitions\n");
    const auto energy = energy_of(netlist, activity, library, transitions.value(), 100).value();
    // first: rises once at 0.5 pF, out of a port: 1.5; falls twice: 20. second: no load, 1 ns from
    // first: rises twice at 2, falls once.
    CHECK(energy.internal_pj == Approx(1.5 + 20 + 2 * 2 + 10));
    // first changes 3 times, into 0.5 pF at 2 V: 1 pJ each; second drives nothing.
    CHECK(energy.switching_pj == Approx(3));
    // 2 cells of 1 uW for 100 ns.
    CHECK(energy.leakage_pj == Approx(0.2));
    CHECK(energy.total_pj() == Approx(38.7));

    auto without = library;
    without.cells.at("INV").pins.erase("Y");
    CHECK_FALSE(energy_of(netlist, activity, without, transitions.value(), 100).ok());
    without.cells.clear();
    CHECK_FALSE(energy_of(netlist, activity, without, transitions.value(), 100).ok());
    CHECK_FALSE(energy_of(netlist, activity, library, {}, 100).ok());
}

TEST_CASE("a cell library that is damaged anywhere is refused, never read half") {
    const std::string good = liberty;
    CHECK(parse_liberty(good).ok());
    for (std::size_t length = 0; length < good.size() - 1; ++length)
        if (parse_liberty(good.substr(0, length)).ok()) FAIL("cut off at byte " << length);
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"capacitive_load_unit (1, pf);", ""},
             {"\"1ns\"", "\"1nm\""},
             {"nom_voltage : 2", "nom_voltage : two"},
             {"\"2, 4\"", "\"2\""},
             {"input_transition_time", "phase_of_the_moon"},
             {"index_1 (\"0, 1\"); index_2 (\"0, 2\");\n          values (\"1",
              "index_1 (\"1, 0\"); index_2 (\"0, 2\");\n          values (\"1"}}) {
        INFO(from);
        std::string damaged = good;
        REQUIRE(damaged.find(from) != std::string::npos);
        damaged.replace(damaged.find(from), from.size(), to);
        const auto refused = parse_liberty(damaged);
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().kind == ErrorKind::files);
    }
}

TEST_CASE("transition times of OpenSTA that are cut off or no numbers are refused") {
    for (const char* bad :
         {"", "garbage", "bitshed: end of transitions\n", "bitshed: transition a/Y 1 2\n",
          "bitshed: transition a/Y 1 x\nbitshed: end of transitions\n",
          "bitshed: transition a/Y 1 -2\nbitshed: end of transitions\n",
          "Error: no.\nbitshed: transition a/Y 1 2\nbitshed: end of transitions\n"}) {
        INFO(bad);
        CHECK_FALSE(parse_transitions(bad).ok());
    }
}

TEST_CASE("uniform operands: every finite code comes about equally often, no other comes") {
    std::map<std::uint32_t, int> counts;
    for (const auto code : drawn(Stream::uniform, "e2m1", 16000)) ++counts[code];
    CHECK(counts.size() == 16);
    for (const auto& [code, count] : counts) CHECK(std::abs(count - 1000) < 150);
    // e5m2ieee: 0x7c..0x7f and 0xfc..0xff are infinities and NaN (OFP8, Table 2).
    std::map<std::uint32_t, int> of_e5m2;
    for (const auto code : drawn(Stream::uniform, "e5m2ieee", 20000)) ++of_e5m2[code & 0x7f];
    CHECK(of_e5m2.size() == 0x7c);
    CHECK(of_e5m2.rbegin()->first == 0x7b);
}

TEST_CASE(
    "gauss operands: the greatest magnitude is the largest code, signs and sizes are normal") {
    const auto codes = drawn(Stream::gauss, "int8", 10000);
    double sum = 0, squares = 0, least = 0, greatest = 0;
    int within = 0;
    for (const auto code : codes) {
        const double value = code < 128 ? code : static_cast<double>(code) - 256;
        sum += value;
        squares += value * value;
        least = std::min(least, value);
        greatest = std::max(greatest, value);
    }
    const double deviation = std::sqrt(squares / 10000);
    for (const auto code : codes) {
        const double value = code < 128 ? code : static_cast<double>(code) - 256;
        within += std::abs(value) <= deviation ? 1 : 0;
    }
    CHECK(std::max(greatest, -least) == 127);
    CHECK(std::abs(sum / 10000) < 0.05 * deviation);
    CHECK(std::abs(within / 10000.0 - 0.6827) < 0.03);  // within one standard deviation
    CHECK(127 / deviation > 3.2);                       // the greatest of 10000
    CHECK(127 / deviation < 5.5);
    // Unsigned: what is negative is 0.
    int zeros = 0;
    for (const auto code : drawn(Stream::gauss, "uint8", 10000)) zeros += code == 0 ? 1 : 0;
    CHECK(std::abs(zeros - 5000) < 400);
    // A bias that no double reaches.
    CHECK(drawn(Stream::gauss, "e4m3b1000", 100) == drawn(Stream::gauss, "e4m3", 100));
    CHECK(drawn(Stream::gauss, "e4m3", 100) == drawn(Stream::gauss, "e4m3", 100, 1));
    CHECK(drawn(Stream::gauss, "e4m3", 100) != drawn(Stream::gauss, "e4m3", 100, 2));
    CHECK_FALSE(draw_codes(Stream::gauss, "e9m9", 10, 1).ok());
}

TEST_CASE("pairs of a file: two hex codes a line, with a line's number where they are not") {
    const auto pairs =
        parse_operands("# by hand\n3f 02\n\n0x1 0xF # more\n", "x", 6, 4).value().pairs;
    CHECK(pairs == std::vector<CodePair>{{0x3f, 2}, {1, 15}});
    for (const char* bad : {"", "# none\n", "3f\n", "3f 02 1\n", "40 02\n", "3f 10\n", "3f zz\n",
                            "-1 2\n", "3f,02\n"}) {
        INFO(bad);
        const auto refused = parse_operands(bad, "x", 6, 4);
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().kind == ErrorKind::files);
    }
    const auto third = parse_operands("1 1\n\n1 g\n", "x", 6, 4);
    CHECK(third.error().complaints[0].problem.find("line 3") != std::string::npos);
}

TEST_CASE("operands of a file: clear ends a sum") {
    const auto parsed = [](const char* text) { return parse_operands(text, "x", 6, 4).value(); };
    using Ends = std::vector<std::size_t>;
    CHECK(parsed("3f 02\n1 1\n").sum_ends.empty());
    CHECK(parsed("3f 02\n1 1\n").longest_sum() == 0);
    const Operands two = parsed("3f 02\n1 1\nclear # 0x1p+3\n1 2\n  clear\n");
    CHECK(two.pairs == std::vector<CodePair>{{0x3f, 2}, {1, 1}, {1, 2}});
    CHECK(two.sum_ends == Ends{2, 3});
    CHECK(two.longest_sum() == 2);
    // The last sum need not be ended; none is empty.
    CHECK(parsed("clear\n3f 02\nclear\nclear\n1 1\n1 2\n").sum_ends == Ends{1, 3});
    CHECK_FALSE(parse_operands("clear\n", "x", 6, 4).ok());
    CHECK_FALSE(parse_operands("1 1\nclear 1\n", "x", 6, 4).ok());

    auto manifest = bitshed::tests::hand_written("tiny_xor").manifest;
    manifest.accumulator.terms = 2;
    CHECK(operands_for(manifest, "1 1\n1 2\nclear\n1 1\n", "x").ok());
    const auto refused = operands_for(manifest, "1 1\n1 2\n1 3\nclear\n1 1\n", "x");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().complaints[0].problem.find("a sum of 3 products") != std::string::npos);
}

TEST_CASE("rows of a simulation: sums that a file tells end where it says") {
    auto manifest = bitshed::tests::hand_written("tiny_xor").manifest;
    manifest.accumulator.terms = 7;
    manifest.ports.push_back({"clear_i", "input", 1, "clear"});
    const Operands operands{.pairs = {{0x1, 0x2}, {0x3, 0x4}, {0x5, 0x6}}, .sum_ends = {2, 3}};
    const auto cleared = make_stimulus(manifest, operands);
    CHECK(cleared.terms == 2);
    CHECK(cleared.rows[0] == "100");
    const std::vector<std::string> period = {"021", "043", "165", "065", "121"};
    for (std::size_t at = 0; at < 20; ++at)
        CHECK(cleared.rows[warm_up_rows + at] == period[at % 5]);
    CHECK(cleared.macs == counted_cycles / 5 * 3 + 1);  // 4096 is a cycle beyond whole periods

    manifest.ports.pop_back();
    for (const char* role : {"reset", "in_valid", "in_first", "in_last"})
        manifest.ports.push_back({role, "input", 1, role});
    manifest.lanes = 2;  // of 2 bits each
    const Operands three{.pairs = {{0x1, 0x2}, {0x3, 0x0}, {0x2, 0x1}}, .sum_ends = {3}};
    const auto framed = make_stimulus(manifest, three);
    CHECK(framed.terms == 3);
    CHECK(framed.rows[0] == "000");
    for (std::size_t at = 0; at < 8; at += 2) {
        CHECK(framed.rows[warm_up_rows + at] == "72d");
        CHECK(framed.rows[warm_up_rows + at + 1] == "b12");
    }
    CHECK(framed.macs == counted_cycles / 2 * 3);
}

TEST_CASE("rows of a simulation: warm-up, sums and lanes stand where the ports are") {
    auto manifest = bitshed::tests::hand_written("tiny_xor").manifest;
    const auto plain = make_stimulus(manifest, {.pairs = {{0x1, 0x2}, {0xf, 0x0}}});
    CHECK(plain.bits == 8);
    REQUIRE(plain.rows.size() == warm_up_rows + counted_cycles);
    CHECK(plain.rows[0] == "21");
    CHECK(plain.rows[1] == "0f");
    CHECK(plain.rows[2] == "21");
    CHECK(plain.macs == counted_cycles);  // no clear: nothing is dropped
    CHECK(plain.terms == 1);              // as the manifest says

    manifest.accumulator.terms = 7;
    manifest.ports.push_back({"clear_i", "input", 1, "clear"});
    manifest.ports.push_back({"en_i", "input", 1, "enable"});
    const auto cleared = make_stimulus(manifest, {.pairs = {{0x1, 0x2}}});
    CHECK(cleared.terms == 7);
    CHECK(cleared.bits == 10);
    for (int at = 0; at < warm_up_rows; ++at)
        CHECK(cleared.rows[static_cast<std::size_t>(at)] == "321");
    for (int at = 0; at < 16; ++at)
        CHECK(cleared.rows[static_cast<std::size_t>(warm_up_rows + at)] ==
              (at == 7 || at == 15 ? "321" : "221"));
    CHECK(cleared.macs == counted_cycles / 8 * 7);

    manifest.ports.resize(manifest.ports.size() - 2);
    for (const char* role : {"reset", "in_valid", "in_first", "in_last"})
        manifest.ports.push_back({role, "input", 1, role});
    manifest.lanes = 2;  // of 2 bits each
    const auto framed = make_stimulus(manifest, {.pairs = {{0x1, 0x2}, {0x3, 0x0}}});
    CHECK(framed.terms == 6);
    CHECK(framed.rows[0] == "02d");  // lane 0: 1, 2; lane 1: 3, 0
    CHECK(framed.rows[warm_up_rows] == "72d");
    CHECK(framed.rows[warm_up_rows + 1] == "32d");
    CHECK(framed.rows[warm_up_rows + 2] == "b2d");
    CHECK(framed.rows[warm_up_rows + 3] == "72d");
    CHECK(framed.macs == 2 * counted_cycles);
}
