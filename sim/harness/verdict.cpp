#include "harness/verdict.hpp"

#include <fmt/format.h>

namespace bitshed::harness {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const GivenSums& sums) {
    return {{"sums", sums.given}, {"compared", sums.compared}, {"products", sums.products}};
}

Json to_json(const Mismatch& mismatch) {
    Json ports = Json::object();
    for (const PortValues& values : mismatch.ports) {
        Json& port = ports[values.port];
        port["golden"] = values.golden;
        port["interpreter"] = values.interpreter ? Json(*values.interpreter) : Json(nullptr);
        port["verilog"] = values.verilog;
    }
    Json given = Json::array();
    for (const GivenCycle& cycle : mismatch.given)
        given.push_back(
            {{"cycle", cycle.cycle}, {"marks", cycle.marks}, {"w", cycle.w}, {"a", cycle.a}});
    return {{"cycle", mismatch.cycle}, {"what", mismatch.what}, {"ports", ports}, {"given", given}};
}

}  // namespace

std::string blame_name(Blame blame) {
    switch (blame) {
        case Blame::nobody:
            return "nobody";
        case Blame::printer:
            return "printer";
        case Blame::judged_file:
            return "judged file";
        case Blame::datapath_or_golden:
            return "datapath or golden";
        case Blame::interpreter:
            return "interpreter";
        case Blame::several:
            return "several";
        case Blame::unknown:
            return "unknown";
        case Blame::width:
            return "width";
        case Blame::timing:
            return "timing";
    }
    return "";
}

bool Verdict::passed() const {
    return pairs_visited == pairs_total && cycles > 0 && mismatches == 0 &&
           (!given_sums || given_sums->compared == given_sums->given) &&
           (lint.empty() || !lint_is_judged);
}

Json to_json(const Verdict& verdict) {
    return {
        {"module", verdict.module},
        {"passed", verdict.passed()},
        {"pairs_visited", verdict.pairs_visited},
        {"pairs_total", verdict.pairs_total},
        {"cycles", verdict.cycles},
        {"mismatches", verdict.mismatches},
        {"sums", verdict.sums ? Json(*verdict.sums) : Json(nullptr)},
        {"operands", verdict.given_sums ? to_json(*verdict.given_sums) : Json(nullptr)},
        {"first_mismatch",
         verdict.first_mismatch ? to_json(*verdict.first_mismatch) : Json(nullptr)},
        {"blame", verdict.blame == Blame::nobody ? Json(nullptr) : Json(blame_name(verdict.blame))},
        {"interpreter", verdict.has_interpreter},
        {"extreme_products", verdict.extreme_products},
        {"lint", verdict.lint},
        {"seed", verdict.seed},
        {"simulator", verdict.simulator}};
}

std::string describe(const Verdict& verdict) {
    std::string text = fmt::format(
        "{}: {}\n  {} of {} pairs, {} cycles compared {} ways, {} mismatches (seed {}, {})\n",
        verdict.module, verdict.passed() ? "good" : "BAD", verdict.pairs_visited,
        verdict.pairs_total, verdict.cycles, verdict.has_interpreter ? "three" : "two",
        verdict.mismatches, verdict.seed, verdict.simulator);
    if (verdict.sums) text += fmt::format("  {} sums came out\n", *verdict.sums);
    if (const auto& sums = verdict.given_sums)
        text += fmt::format("  {} of {} given sums compared, {} products\n", sums->compared,
                            sums->given, sums->products);
    if (verdict.cycles == 0) text += "  nothing was compared, and that is a failure\n";
    if (const auto& first = verdict.first_mismatch) {
        text += fmt::format("  first mismatch in cycle {}: {}\n", first->cycle, first->what);
        for (const PortValues& port : first->ports)
            text += fmt::format("    {}: golden {}, interpreter {}, Verilog {}\n", port.port,
                                port.golden, port.interpreter.value_or("-"), port.verilog);
        for (const GivenCycle& given : first->given)
            text += fmt::format("    cycle {}: w {} a {} {}\n", given.cycle, given.w, given.a,
                                given.marks);
        text += fmt::format("  to blame: {}\n", blame_name(verdict.blame));
    }
    for (const std::string& warning : verdict.lint)
        text += fmt::format("  Verilator warns: {}\n", warning);
    return text;
}

}  // namespace bitshed::harness
