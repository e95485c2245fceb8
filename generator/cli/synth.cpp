// bitshed synth: what a unit costs on a target.
#include "flows/synth.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "cli/junit.hpp"
#include "cli/mac_options.hpp"
#include "cli/session.hpp"
#include "cli/unit.hpp"
#include "flows/record.hpp"

namespace bitshed::cli {

namespace {

struct SynthVerb {
    mac::MacOptions unit;
    UnitAim aim;
    flows::SynthRequest request;
    bool dsp = false;
    bool record = false;
    std::string junit;
};

/// What became of the clock that --mhz asked for.
std::string beside_prediction(const flows::SynthResult& result, const std::string& mhz) {
    const auto measured = result.median_fmax_mhz();
    if (!measured) return "measured: no clock, as nothing was routed";
    const double aim = *flows::parse_mhz(mhz);
    return fmt::format("measured: {} LUTs at {:.2f} MHz: {} MHz {}", result.cost.luts, *measured,
                       aim, *measured >= aim ? "is reached" : "is missed");
}

ExitCode measure(const Session& session, SynthVerb given) {
    given.request.dsp = given.dsp ? flows::DspBlocks::allowed : flows::DspBlocks::avoided;
    if (given.aim.mhz && !given.request.freq && flows::parse_mhz(*given.aim.mhz))
        given.request.freq = given.aim.mhz;
    const auto options = flows::make_synth_options(given.request);
    std::vector<Complaint> complaints;
    if (!options) complaints = options.error().complaints;
    if (given.record && !names_folder(given.unit.spec))
        complaints.push_back({"record: there is no folder to record in",
                              "--record beside a DIR/MODULE that `bitshed gen` wrote"});
    if (given.aim.objective || given.aim.mhz) {
        const char* name = given.aim.mhz ? "--mhz" : "--optimize";
        if (names_folder(given.unit.spec))
            complaints.push_back({fmt::format("{} chooses nothing in a folder", name),
                                  fmt::format("{} beside a SPEC, or of `bitshed gen`", name)});
        given.aim.target = given.request.target;
        for (auto& complaint : choose_unit(session, given.aim, given.unit))
            if (std::none_of(complaints.begin(), complaints.end(), [&](const Complaint& said) {
                    return said.problem == complaint.problem;  // of the target, which both look up
                }))
                complaints.push_back(std::move(complaint));
    }
    const auto unit = load_unit(given.unit, complaints);
    if (!unit) return Session::fail(unit.error());

    const JunitReport junit(given.junit, "synth",
                            unit.value().manifest.module + " on " + options.value().target.name);
    const auto result = flows::synthesize(
        unit.value().manifest, unit.value().verilog, options.value(), session.job_count(),
        [&session](const std::string& line) { session.progress(line); });
    if (!result) return junit.broken(result.error());
    if (given.aim.mhz) session.progress(beside_prediction(result.value(), *given.aim.mhz));
    if (given.record) {
        const auto written = flows::record_result(
            *unit.value().folder, result.value().module, "synth." + result.value().target.name,
            unit.value().verilog, flows::to_json(result.value(), flows::Detail::record));
        if (!written) return Session::fail(written.error());
    }
    if (const auto written = junit.passed(flows::to_text(result.value())); !written)
        return Session::fail(written.error());
    if (session.json)
        Session::print_json(flows::to_json(result.value(), flows::Detail::run));
    else
        Session::print(flows::to_text(result.value()));
    return done;
}

std::string target_names() {
    std::vector<std::string> names;
    for (const auto& target : flows::targets()) names.push_back(target.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

void add_synth(CLI::App& app, Session& session) {
    const auto given = std::make_shared<SynthVerb>();
    CLI::App* verb =
        add_verb(app, session, "synth",
                 "Measure a unit (SPEC or DIR/MODULE) on a target: cells and clock frequency",
                 "  bitshed synth 'e4m3*e4m3+exact' --target ice40-hx8k\n"
                 "  bitshed synth 'int4*int8' --stages 1 --target ecp5-25k --seeds 1,2,3 --json\n"
                 "  bitshed synth 'e2m1*e2m1' --target asic-osu018 --activity gauss",
                 [&session, given] { return measure(session, *given); });
    add_mac_options(verb, given->unit);
    add_aim_options(verb, given->aim);
    verb->add_option("--target", given->request.target, "One of " + target_names())->required();
    verb->add_option(
        "--seeds", given->request.seeds,
        "Seeds of place and route, with commas between (default 1,2,3,4,5); none: cells "
        "alone, nothing is routed");
    verb->add_option("--freq", given->request.freq,
                     "MHz the router aims at (default: that of --mhz, or 100)");
    verb->add_option(
        "--effort", given->request.effort,
        "stock (default), or area: several netlists by area-oriented mapping, the least is kept");
    verb->add_option("--activity", given->request.activity,
                     "Simulate the netlist on operands, uniform or gauss: toggles, and of an asic "
                     "target energy a MAC");
    verb->add_option("--activity-seed", given->request.activity_seed,
                     "Seed of those operands (default 1)");
    verb->add_option("--operands", given->request.operands,
                     "Simulate the netlist on the pairs of a file: a weight's and an activation's "
                     "code a line, in hex digits; clear ends a sum");
    verb->add_option("--time-limit", given->request.time_limit,
                     "Seconds for each program that is run (default 600)");
    verb->add_option("--work", given->request.work,
                     "Folder for logs and netlist (default: below ~/.cache/bitshed)");
    add_junit_option(verb, given->junit);
    verb->add_flag("--dsp", given->dsp, "Let synthesis use DSP blocks");
    verb->add_flag("--record", given->record,
                   "Keep the result in DIR/MODULE, where `bitshed report` finds it");
}

}  // namespace bitshed::cli
