#include "cli/unit.hpp"

#include <fmt/format.h>

#include "emit/artifacts.hpp"
#include "mac/build.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace fs = std::filesystem;

namespace {

bool has_spec_flags(const mac::MacOptions& options) {
    return options.weight || options.activation || options.accumulator || options.result ||
           options.terms || options.width || options.overflow || options.lanes || options.stages ||
           options.handshake || options.shifter || options.sign || options.product ||
           options.carry || options.cells || options.enable;
}

Result<Unit> read_unit(const std::string& given) {
    std::error_code failure;
    const fs::path folder = fs::canonical(given, failure);
    if (failure)
        return Error(ErrorKind::files, fmt::format("there is no folder {}", printable(given, 200)),
                     "DIR/MODULE as `bitshed gen` wrote it");
    const std::string module = folder.filename().string();
    const fs::path path = folder / (module + ".json");
    const auto text = read_file(path);
    if (!text) return text.error();
    auto manifest = emit::manifest_from_text(text.value(), printable(path.string(), 200));
    if (!manifest) return manifest.error();
    if (manifest.value().module != module)
        return Error(ErrorKind::files,
                     fmt::format("{} describes the module {}", printable(path.string(), 200),
                                 printable(manifest.value().module)),
                     "a folder of the module's name");
    auto verilog = read_file(folder / (module + ".v"));
    if (!verilog) return verilog.error();
    return Unit{std::move(manifest).value(), std::move(verilog).value(), folder};
}

}  // namespace

bool names_folder(const std::string& given) {
    std::error_code ignored;
    return given.find('/') != std::string::npos || fs::is_directory(given, ignored);
}

Result<Unit> load_unit(const mac::MacOptions& options) {
    if (names_folder(options.spec)) {
        if (has_spec_flags(options))
            return Error(ErrorKind::request,
                         "a folder is given, and flags that decide a unit beside it",
                         "a folder alone, or a SPEC with its flags");
        return read_unit(options.spec);
    }
    const auto spec = mac::make_mac_spec(options);
    if (!spec) return spec.error();
    const auto artifacts = emit::make_artifacts(spec.value(), mac::build_mac(spec.value()));
    return Unit{artifacts.manifest, artifacts.verilog(), std::nullopt};
}

Result<Unit> load_unit(const mac::MacOptions& options, const std::vector<Complaint>& others) {
    auto loaded = load_unit(options);
    if (!loaded && loaded.error().kind != ErrorKind::request) return loaded;
    if (loaded && others.empty()) return loaded;
    std::vector<Complaint> complaints;
    if (!loaded) complaints = loaded.error().complaints;
    complaints.insert(complaints.end(), others.begin(), others.end());
    return Error(ErrorKind::request, std::move(complaints));
}

Result<ForeignFile> read_foreign(const std::string& path) {
    auto text = read_file(path);
    if (!text) return text.error();
    return ForeignFile{std::move(text).value(), fs::absolute(path).parent_path()};
}

}  // namespace bitshed::cli
