#include "harness/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bitshed::harness {

namespace {

bool agree(const std::vector<Field>& fields, Row x, Row y) {
    return std::all_of(fields.begin(), fields.end(), [&](const Field& field) {
        for (unsigned at = 0; at < field.bits; at += 32) {
            const unsigned bits = std::min(32u, field.bits - at);
            if (get_bits(x, field.low + at, bits) != get_bits(y, field.low + at, bits))
                return false;
        }
        return true;
    });
}

}  // namespace

Comparison::Comparison(const UnitUnderTest& unit, const golden::Unit& golden_unit,
                       const Layout& layout, const Stimulus& stimulus, const Response& response)
    : unit_(unit),
      layout_(layout),
      stimulus_(stimulus),
      response_(response),
      w_bits_(format::width(golden_unit.weight)),
      a_bits_(format::width(golden_unit.activation)) {
    if (unit.module) interpreted_.emplace(*unit.module, layout);
    visited_.assign(static_cast<std::size_t>(golden_unit.lanes) << (w_bits_ + a_bits_), false);
    verdict_.module = unit.manifest.module;
    verdict_.has_interpreter = interpreted_.has_value();
    verdict_.pairs_total = visited_.size();
    verdict_.extreme_products = stimulus.extreme_products;
    if (!stimulus.given_ends.empty())
        verdict_.given_sums =
            GivenSums{.given = stimulus.given_ends.size(), .products = stimulus.given_products};
}

Row Comparison::given_in(std::size_t cycle) const {
    return Row(stimulus_.words).subspan(cycle * layout_.stimulus_words, layout_.stimulus_words);
}

void Comparison::visit(std::size_t lane, std::uint32_t w, std::uint32_t a) {
    visited_[(((lane << w_bits_) | w) << a_bits_) | a] = true;
}

void Comparison::compare(std::size_t cycle, const std::vector<Field>& fields, Row golden,
                         Row interpreted, Row verilog, bool outgrew) {
    ++verdict_.cycles;
    const bool verilog_agrees = agree(fields, golden, verilog);
    const bool interpreter_agrees = !interpreted_ || agree(fields, golden, interpreted);
    if (verilog_agrees && interpreter_agrees && !outgrew) return;
    ++verdict_.mismatches;
    Mismatch* const first = record(cycle);
    if (first == nullptr) return;
    if (verilog_agrees && interpreter_agrees) {
        verdict_.blame = Blame::width;
        first->what = fmt::format("the exact sum does not fit the {} bits of {}",
                                  layout_.accumulator.bits, layout_.accumulator.port);
        return;
    }
    first->what = "the outputs differ";
    for (const Field& field : fields) {
        PortValues values{field.port, hex(golden, field), std::nullopt, hex(verilog, field)};
        if (interpreted_) values.interpreter = hex(interpreted, field);
        if (values.verilog != values.golden ||
            values.interpreter.value_or(values.golden) != values.golden)
            first->ports.push_back(std::move(values));
    }
    verdict_.blame = blame(verilog_agrees, interpreter_agrees,
                           interpreted_ && agree(fields, interpreted, verilog));
}

void Comparison::complain(std::size_t cycle, const std::string& what, Blame blame) {
    ++verdict_.mismatches;
    if (Mismatch* const first = record(cycle)) {
        first->what = what;
        verdict_.blame = blame;
    }
}

Blame Comparison::blame_of_verilog() const {
    return unit_.origin == Origin::foreign ? Blame::judged_file : Blame::unknown;
}

Blame Comparison::blame(bool verilog_agrees, bool interpreter_agrees, bool other_two_agree) const {
    const bool is_foreign = unit_.origin == Origin::foreign;
    if (!interpreted_) return is_foreign ? Blame::judged_file : Blame::unknown;
    if (interpreter_agrees) return is_foreign ? Blame::judged_file : Blame::printer;
    if (verilog_agrees) return Blame::interpreter;
    return other_two_agree ? Blame::datapath_or_golden : Blame::several;
}

Mismatch* Comparison::record(std::size_t cycle) {
    if (verdict_.first_mismatch) return nullptr;
    Mismatch& first = verdict_.first_mismatch.emplace();
    first.cycle = cycle;
    constexpr std::size_t shown = 8;
    for (std::size_t at = cycle + 1 < shown ? 0 : cycle + 1 - shown; at <= cycle; ++at) {
        const Row given = given_in(at);
        first.given.push_back(
            {at, marks_(given), hex(given, layout_.weight), hex(given, layout_.activation)});
    }
    return &first;
}

Verdict Comparison::conclude(const std::vector<Field>& registered) {
    // What changes between two rising edges is not registered: no clocked circuit can rely on it.
    for (const Field& field : registered) {
        const std::string moved = hex(response_.moved(), field);
        if (moved.find_first_not_of("0x") == std::string::npos) continue;
        complain(stimulus_.rows - 1,
                 fmt::format("bits {} of {} change between two rising edges", moved, field.port),
                 Blame::timing);
    }
    verdict_.pairs_visited =
        static_cast<std::uint64_t>(std::count(visited_.begin(), visited_.end(), true));
    return std::move(verdict_);
}

Error out_of_time(const UnitUnderTest& unit, std::size_t cycle, const Stimulus& stimulus) {
    return Error(ErrorKind::timeout, fmt::format("{}: out of time in cycle {} of {}",
                                                 unit.manifest.module, cycle, stimulus.rows));
}

}  // namespace bitshed::harness
