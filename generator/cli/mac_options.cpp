#include "cli/mac_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "flows/synth_request.hpp"
#include "flows/targets.hpp"
#include "mac/choice.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace {

std::string_view words_for(mac::Ground ground) {
    switch (ground) {
        case mac::Ground::measured:
            return "measured";
        case mac::Ground::neighbour:
            return "measured for the nearest pair";
        case mac::Ground::fallback:
            break;
    }
    return "the portable default, as nothing was measured";
}

}  // namespace

void add_mac_options(CLI::App* verb, mac::MacOptions& options) {
    const std::string group = "Unit";
    verb->add_option(
        "SPEC", options.spec,
        "WEIGHT*ACTIVATION[+ACCUMULATOR], as in 'e4m3*e4m3+exact'; quote it in a shell");
    verb->add_option("--weight", options.weight, "Weight format, instead of SPEC")->group(group);
    verb->add_option("--activation", options.activation, "Activation format")->group(group);
    verb->add_option("--accumulator", options.accumulator,
                     "exact (default), fixed<B> or a float format")
        ->group(group);
    verb->add_option("--terms", options.terms, "Products an exact sum may have (default 4608)")
        ->group(group);
    verb->add_option("--width", options.width,
                     "Width of an exact accumulator: tight (default) or paper")
        ->group(group);
    verb->add_option("--overflow", options.overflow,
                     "wrap, saturate or ieee, for accumulator and result")
        ->group(group);
    verb->add_option("--result", options.result,
                     "The sum as a value of this format too, rounded once")
        ->group(group);
    verb->add_option("--lanes", options.lanes, "Pairs a cycle, 1 to 64 (default 1)")->group(group);
    verb->add_option("--stages", options.stages,
                     "Registers before the accumulating one, 0 to 4 (default 0)")
        ->group(group);
    verb->add_option("--handshake", options.handshake, "none (default), valid or stream")
        ->group(group);
    verb->add_option("--shifter", options.shifter,
                     "How products are moved: blocks (default), or chain, which --effort area "
                     "makes smaller on ecp5")
        ->group(group);
    verb->add_option("--sign", options.sign,
                     "Where a product gets its sign: early (default), before it is moved, or late, "
                     "at the accumulator's adder")
        ->group(group);
    verb->add_option("--product", options.product,
                     "How a product is made: multiply (default), in LUTs; table, for minifloats of "
                     "at most 6 bits together beside their signs; dsp, as a * for DSP blocks; "
                     "packed, as one * of two lanes, where factors of 16 bits hold both; or tree, "
                     "which adds four rows or more in pairs, as of int8: faster")
        ->group(group);
    verb->add_option("--carry", options.carry,
                     "How a carry crosses the accumulator: ripple (default), before its register; "
                     "deferred, in two chains of half the length, the high one a cycle later; or "
                     "retimed, behind registers of what is added. Those two are faster, and acc_o "
                     "comes out of an adder")
        ->group(group);
    verb->add_option("--cells", options.cells,
                     "What adders are made of: portable (default), for every tool, or ecp5, carry "
                     "cells of ECP5 that take in the gates before them")
        ->group(group);
    verb->add_flag("--enable", options.enable, "An enable input; with --handshake none")
        ->group(group);
}

void add_aim_options(CLI::App* verb, UnitAim& aim) {
    verb->add_option("--optimize", aim.objective,
                     "Build the architecture that was best on the target, where --shifter, --sign, "
                     "--product, --carry and --cells say nothing: area (fewest LUTs), clock, or "
                     "balanced (fewest LUTs for a pair a second)");
    verb->add_option("--mhz", aim.mhz,
                     "Build the unit of the fewest LUTs that is predicted to reach this clock on "
                     "the target, with stages as needed, where those options and --stages say "
                     "nothing");
}

namespace {

std::string names_of_clocked_targets() {
    std::vector<std::string_view> names;
    for (const auto& row : mac::measured_clocks())
        if (std::find(names.begin(), names.end(), row.target) == names.end())
            names.push_back(row.target);
    return fmt::format("{}", fmt::join(names, ", "));
}

/// Whether the options, with what a row says where they say nothing, make a unit as in the row.
bool makes(const mac::MeasuredClock& row, const mac::MacOptions& given) {
    mac::MacOptions options = given;
    if (!options.stages) options.stages = std::to_string(row.stages);
    mac::ask_for(row.architecture, options);
    const auto spec = mac::make_mac_spec(options);
    return spec.ok() && spec.value().stages == row.stages &&
           spec.value().architecture == row.architecture;
}

std::vector<Complaint> choose_for_clock(const Session& session, const flows::Target& target,
                                        double mhz, const mac::MacSpec& spec,
                                        mac::MacOptions& options) {
    if (spec.lanes > 1 || spec.result || spec.accumulator.kind == mac::AccumulatorKind::floating ||
        spec.accumulator.overflow == mac::Overflow::saturate)
        return {{"--mhz knows no clock of such a unit",
                 "one lane, no --result, an exact accumulator or a fixed one that wraps; of others "
                 "`bitshed synth` measures the clock with each of --stages 0 to 4"}};
    const auto choice =
        mac::choose_for_clock(spec.weight, spec.activation, target.name, mhz,
                              [&](const mac::MeasuredClock& row) { return makes(row, options); });
    if (!choice)
        return {{fmt::format("--mhz knows no clock of such a unit on {}", target.name),
                 names_of_clocked_targets()}};
    const mac::MeasuredClock& unit = choice->unit;
    const std::string prediction =
        fmt::format("{} LUTs at {} MHz on {}, as measured for {}*{} and 1024 terms", unit.luts,
                    unit.mhz, target.name, unit.weight, unit.activation);
    if (!choice->reaches)
        return {{fmt::format("--mhz {}: no such unit is predicted to reach it", mhz),
                 fmt::format("up to {:g}: {}", unit.mhz, prediction)}};
    if (!options.stages) options.stages = std::to_string(unit.stages);
    mac::ask_for(unit.architecture, options);
    session.progress(fmt::format("unit: --stages {} {}", unit.stages,
                                 mac::architecture_words(unit.architecture)));
    session.progress(fmt::format("predicted: {}{}", prediction,
                                 choice->ground == mac::Ground::measured ? "" : ", the nearest"));
    return {};
}

}  // namespace

std::vector<Complaint> choose_unit(const Session& session, const UnitAim& aim,
                                   mac::MacOptions& options) {
    std::vector<Complaint> complaints;
    for (const auto& [name, given] : {std::pair{"--optimize", aim.objective}, {"--mhz", aim.mhz}})
        if (given && !aim.target)
            complaints.push_back({fmt::format("{} names no target", name), "--target beside it"});
    if (aim.objective && aim.mhz)
        complaints.push_back({"--mhz beside --optimize", "one of them: --mhz saves LUTs"});
    if (!aim.target) return complaints;
    const auto target = flows::find_target(*aim.target);
    if (!target)
        complaints.insert(complaints.end(), target.error().complaints.begin(),
                          target.error().complaints.end());
    const auto objective = mac::parse_objective(aim.objective.value_or("area"));
    if (!objective)
        complaints.push_back({fmt::format("--optimize {} is unknown", printable(*aim.objective)),
                              "area, clock, balanced"});
    const auto mhz = flows::parse_mhz(aim.mhz.value_or("1"));
    if (!mhz)
        complaints.push_back(
            {fmt::format("--mhz {} is no frequency", printable(*aim.mhz)), flows::allowed_mhz()});
    if (!complaints.empty()) return complaints;
    const auto spec = mac::make_mac_spec(options);
    if (!spec) return complaints;  // whoever makes the unit says what is wrong
    if (aim.mhz) return choose_for_clock(session, target.value(), *mhz, spec.value(), options);
    const auto goes_with_options = [&](const mac::Architecture& architecture) {
        mac::MacOptions with = options;
        mac::ask_for(architecture, with);
        return mac::make_mac_spec(with).ok();
    };
    const auto choice = mac::choose_architecture(spec.value().weight, spec.value().activation,
                                                 target.value().family, *objective,
                                                 spec.value().stages, goes_with_options);
    mac::ask_for(choice.architecture, options);
    session.progress(fmt::format("architecture: {} ({})",
                                 mac::architecture_words(choice.architecture),
                                 words_for(choice.ground)));
    return complaints;
}

}  // namespace bitshed::cli
