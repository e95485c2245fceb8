#include "mac/spec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bitshed::mac {

namespace {

/// A format's name as a part of an identifier: the minus of a bias becomes an n.
std::string identifier(const format::Format& format) {
    std::string name = format::name(format);
    std::replace(name.begin(), name.end(), '-', 'n');
    return name;
}

std::string accumulator_text(const Accumulator& accumulator) {
    switch (accumulator.kind) {
        case AccumulatorKind::exact:
            return "exact";
        case AccumulatorKind::fixed:
            return fmt::format("fixed{}", accumulator.bits);
        case AccumulatorKind::floating:
            return format::name(*accumulator.format);
    }
    return {};
}

/// What --overflow has to say for this spec; nothing where the default does.
std::optional<Overflow> needed_overflow(const MacSpec& spec) {
    const Accumulator& accumulator = spec.accumulator;
    const bool ieee_result = spec.result && spec.result_overflow == Overflow::ieee;
    switch (accumulator.kind) {
        case AccumulatorKind::exact:
            break;
        case AccumulatorKind::fixed:
            if (accumulator.overflow == Overflow::wrap) return std::nullopt;
            return accumulator.overflow;
        case AccumulatorKind::floating:
            if ((accumulator.overflow == Overflow::ieee) !=
                format::has_specials(*accumulator.format))
                return accumulator.overflow;
            break;
    }
    // Without --overflow a result saturates, whatever its accumulator does.
    return ieee_result ? std::optional(Overflow::ieee) : std::nullopt;
}

}  // namespace

std::string module_name(const MacSpec& spec) {
    std::string accumulator = accumulator_text(spec.accumulator);
    std::replace(accumulator.begin(), accumulator.end(), '-', 'n');
    std::string name = fmt::format("mac_{}_{}_{}", identifier(spec.weight),
                                   identifier(spec.activation), accumulator);
    if (spec.accumulator.kind == AccumulatorKind::exact) {
        if (spec.accumulator.terms != default_terms)
            name += fmt::format("_n{}", spec.accumulator.terms);
        if (spec.accumulator.width_rule == WidthRule::paper) name += "_paper";
    }
    if (const auto overflow = needed_overflow(spec))
        name += fmt::format("_{}", overflow_name(*overflow));
    if (spec.result) name += fmt::format("_to_{}", identifier(*spec.result));
    if (spec.lanes != 1) name += fmt::format("_l{}", spec.lanes);
    if (spec.stages != 0) name += fmt::format("_s{}", spec.stages);
    if (spec.enable == Enable::present) name += "_en";
    if (spec.handshake != Handshake::none)
        name += fmt::format("_{}", handshake_name(spec.handshake));
    for (const ArchitectureChoice& each : architecture_choices())
        if (const int index = each.get(spec.architecture); index != each.get({}))
            name += fmt::format("_{}", each.words[static_cast<std::size_t>(index)]);
    return name;
}

std::string command_line(const MacSpec& spec) {
    std::string line =
        fmt::format("'{}*{}+{}'", format::name(spec.weight), format::name(spec.activation),
                    accumulator_text(spec.accumulator));
    if (spec.accumulator.kind == AccumulatorKind::exact) {
        if (spec.accumulator.terms != default_terms)
            line += fmt::format(" --terms {}", spec.accumulator.terms);
        if (spec.accumulator.width_rule == WidthRule::paper) line += " --width paper";
    }
    if (spec.result) line += fmt::format(" --result {}", format::name(*spec.result));
    if (const auto overflow = needed_overflow(spec))
        line += fmt::format(" --overflow {}", overflow_name(*overflow));
    if (spec.lanes != 1) line += fmt::format(" --lanes {}", spec.lanes);
    if (spec.stages != 0) line += fmt::format(" --stages {}", spec.stages);
    if (spec.enable == Enable::present) line += " --enable";
    if (spec.handshake != Handshake::none)
        line += fmt::format(" --handshake {}", handshake_name(spec.handshake));
    const std::string architecture = architecture_options(spec.architecture, {});
    if (!architecture.empty()) line += " " + architecture;
    return line;
}

int latency(const MacSpec& spec) {
    return spec.stages + 1;
}

bool has_special_output(const MacSpec& spec) {
    const bool operands =
        format::has_specials(spec.weight) || format::has_specials(spec.activation);
    if (spec.accumulator.kind != AccumulatorKind::floating) return operands;
    // A float accumulator shows NaN and infinity itself, unless a NaN has no code where it goes.
    const bool nan_can_come = operands || format::has_specials(*spec.accumulator.format);
    const bool has_code = format::has_nan(*spec.accumulator.format) &&
                          (!spec.result || format::has_nan(*spec.result));
    return nan_can_come && !has_code;
}

std::string_view kind_name(AccumulatorKind kind) {
    switch (kind) {
        case AccumulatorKind::exact:
            return "exact";
        case AccumulatorKind::fixed:
            return "fixed";
        case AccumulatorKind::floating:
            return "float";
    }
    return {};
}

std::string_view overflow_name(Overflow overflow) {
    switch (overflow) {
        case Overflow::none:
            return "none";
        case Overflow::wrap:
            return "wrap";
        case Overflow::saturate:
            return "saturate";
        case Overflow::ieee:
            return "ieee";
    }
    return {};
}

std::string_view handshake_name(Handshake handshake) {
    switch (handshake) {
        case Handshake::none:
            return "none";
        case Handshake::valid:
            return "valid";
        case Handshake::stream:
            return "stream";
    }
    return {};
}

}  // namespace bitshed::mac
