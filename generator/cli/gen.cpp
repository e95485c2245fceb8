// bitshed gen: a unit's Verilog, manifest, FuseSoC core and testbench, written to a folder.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/mac_options.hpp"
#include "cli/session.hpp"
#include "emit/artifacts.hpp"
#include "harness/testbench.hpp"
#include "mac/build.hpp"
#include "support/files.hpp"

namespace bitshed::cli {

namespace {

struct GenOptions {
    mac::MacOptions unit;
    UnitAim aim;
    std::string out;
};

ExitCode generate(const Session& session, GenOptions options) {
    const auto aimless = choose_unit(session, options.aim, options.unit);
    const auto spec = mac::make_mac_spec(options.unit);
    std::vector<Complaint> complaints;
    if (!spec) complaints = spec.error().complaints;
    complaints.insert(complaints.end(), aimless.begin(), aimless.end());
    if (options.out.empty())
        complaints.push_back({"--out names no folder", "--out DIR: DIR/MODULE is made in it"});
    if (!complaints.empty()) return Session::fail({ErrorKind::request, std::move(complaints)});
    const rtl::Module module = mac::build_mac(spec.value());
    emit::Artifacts artifacts = emit::make_artifacts(spec.value(), module);
    auto testbench = harness::make_testbench(artifacts.manifest);
    if (!testbench) return Session::fail(testbench.error());
    artifacts.files.merge(std::move(testbench).value());
    const std::filesystem::path folder = std::filesystem::path(options.out) / module.name;
    for (const auto& [name, text] : artifacts.files)
        if (const auto written = write_file(folder / name, text); !written)
            return Session::fail(written.error());
    if (session.json) {
        Session::print_json(emit::to_json(artifacts.manifest));
    } else {
        for (const auto& [name, text] : artifacts.files)
            Session::print((folder / name).string() + "\n");
    }
    return done;
}

}  // namespace

void add_gen(CLI::App& app, Session& session) {
    const auto options = std::make_shared<GenOptions>();
    CLI::App* verb = add_verb(
        app, session, "gen", "Write a unit: Verilog, manifest and testbench, in DIR/MODULE",
        "  bitshed gen 'e4m3*e4m3+exact' --out rtl_out\n"
        "  bitshed gen --weight e2m1 --activation int8 --terms 1024 --stages 1 --out rtl_out\n"
        "  bitshed gen 'e4m3*e4m3+exact' --target xilinx-us+ --optimize area --out rtl_out\n"
        "  bitshed gen 'e4m3*e4m3+exact' --target ecp5-25k --mhz 120 --out rtl_out",
        [&session, options] { return generate(session, *options); });
    add_mac_options(verb, options->unit);
    verb->add_option(
        "--target", options->aim.target,
        "A target of `bitshed synth`: the unit gets the architecture that was best there");
    add_aim_options(verb, options->aim);
    verb->add_option("--out", options->out, "The folder that DIR/MODULE is made in; required");
}

}  // namespace bitshed::cli
