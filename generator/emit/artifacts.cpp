#include "emit/artifacts.hpp"

#include <fmt/format.h>

#include "emit/verilog.hpp"
#include "format/format.hpp"
#include "support/text.hpp"
#include "support/version.hpp"
#include "templates/pages.hpp"

namespace bitshed::emit {

namespace {

std::string step_words(const mac::MacSpec& spec) {
    if (spec.lanes == 1) return "acc <- acc + w * a";
    return fmt::format("acc <- acc + w[0] * a[0] + ... + w[{0}] * a[{0}]", spec.lanes - 1);
}

std::string function_words(const mac::MacSpec& spec) {
    if (spec.accumulator.format)
        return fmt::format("acc_o is the sum, a code of {}.",
                           format::name(*spec.accumulator.format));
    return fmt::format("the sum is acc_o * 2^{}; acc_o is two's complement, {} bits.",
                       spec.accumulator.lsb_exponent, spec.accumulator.bits);
}

/// What becomes of a value that is too large for `format`.
std::string overflow_words(mac::Overflow overflow, const format::Format& format) {
    if (overflow != mac::Overflow::ieee) return "overflow saturates";
    return format::has_infinity(format) ? "overflow gives infinity" : "overflow gives NaN";
}

std::string exactness_words(const mac::MacSpec& spec) {
    const mac::Accumulator& accumulator = spec.accumulator;
    switch (accumulator.kind) {
        case mac::AccumulatorKind::exact:
            return fmt::format("nothing is rounded; sums of up to {} products never wrap.",
                               accumulator.terms);
        case mac::AccumulatorKind::fixed:
            if (accumulator.overflow == mac::Overflow::wrap)
                return fmt::format("nothing is rounded; sums wrap modulo 2^{}.", accumulator.bits);
            return fmt::format("nothing is rounded; each step clamps the sum to {} bits.",
                               accumulator.bits);
        case mac::AccumulatorKind::floating:
            break;
    }
    return fmt::format("each step rounds acc + the exact {} once, to nearest even; {}.",
                       spec.lanes == 1 ? "product" : "sum of the products",
                       overflow_words(accumulator.overflow, *accumulator.format));
}

std::string result_words(const mac::MacSpec& spec) {
    const format::Format& format = *spec.result;
    const std::string overflow = format::is_minifloat(format)
                                     ? overflow_words(spec.result_overflow, format)
                                     : "clamped to its range";
    return fmt::format("result_o is the sum rounded once to {}, to nearest even; {}.",
                       format::name(format), overflow);
}

std::string specials_words(const mac::MacSpec& spec) {
    const bool operands_finite =
        !format::has_specials(spec.weight) && !format::has_specials(spec.activation);
    if (!spec.accumulator.format) {
        if (operands_finite) return "none: every code is finite.";
        return "NaN and infinity obey IEEE 754 in special_o and stick; such a pair adds nothing to "
               "acc_o.";
    }
    if (operands_finite && !format::has_specials(*spec.accumulator.format))
        return "none: every code is finite.";
    return std::string("NaN and infinity obey IEEE 754 and stick") +
           (mac::has_special_output(spec) ? "; special_o tells a NaN that has no code." : ".");
}

std::string edges(int count) {
    return count == 1 ? "that edge" : fmt::format("{} edges, that one counted", count);
}

std::string timing_words(const mac::MacSpec& spec) {
    const std::string after = edges(mac::latency(spec));
    switch (spec.handshake) {
        case mac::Handshake::none:
            return fmt::format(
                "a pair given before an edge shows in acc_o after {}; a pair a cycle.", after);
        case mac::Handshake::valid:
            return fmt::format(
                "the last pair taken at an edge, out_valid_o is high for a cycle after {}.", after);
        case mac::Handshake::stream:
            break;
    }
    return fmt::format(
        "AXI-Stream rules on both sides; unstalled, a sum shows after {} of its last pair.", after);
}

/// The banner's facts, one a line.
std::string facts(const mac::MacSpec& spec) {
    std::string lines;
    const auto line = [&](const char* name, const std::string& words) {
        lines += fmt::format("{:<11}{}\n", name, words);
    };
    line("Function", function_words(spec));
    line("Exactness", exactness_words(spec));
    if (spec.result) line("Result", result_words(spec));
    line("Specials", specials_words(spec));
    line("Timing", timing_words(spec));
    return lines;
}

std::string datapath_words(const rtl::Module& module) {
    std::string words;
    for (const auto& section : module.sections) {
        words += words.empty() ? "" : ", ";
        words += section.title;
    }
    return words + ".";
}

}  // namespace

Manifest make_manifest(const mac::MacSpec& spec, const rtl::Module& module) {
    Manifest manifest;
    manifest.module = module.name;
    manifest.command = "bitshed gen " + mac::command_line(spec);
    manifest.version = version;
    manifest.weight = format::name(spec.weight);
    manifest.activation = format::name(spec.activation);
    ManifestAccumulator& accumulator = manifest.accumulator;
    accumulator.kind = mac::kind_name(spec.accumulator.kind);
    accumulator.bits = spec.accumulator.bits;
    accumulator.overflow = mac::overflow_name(spec.accumulator.overflow);
    if (spec.accumulator.format) accumulator.format = format::name(*spec.accumulator.format);
    if (spec.accumulator.kind != mac::AccumulatorKind::floating)
        accumulator.lsb_exponent = spec.accumulator.lsb_exponent;
    if (spec.accumulator.kind == mac::AccumulatorKind::exact)
        accumulator.terms = spec.accumulator.terms;
    if (spec.result) manifest.result = format::name(*spec.result);
    manifest.result_overflow = mac::overflow_name(spec.result_overflow);
    manifest.lanes = spec.lanes;
    manifest.stages = spec.stages;
    manifest.latency = mac::latency(spec);
    manifest.handshake = mac::handshake_name(spec.handshake);
    if (std::any_of(module.nodes.begin(), module.nodes.end(),
                    [](const rtl::Node& node) { return node.adder == rtl::Adder::ecp5_cells; }))
        manifest.cells = "ecp5";
    for (const auto& port : module.ports)
        manifest.ports.push_back({port.name,
                                  port.direction == rtl::Direction::input ? "input" : "output",
                                  static_cast<int>(port.width), port.role});
    for (const char* ending : {".v", ".json", ".core", "_tb.v", "_tb.hex"})
        manifest.files.push_back(module.name + ending);
    return manifest;
}

std::string make_banner(const mac::MacSpec& spec, const rtl::Module& module) {
    std::string banner =
        fill_page(templates::banner_v, {{"MODULE", module.name},
                                        {"VERSION", std::string(version)},
                                        {"STEP", step_words(spec)},
                                        {"WEIGHT", format::name(spec.weight)},
                                        {"ACTIVATION", format::name(spec.activation)},
                                        {"FACTS", facts(spec)},
                                        {"DATAPATH", datapath_words(module)},
                                        {"COMMAND", mac::command_line(spec)}});
    while (banner.ends_with('\n')) banner.pop_back();
    return banner;
}

Artifacts make_artifacts(const mac::MacSpec& spec, const rtl::Module& module) {
    Artifacts artifacts{make_manifest(spec, module), {}};
    artifacts.files[module.name + ".v"] = print_verilog(module, make_banner(spec, module));
    artifacts.files[module.name + ".core"] =
        fill_page(templates::module_core,
                  {{"MODULE", module.name},
                   {"VERSION", std::string(version)},
                   {"DESCRIPTION", "Multiply-accumulate unit: " + mac::command_line(spec)}});
    artifacts.files[module.name + ".json"] = to_json(artifacts.manifest).dump(2) + "\n";
    return artifacts;
}

}  // namespace bitshed::emit
