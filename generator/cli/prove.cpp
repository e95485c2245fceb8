// bitshed prove: a unit's Verilog against a reference, for all inputs and all sequences.
#include <fmt/format.h>

#include <memory>

#include "cli/mac_options.hpp"
#include "cli/session.hpp"
#include "cli/unit.hpp"
#include "flows/tools.hpp"
#include "flows/work_folder.hpp"
#include "harness/golden_unit.hpp"
#include "proof/prove.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace {

struct ProveVerb {
    mac::MacOptions unit;
    std::string rtl;
    std::string work;
    std::string time_limit = "600";
};

ExitCode prove(const Session& session, const ProveVerb& given) {
    std::vector<Complaint> complaints;
    const auto limit = parse_whole_number(given.time_limit, 1, 1'000'000);
    if (!limit)
        complaints.push_back(
            {fmt::format("time-limit: {} will not do", printable(given.time_limit)),
             "a whole number from 1 to 1000000"});
    const auto loaded = load_unit(given.unit, complaints);
    if (!loaded) return Session::fail(loaded.error());

    proof::Request request;
    request.manifest = loaded.value().manifest;
    request.verilog = loaded.value().verilog;
    auto unit = harness::golden_unit(request.manifest);
    if (!unit) return Session::fail(unit.error());
    request.unit = std::move(unit).value();
    if (!given.rtl.empty()) {
        const auto foreign = read_foreign(given.rtl);
        if (!foreign) return Session::fail(foreign.error());
        request.verilog = foreign.value().verilog;
        request.include_folder = foreign.value().include_folder;
    }
    const auto chosen =
        given.work.empty() ? std::nullopt : std::optional<std::filesystem::path>(given.work);
    const auto folder = flows::WorkFolder::open(chosen, "prove", request.manifest.module, "proof");
    if (!folder) return Session::fail(folder.error());
    const std::chrono::seconds seconds(*limit);
    const auto yosys = flows::find_yosys(folder.value().path(), seconds);
    if (!yosys) return Session::fail(yosys.error());
    const auto abc = flows::find_abc();
    if (!abc) return Session::fail(abc.error());
    session.progress(fmt::format("{}: proving it by induction", request.manifest.module));
    const auto report = proof::prove(request,
                                     {yosys.value().command, abc.value(), yosys.value().environment,
                                      session.job_count(), folder.value().path()},
                                     seconds);
    if (!report) return Session::fail(report.error());
    if (session.json)
        Session::print_json(proof::to_json(report.value()));
    else
        Session::print(proof::describe(report.value()));
    return report.value().status == proof::Status::refuted
               ? static_cast<ExitCode>(ErrorKind::judged)
               : done;
}

}  // namespace

void add_prove(CLI::App& app, Session& session) {
    const auto given = std::make_shared<ProveVerb>();
    CLI::App* verb = add_verb(
        app, session, "prove", "Prove a unit (SPEC or DIR/MODULE) for all inputs and all sequences",
        "  bitshed prove 'e4m3*e4m3+exact'\n"
        "  bitshed prove 'e2m1*int4+fixed12' --overflow saturate --stages 1 --enable --json",
        [&session, given] { return prove(session, *given); });
    add_mac_options(verb, given->unit);
    verb->add_option("--rtl", given->rtl,
                     "Judge this Verilog file, of the same module and ports, in the unit's place");
    verb->add_option("--work", given->work,
                     "Folder for the reference, the circuits and the logs (default: below "
                     "~/.cache/bitshed)");
    verb->add_option("--time-limit", given->time_limit, "Seconds for it all (default 600)");
}

}  // namespace bitshed::cli
