// The printed Verilog means what the interpreter computes, and linters have nothing to say of it.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <set>

#include "emit/verilog.hpp"
#include "random_module.hpp"
#include "rtl/builder.hpp"
#include "rtl/findings.hpp"
#include "support/text.hpp"
#include "verilog_bench.hpp"

namespace {

using bitshed::rtl::Module;
using bitshed::rtl::Op;
using bitshed::test::BenchResult;
using bitshed::test::Printed;

constexpr unsigned random_modules = 60;
constexpr int cycles = 80;
constexpr int settling = bitshed::test::cycles_to_settle;

Printed printed(Module module) {
    Printed made{std::move(module), {}};
    made.verilog = bitshed::emit::print_verilog(made.module, "A test.\n\nOf the printer.");
    return made;
}

/// Cases that neither chance nor the mixes bring: constants with a name before registers, no
/// section.
std::vector<Module> corner_cases() {
    std::vector<Module> made;
    using bitshed::rtl::Builder;
    Builder constants("corner_constants");
    constants.clock("clk_i", "");
    const auto x = constants.input("x_i", 8, "", "");
    constants.section("late", {}, 1);
    const auto three = constants.name("three", constants.constant(8, 3), "");
    const auto kept = constants.reg("kept_q", 8, "");
    constants.connect(kept, three);
    constants.output("sum_o", constants.name("sum", kept + x, ""), "", "");
    made.push_back(constants.finish());
    Builder wire("corner_wire");
    wire.output("x_o", wire.input("x_i", 1, "", ""), "", "");
    made.push_back(wire.finish());
    return made;
}

/// Random modules and the mixes of operators; the same in every run.
const std::vector<Printed>& all_modules() {
    static const std::vector<Printed> modules = [] {
        std::vector<Printed> made;
        for (unsigned seed = 0; seed < random_modules; ++seed)
            made.push_back(
                printed(bitshed::test::random_module("random" + std::to_string(seed), seed)));
        for (auto& mix : bitshed::test::operator_mixes("mix"))
            made.push_back(printed(std::move(mix)));
        for (auto& corner : corner_cases()) made.push_back(printed(std::move(corner)));
        return made;
    }();
    return modules;
}

/// The first name that is read above its declaration; "" where there is none.
std::string used_before_declared(const std::string& verilog) {
    static const std::set<std::string> words = {"module", "input",  "output",   "wire",    "reg",
                                                "always", "begin",  "end",      "posedge", "if",
                                                "else",   "assign", "endmodule"};
    std::set<std::string> declared;
    for (const auto& line : bitshed::split(verilog, '\n')) {
        if (line.starts_with("`") || line.starts_with("module ")) continue;
        const bool declares =
            line.find("wire ") < line.find("//") || line.find("reg ") < line.find("//");
        std::string first, word;
        for (const char c : line.substr(0, line.find("//")) + " ") {
            if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '\'') {
                word += c;
                continue;
            }
            const bool is_name = !word.empty() && word[0] >= 'a' && !words.contains(word);
            if (is_name && declares && first.empty()) first = word;
            if (is_name && word != first && !declared.contains(word)) return word;
            word.clear();
        }
        if (!first.empty()) declared.insert(first);
    }
    return "";
}

void replace_first(std::string& verilog, const std::string& text, const std::string& by) {
    const auto at = verilog.find(text);
    REQUIRE(at != std::string::npos);
    verilog.replace(at, text.size(), by);
}

}  // namespace

TEST_CASE("printer: the test modules hold every kind of node and many widths") {
    std::set<Op> ops;
    std::set<unsigned> widths;
    std::size_t clearing = 0, resetting = 0, enabled = 0, carrying = 0, unread = 0;
    for (const auto& each : all_modules()) {
        CHECK(bitshed::rtl::findings(each.module).empty());
        const auto live = bitshed::rtl::live_nodes(each.module);
        if (each.module.enable) ++enabled;
        if (each.module.unread) ++unread;
        for (std::size_t id = 0; id < live.size(); ++id) {
            const auto& node = each.module.nodes[id];
            if (!live[id]) continue;
            ops.insert(node.op);
            widths.insert(node.width);
            if (node.clears) ++clearing;
            if (node.resets) ++resetting;
            if (node.op == Op::add && node.operands.size() == 3) ++carrying;
        }
    }
    CHECK(ops.size() == 16);
    CHECK(widths.size() > 100);
    CHECK(clearing > 20);
    CHECK(resetting > 20);
    CHECK(enabled > 20);
    CHECK(unread > 10);
    CHECK(carrying > 100);
}

TEST_CASE("printer: Verilator's -Wall has nothing to say") {
    CHECK(bitshed::test::lint(all_modules()) == "");
}

TEST_CASE("printer: every name is declared above the lines that read it") {
    for (const auto& each : all_modules()) {
        CAPTURE(each.module.name);
        CHECK(used_before_declared(each.verilog) == "");
    }
    CHECK(used_before_declared("  wire a = b;\n  wire b = a;\n") == "b");
}

TEST_CASE("printer: Icarus computes what the interpreter computes") {
    const BenchResult result = bitshed::test::simulate(all_modules(), cycles, settling, 1);
    CHECK(result.modules == all_modules().size());
    CHECK(result.cycles == all_modules().size() * (cycles - settling));
    CHECK(result.mismatches == std::vector<std::string>{});
}

TEST_CASE("printer: a module printed twice gives the same bytes") {
    for (unsigned seed = 0; seed < 5; ++seed) {
        const auto again = bitshed::test::random_module("random" + std::to_string(seed), seed);
        CHECK(printed(again).verilog == all_modules()[seed].verilog);
    }
}

TEST_CASE("printer: the bench sees a damaged line, and Verilator an unused bit") {
    // A control: were these two blind, the tests above would prove nothing.
    const std::vector<std::array<std::string, 3>> damages = {
        {"mix_add_w6", "x_i + y_i", "x_i - y_i"},
        {"mix_add_w6", "(x_i ^ y_i) + y_i", "x_i ^ y_i + y_i"},
        {"mix_mux_w6", "s_i ? y_i : x_i", "s_i ? x_i : y_i"},
        {"mix_and_w6", "z_i[7:2]", "z_i[8:3]"},
        {"mix_xor_w1", "~s_i ^ t_i", "s_i ^ t_i"},
    };
    for (const auto& [name, text, by] : damages) {
        const auto found = std::find_if(all_modules().begin(), all_modules().end(),
                                        [&](const Printed& p) { return p.module.name == name; });
        REQUIRE(found != all_modules().end());
        Printed damaged = *found;
        replace_first(damaged.verilog, text, by);
        CAPTURE(name, text);
        CHECK_FALSE(bitshed::test::simulate({damaged}, cycles, settling, 1).mismatches.empty());
    }
    Printed unused = all_modules()[0];
    replace_first(unused.verilog, "\nendmodule", "\n  wire idle = clk_i;\nendmodule");
    CHECK(bitshed::test::lint({unused}).find("idle") != std::string::npos);
}
