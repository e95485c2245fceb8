#include "cli/rebuild.hpp"

#include "emit/artifacts.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"

namespace bitshed::cli {

namespace {

mac::MacOptions options_of(const emit::Manifest& manifest) {
    const emit::ManifestAccumulator& accumulator = manifest.accumulator;
    mac::MacOptions options;
    options.weight = manifest.weight;
    options.activation = manifest.activation;
    options.accumulator = accumulator.kind == "exact"   ? "exact"
                          : accumulator.kind == "fixed" ? "fixed" + std::to_string(accumulator.bits)
                                                        : accumulator.format.value_or("");
    options.result = manifest.result;
    if (accumulator.terms) options.terms = std::to_string(*accumulator.terms);
    if (accumulator.overflow != "none")
        options.overflow = accumulator.overflow;
    else if (manifest.result)
        options.overflow = manifest.result_overflow;
    options.lanes = std::to_string(manifest.lanes);
    options.stages = std::to_string(manifest.stages);
    options.handshake = manifest.handshake;
    options.enable = manifest.port("enable") != nullptr;
    return options;
}

/// What a unit is, whoever made it and however that was asked for.
nlohmann::ordered_json essence(const emit::Manifest& manifest) {
    auto json = emit::to_json(manifest);
    json.erase("command");
    json.erase("version");
    json.erase("files");
    return json;
}

/// The module of these options, where it is the manifest's.
std::optional<rtl::Module> made_for(const emit::Manifest& manifest,
                                    const mac::MacOptions& options) {
    const auto spec = mac::make_mac_spec(options);
    if (!spec || mac::module_name(spec.value()) != manifest.module) return std::nullopt;
    rtl::Module module = mac::build_mac(spec.value());
    if (essence(emit::make_manifest(spec.value(), module)) != essence(manifest))
        return std::nullopt;
    return module;
}

}  // namespace

std::optional<rtl::Module> rebuild_module(const emit::Manifest& manifest) {
    // A manifest says how wide an exact accumulator is, not by which rule; nor the architecture,
    // but in the name.
    for (const char* width : {"tight", "paper"})
        for (const mac::Architecture& architecture : mac::every_architecture()) {
            mac::MacOptions options = options_of(manifest);
            if (manifest.accumulator.kind == "exact") options.width = width;
            mac::ask_for(architecture, options);
            if (auto made = made_for(manifest, options)) return made;
        }
    return std::nullopt;
}

}  // namespace bitshed::cli
