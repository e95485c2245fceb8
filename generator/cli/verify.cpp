// bitshed verify: a unit's Verilog against the golden model.
#include <fmt/format.h>

#include <memory>

#include "cli/junit.hpp"
#include "cli/mac_options.hpp"
#include "cli/rebuild.hpp"
#include "cli/session.hpp"
#include "cli/unit.hpp"
#include "flows/operand_stream.hpp"
#include "flows/record.hpp"
#include "harness/judge.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace {

struct VerifyVerb {
    mac::MacOptions unit;
    std::string rtl;
    std::string seed = "1";
    std::string time_limit = "3600";
    std::string operands;
    bool record = false;
    std::string junit;
};

/// A whole number, or a complaint.
std::int64_t number(const char* option, const std::string& given, std::int64_t least,
                    std::int64_t most, std::vector<Complaint>& complaints) {
    const auto parsed = parse_whole_number(given, least, most);
    if (!parsed)
        complaints.push_back({fmt::format("{}: {} will not do", option, printable(given)),
                              fmt::format("a whole number from {} to {}", least, most)});
    return parsed.value_or(least);
}

/// What is wrong, in a line.
std::string failure_of(const harness::Verdict& verdict) {
    if (const auto& first = verdict.first_mismatch) {
        std::string line = fmt::format("cycle {}: {}", first->cycle, first->what);
        for (const auto& port : first->ports)
            line += fmt::format("; {} is {}, golden says {}", port.port, port.verilog, port.golden);
        return line;
    }
    if (verdict.lint_is_judged && !verdict.lint.empty())
        return "Verilator warns: " + verdict.lint.front();
    if (const auto& sums = verdict.given_sums; sums && sums->compared != sums->given)
        return fmt::format("{} of {} given sums were compared", sums->compared, sums->given);
    return fmt::format("{} of {} pairs were compared, {} mismatches", verdict.pairs_visited,
                       verdict.pairs_total, verdict.mismatches);
}

/// The sums of a file, for a unit; one where it does not tell where they end.
Result<std::vector<std::vector<harness::Pair>>> read_sums(const std::string& path,
                                                          const emit::Manifest& manifest) {
    const auto text = read_file(path);
    if (!text) return text.error();
    // The end of a sum, so that a file without any holds one.
    const auto operands =
        flows::operands_for(manifest, text.value() + "\nclear\n", printable(path, 200));
    if (!operands) return operands.error();
    std::vector<std::vector<harness::Pair>> sums;
    std::size_t at = 0;
    for (const std::size_t end : operands.value().sum_ends) {
        sums.emplace_back();
        for (; at < end; ++at) {
            const auto& [w, a] = operands.value().pairs[at];
            sums.back().push_back({w, a});
        }
    }
    return sums;
}

ExitCode verify(const Session& session, const VerifyVerb& given) {
    std::vector<Complaint> complaints;
    harness::JudgeOptions options;
    options.stimulus.seed =
        static_cast<std::uint64_t>(number("seed", given.seed, 0, INT64_MAX, complaints));
    options.limit =
        std::chrono::seconds(number("time-limit", given.time_limit, 1, 1'000'000, complaints));
    options.jobs = session.job_count();
    if (given.record && !given.rtl.empty())
        complaints.push_back(
            {"record: another file than the unit's own is judged", "--record without --rtl"});
    if (given.record && !names_folder(given.unit.spec))
        complaints.push_back({"record: there is no folder to record in",
                              "--record beside a DIR/MODULE that `bitshed gen` wrote"});
    const auto loaded = load_unit(given.unit, complaints);
    if (!loaded) return Session::fail(loaded.error());

    if (!given.operands.empty()) {
        auto sums = read_sums(given.operands, loaded.value().manifest);
        if (!sums) return Session::fail(sums.error());
        options.stimulus.given_sums = std::move(sums).value();
    }
    std::vector<harness::UnitUnderTest> units(1);
    harness::UnitUnderTest& unit = units[0];
    unit.manifest = loaded.value().manifest;
    unit.verilog = loaded.value().verilog;
    unit.module = rebuild_module(unit.manifest);
    if (!given.rtl.empty()) {
        const auto foreign = read_foreign(given.rtl);
        if (!foreign) return Session::fail(foreign.error());
        unit.verilog = foreign.value().verilog;
        unit.origin = harness::Origin::foreign;
        unit.include_folder = foreign.value().include_folder;
    }
    session.progress(fmt::format("{}: building it with Verilator, then every pair of codes",
                                 unit.manifest.module));
    const JunitReport junit(given.junit, "verify", unit.manifest.module);
    const auto verdicts = harness::judge(units, options);
    if (!verdicts[0]) return junit.broken(verdicts[0].error());
    const harness::Verdict& verdict = verdicts[0].value();
    if (given.record) {
        const auto written = flows::record_result(*loaded.value().folder, verdict.module, "verify",
                                                  unit.verilog, harness::to_json(verdict));
        if (!written) return Session::fail(written.error());
    }
    const std::string page = harness::describe(verdict);
    if (const auto written =
            verdict.passed() ? junit.passed(page) : junit.failed(failure_of(verdict), page);
        !written)
        return Session::fail(written.error());
    if (session.json)
        Session::print_json(harness::to_json(verdict));
    else
        Session::print(page);
    return verdict.passed() ? done : static_cast<ExitCode>(ErrorKind::judged);
}

}  // namespace

void add_verify(CLI::App& app, Session& session) {
    const auto given = std::make_shared<VerifyVerb>();
    CLI::App* verb = add_verb(
        app, session, "verify",
        "Compare a unit (SPEC or DIR/MODULE) with the golden model, over every pair of codes",
        "  bitshed verify 'e4m3*e4m3+exact'\n"
        "  bitshed verify 'int4*int8' --stages 1 --enable --seed 7 --json\n"
        "  printf '38 b8\\n7f 40\\nclear\\n' >sums.txt; bitshed verify 'e4m3*e4m3' --operands "
        "sums.txt",
        [&session, given] { return verify(session, *given); });
    add_mac_options(verb, given->unit);
    verb->add_option("--rtl", given->rtl,
                     "Judge this Verilog file, of the same module and ports, in the unit's place");
    verb->add_option("--operands", given->operands,
                     "Drive the sums of this file too: `w a` (codes in hex) a line, `clear` behind "
                     "each sum");
    verb->add_option("--seed", given->seed, "Seed of orders and random sequences (default 1)");
    verb->add_option("--time-limit", given->time_limit, "Seconds for it all (default 3600)");
    add_junit_option(verb, given->junit);
    verb->add_flag("--record", given->record,
                   "Keep the result in DIR/MODULE, where `bitshed report` finds it");
}

}  // namespace bitshed::cli
