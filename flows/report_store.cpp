// The report of a sweep's store: its standing rows, cost and judgement joined.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "flows/point.hpp"
#include "flows/report.hpp"
#include "flows/report_row.hpp"
#include "flows/store.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

long whole(const Json& unit, const char* field) {
    return unit.contains(field) && unit[field].is_number_integer() ? unit[field].get<long>() : 0;
}

const Json& unit_of(const StoreRow& stored) {
    static const Json none = Json::object();
    return stored.request.contains("unit") ? stored.request["unit"] : none;
}

/// lanes * 2^(weight bits + activation bits), as the contract has it.
std::optional<long> pairs_of(const StoreRow& stored) {
    const Json& unit = unit_of(stored);
    const long bits = whole(unit, "weight_bits") + whole(unit, "activation_bits");
    if (bits < 4 || bits > 40) return std::nullopt;
    return whole(unit, "lanes") * (1L << bits);
}

/// What a row of the store says of its unit.
ReportRow unit_row(const StoreRow& stored) {
    const Json& unit = unit_of(stored);
    ReportRow row;
    row.module = stored.subject;
    row.weight = text_at(unit, "weight");
    row.activation = text_at(unit, "activation");
    row.accumulator = text_at(unit, "accumulator");
    // A float format tells its bits by its name.
    if (row.accumulator == "exact" || row.accumulator == "fixed")
        row.accumulator =
            fmt::format("{} ({} bits)", row.accumulator, whole(unit, "accumulator_bits"));
    row.lanes = static_cast<int>(whole(unit, "lanes"));
    row.stages = static_cast<int>(whole(unit, "stages"));
    row.latency = static_cast<int>(whole(unit, "latency"));
    row.generated_by = fmt::format("{} (bitshed {})", text_at(unit, "command"),
                                   text_at(stored.request, "generator"));
    row.judged = "not judged";
    row.measured = "not measured";
    return row;
}

void say(const std::string& problem, ReportRow& row) {
    if (!problem.empty()) row.message += (row.message.empty() ? "" : "; ") + problem;
}

void join_judgement(const StoreRow& judgement, ReportRow& row) {
    if (judgement.status == PointStatus::done)
        read_judgement(judgement.result, pairs_of(judgement), row);
    else
        say("verify: " + judgement.problem, row);
}

ReportRow measured_row(const StoreRow& stored) {
    ReportRow row = unit_row(stored);
    row.target = stored.target;
    if (stored.status == PointStatus::done) {
        read_cost(stored.result, row);
    } else {
        row.measured = "failed";
        row.provenance = provenance_of(stored.request);
        say(stored.problem, row);
    }
    row.provenance.log = stored.log;
    return row;
}

}  // namespace

Result<Report> make_store_report(const std::filesystem::path& path) {
    const auto store = Store::open(path, StoreAccess::read);
    if (!store) return store.error();
    const auto stored = store.value().current_rows();
    if (!stored) return stored.error();
    // A judgement holds for the very Verilog that was judged.
    std::map<std::string, const StoreRow*> judgements;
    for (const auto& row : stored.value())
        if (row.kind == point_kinds::verify)
            judgements[text_at(row.request, "verilog_sha256")] = &row;
    Report report;
    std::set<std::string> measured;
    for (const auto& row : stored.value()) {
        if (row.kind == point_kinds::accuracy) report.accuracies.push_back(accuracy_row(row));
        if (row.kind != point_kinds::synth) continue;
        report.rows.push_back(measured_row(row));
        const auto verilog = text_at(row.request, "verilog_sha256");
        measured.insert(verilog);
        if (const auto found = judgements.find(verilog); found != judgements.end())
            join_judgement(*found->second, report.rows.back());
    }
    for (const auto& [verilog, row] : judgements) {
        if (measured.contains(verilog)) continue;
        report.rows.push_back(unit_row(*row));
        join_judgement(*row, report.rows.back());
    }
    const auto order = [](const ReportRow& row) {
        return std::tie(row.module, row.target, row.provenance.effort, row.provenance.freq_mhz,
                        row.provenance.seeds, row.provenance.log);
    };
    std::sort(report.rows.begin(), report.rows.end(),
              [&](const ReportRow& a, const ReportRow& b) { return order(a) < order(b); });
    const auto name = [](const AccuracyRow& row) {
        return std::tie(row.model, row.weight, row.activation, row.recipe, row.log);
    };
    std::sort(report.accuracies.begin(), report.accuracies.end(),
              [&](const AccuracyRow& a, const AccuracyRow& b) { return name(a) < name(b); });
    return report;
}

}  // namespace bitshed::flows
