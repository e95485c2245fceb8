#include "flows/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "emit/manifest.hpp"
#include "flows/record.hpp"
#include "flows/report_row.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

/// A folder DIR/NAME is a unit if it holds NAME.json.
bool is_unit(const fs::path& folder) {
    std::error_code ignored;
    return fs::is_regular_file(folder / (folder.filename().string() + ".json"), ignored);
}

/// The units of a folder: itself, or those directly below it.
Result<std::set<fs::path>> units_below(const fs::path& given) {
    std::error_code failure;
    const fs::path folder = fs::canonical(given, failure);
    if (failure || !fs::is_directory(folder))
        return Error(ErrorKind::files,
                     fmt::format("there is no folder {}", printable(given.string(), 200)),
                     "a folder that `bitshed gen` wrote");
    if (is_unit(folder)) return std::set<fs::path>{folder};
    std::set<fs::path> found;
    for (fs::directory_iterator at(folder, failure), end; !failure && at != end;
         at.increment(failure))
        if (is_unit(at->path())) found.insert(at->path());
    if (failure || found.empty())
        return Error(ErrorKind::files,
                     fmt::format("the folder {} holds no unit", printable(given.string(), 200)),
                     "the DIR that `bitshed gen SPEC --out DIR` wrote, or a DIR/MODULE of it");
    return found;
}

std::string accumulator_words(const emit::ManifestAccumulator& accumulator) {
    if (accumulator.format) return *accumulator.format;
    return fmt::format("{} ({} bits)", accumulator.kind, accumulator.bits);
}

/// lanes * 2^(weight bits + activation bits), as the contract has it.
std::optional<long> pairs_of(const emit::Manifest& manifest) {
    const auto* weight = manifest.port("weight");
    const auto* activation = manifest.port("activation");
    if (weight == nullptr || activation == nullptr) return std::nullopt;
    const int bits = (weight->bits + activation->bits) / manifest.lanes;
    return bits > 40 ? std::nullopt : std::optional<long>(manifest.lanes * (1L << bits));
}

/// What the record of `verify` says of the unit.
void read_verify_record(const Record& record, const emit::Manifest& manifest, ReportRow& row) {
    switch (record.state) {
        case RecordState::absent:
            row.judged = "not judged";
            return;
        case RecordState::stale:
            row.judged = "stale";
            return;
        case RecordState::unreadable:
            row.judged = "unreadable";
            return;
        case RecordState::fresh:
            read_judgement(record.result, pairs_of(manifest), row);
    }
}

void read_synth_record(const Record& record, ReportRow& row) {
    if (record.state == RecordState::fresh)
        read_cost(record.result, row);
    else
        row.measured = record.state == RecordState::stale ? "stale" : "unreadable";
}

/// The targets that MODULE.synth.TARGET.json files beside the unit name.
std::set<std::string> recorded_targets(const fs::path& folder, const std::string& module) {
    const std::string head = module + ".synth.";
    const std::string tail = ".json";
    std::set<std::string> names;
    std::error_code failure;
    for (fs::directory_iterator at(folder, failure), end; !failure && at != end;
         at.increment(failure)) {
        const auto name = at->path().filename().string();
        if (name.starts_with(head) && name.ends_with(tail) &&
            name.size() > head.size() + tail.size())
            names.insert(name.substr(head.size(), name.size() - head.size() - tail.size()));
    }
    return names;
}

void add_unit(const fs::path& folder, Report& report) {
    ReportRow row;
    row.module = folder.filename().string();
    row.judged = "unreadable";
    row.measured = "unreadable";
    const auto file = row.module + ".json";
    const auto path = folder / file;
    // What stands in the report names files without their folders: it reads the same wherever it
    // was made. The problems, for the person who made it, have the paths.
    const auto give_up = [&](const Error& error, std::string message) {
        report.problems.insert(report.problems.end(), error.complaints.begin(),
                               error.complaints.end());
        row.message = std::move(message);
        report.rows.push_back(row);
    };
    const auto text = read_file(path);
    if (!text) return give_up(text.error(), "the manifest cannot be read");
    const auto manifest = emit::manifest_from_text(text.value(), printable(path.string(), 200));
    if (!manifest)
        return give_up(
            manifest.error(),
            emit::manifest_from_text(text.value(), printable(file)).error().complaints[0].problem);
    if (manifest.value().module != row.module)
        return give_up(
            {ErrorKind::files, fmt::format("{} describes the module {}, not its folder's",
                                           printable(path.string(), 200), manifest.value().module)},
            fmt::format("the manifest describes the module {}", manifest.value().module));
    const auto verilog = read_file(folder / (row.module + ".v"));
    if (!verilog) return give_up(verilog.error(), "the Verilog cannot be read");

    row.weight = manifest.value().weight;
    row.activation = manifest.value().activation;
    row.accumulator = accumulator_words(manifest.value().accumulator);
    row.lanes = manifest.value().lanes;
    row.latency = manifest.value().latency;
    row.stages = manifest.value().stages;
    row.generated_by =
        fmt::format("{} (bitshed {})", manifest.value().command, manifest.value().version);
    read_verify_record(read_record(folder, row.module, "verify", verilog.value()), manifest.value(),
                       row);
    const auto targets = recorded_targets(folder, row.module);
    if (targets.empty()) {
        row.measured = "not measured";
        report.rows.push_back(row);
    }
    for (const auto& target : targets) {
        ReportRow on_target = row;
        on_target.target = target;
        read_synth_record(read_record(folder, row.module, "synth." + target, verilog.value()),
                          on_target);
        report.rows.push_back(std::move(on_target));
    }
}

}  // namespace

Result<Report> make_report(const std::vector<fs::path>& folders) {
    std::set<fs::path> units;
    std::vector<Complaint> complaints;
    for (const auto& folder : folders) {
        const auto found = units_below(folder);
        if (found)
            units.insert(found.value().begin(), found.value().end());
        else
            complaints.push_back(found.error().complaints[0]);
    }
    if (!complaints.empty()) return Error(ErrorKind::files, std::move(complaints));
    Report report;
    for (const auto& unit : units) add_unit(unit, report);
    std::stable_sort(report.rows.begin(), report.rows.end(),
                     [](const ReportRow& a, const ReportRow& b) { return a.module < b.module; });
    return report;
}

}  // namespace bitshed::flows
