#include "cli/mac_options.hpp"

#include <fmt/format.h>

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
                     "How a product is made: multiply (default), or table, for minifloats of at "
                     "most 6 bits together beside their signs")
        ->group(group);
    verb->add_option("--carry", options.carry,
                     "How a carry crosses the accumulator: ripple (default), or deferred, in two "
                     "chains of half the length, which is faster and takes LUTs")
        ->group(group);
    verb->add_option("--cells", options.cells,
                     "What adders are made of: portable (default), for every tool, or ecp5, carry "
                     "cells of ECP5 that take in the gates before them")
        ->group(group);
    verb->add_flag("--enable", options.enable, "An enable input; with --handshake none")
        ->group(group);
}

void add_optimize_option(CLI::App* verb, ArchitectureAim& aim) {
    verb->add_option("--optimize", aim.objective,
                     "Build the architecture that was best on the target, where --shifter, --sign, "
                     "--product, --carry and --cells say nothing: area (fewest LUTs), clock, or "
                     "balanced (fewest "
                     "LUTs for a pair a second)");
}

std::vector<Complaint> choose_architecture(const Session& session, const ArchitectureAim& aim,
                                           mac::MacOptions& options) {
    std::vector<Complaint> complaints;
    if (aim.objective && !aim.target)
        complaints.push_back({"--optimize names no target", "--target beside it"});
    if (!aim.target) return complaints;
    const auto target = flows::find_target(*aim.target);
    if (!target) complaints = target.error().complaints;
    const auto objective = mac::parse_objective(aim.objective.value_or("area"));
    if (!objective)
        complaints.push_back({fmt::format("--optimize {} is unknown", printable(*aim.objective)),
                              "area, clock, balanced"});
    if (!complaints.empty()) return complaints;
    const auto spec = mac::make_mac_spec(options);
    if (!spec) return complaints;  // whoever makes the unit says what is wrong
    const auto choice = mac::choose_architecture(spec.value().weight, spec.value().activation,
                                                 target.value().family, *objective);
    mac::ask_for(choice.architecture, options);
    session.progress(fmt::format("architecture: {} ({})",
                                 mac::architecture_words(choice.architecture),
                                 words_for(choice.ground)));
    return complaints;
}

}  // namespace bitshed::cli
