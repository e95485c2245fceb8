#include "emit/artifacts.hpp"

#include <fmt/format.h>

#include "emit/verilog.hpp"
#include "format/format.hpp"
#include "support/text.hpp"
#include "support/version.hpp"
#include "templates/pages.hpp"

namespace bitshed::emit {

namespace {

bool is_finite_only(const format::Format& format) {
    return !format::has_nan(format) && !format::has_infinity(format);
}

std::string function_words(const mac::MacSpec& spec) {
    return fmt::format("the sum is acc_o * 2^{}; acc_o is two's complement, {} bits.",
                       spec.accumulator.lsb_exponent, spec.accumulator.bits);
}

std::string exactness_words(const mac::MacSpec& spec) {
    return fmt::format("nothing is rounded; sums of up to {} products never wrap.",
                       spec.accumulator.terms);
}

std::string specials_words(const mac::MacSpec& spec) {
    if (is_finite_only(spec.weight) && is_finite_only(spec.activation))
        return "none: every code is finite.";
    return "NaN and infinity obey IEEE 754 in special_o and stick until clear; such a pair adds "
           "nothing to acc_o.";
}

std::string timing_words(const mac::MacSpec& spec) {
    const int latency = mac::latency(spec);
    const std::string when =
        latency == 1 ? "that edge" : fmt::format("{} edges, that one counted", latency);
    return fmt::format("a pair given before an edge shows in acc_o after {}; a pair a cycle.",
                       when);
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
    for (const auto& port : module.ports)
        manifest.ports.push_back({port.name,
                                  port.direction == rtl::Direction::input ? "input" : "output",
                                  static_cast<int>(port.width), port.role});
    manifest.files = {module.name + ".v"};
    return manifest;
}

std::string make_banner(const mac::MacSpec& spec, const rtl::Module& module) {
    std::string banner =
        fill_page(templates::banner_v, {{"MODULE", module.name},
                                        {"VERSION", std::string(version)},
                                        {"WEIGHT", format::name(spec.weight)},
                                        {"ACTIVATION", format::name(spec.activation)},
                                        {"FUNCTION", function_words(spec)},
                                        {"EXACTNESS", exactness_words(spec)},
                                        {"SPECIALS", specials_words(spec)},
                                        {"TIMING", timing_words(spec)},
                                        {"DATAPATH", datapath_words(module)},
                                        {"COMMAND", mac::command_line(spec)}});
    while (banner.ends_with('\n')) banner.pop_back();
    return banner;
}

Artifacts make_artifacts(const mac::MacSpec& spec, const rtl::Module& module) {
    Artifacts artifacts{make_manifest(spec, module), {}};
    artifacts.files[module.name + ".v"] = print_verilog(module, make_banner(spec, module));
    artifacts.files[module.name + ".json"] = to_json(artifacts.manifest).dump(2) + "\n";
    return artifacts;
}

}  // namespace bitshed::emit
