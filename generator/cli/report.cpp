// bitshed report: what was generated, judged and measured, in one table.
#include "flows/report.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "cli/session.hpp"
#include "cli/table.hpp"
#include "flows/accuracy_output.hpp"
#include "flows/report_page.hpp"

namespace bitshed::cli {

namespace {

struct ReportVerb {
    std::vector<std::string> folders;
    std::optional<std::string> store;
    std::optional<std::string> out;
};

std::string table_text(const flows::ReportTable& table) {
    std::vector<Column> columns;
    for (const auto& column : table.columns)
        columns.push_back({column.title, column.alignment == flows::Alignment::left
                                             ? Align::left
                                             : Align::right});
    TextTable text(columns);
    for (const auto& row : table.rows) text.add(row);
    return text.text();
}

/// Costs, and where networks were quantized, accuracy beside cost.
void print_tables(const flows::Report& made) {
    if (!made.rows.empty()) Session::print(table_text(flows::to_table(made)));
    if (made.accuracies.empty()) return;
    const auto joined = flows::join(made.accuracies, made.rows);
    Session::print((made.rows.empty() ? "" : "\n") +
                   table_text(flows::accuracy_table(made, joined)));
    const auto cheapest = flows::cheapest_words(made, joined);
    if (!cheapest.empty()) Session::print("\nThe cheapest pair within one point of float:\n");
    for (const auto& line : cheapest) Session::print(line + "\n");
}

/// All files of the report. Without the scripts of the plots the page has plots that stand still.
Outcome write_all(const flows::Report& made, const std::string& out) {
    const auto scripts = flows::read_page_scripts(flows::assets_folder());
    if (!scripts)
        for (const auto& complaint : scripts.error().complaints)
            Session::diagnose(fmt::format("report: the plots of report.html stand still: {}; {}",
                                          complaint.problem, complaint.allowed));
    return flows::write_report(made, out, scripts ? std::optional(scripts.value()) : std::nullopt);
}

/// The rows of folders, then those of the store.
Result<flows::Report> read(const ReportVerb& given) {
    if (given.folders.empty() && !given.store)
        return Error(ErrorKind::request, "there is nothing to report on",
                     "folders that `bitshed gen` wrote, --store FILE of `bitshed sweep`, or both");
    flows::Report report;
    if (!given.folders.empty()) {
        auto units = flows::make_report({given.folders.begin(), given.folders.end()});
        if (!units) return units;
        report = std::move(units).value();
    }
    if (given.store) {
        auto swept = flows::make_store_report(*given.store);
        if (!swept) return swept;
        report.rows.insert(report.rows.end(), swept.value().rows.begin(), swept.value().rows.end());
        report.accuracies = std::move(swept.value().accuracies);
    }
    return report;
}

ExitCode report(const Session& session, const ReportVerb& given) {
    const auto made = read(given);
    if (!made) return Session::fail(made.error());
    if (given.out) {
        const auto written = write_all(made.value(), *given.out);
        if (!written) return Session::fail(written.error());
    }
    if (session.json)
        Session::print_json(flows::to_json(made.value()));
    else
        print_tables(made.value());
    // Units that could not be read stand in the table; the words go beside it.
    if (made.value().problems.empty()) return done;
    return Session::fail({ErrorKind::files, made.value().problems});
}

}  // namespace

void add_report(CLI::App& app, Session& session) {
    const auto given = std::make_shared<ReportVerb>();
    CLI::App* verb = add_verb(
        app, session, "report",
        "A table of units, generated, judged and measured: from folders or a sweep's store",
        "  bitshed gen 'int4*int8' --out units && bitshed report units --out report\n"
        "  printf 'pairs = [\"e2m1*e2m1\"]\\nverify = true\\n' >plan.toml; bitshed sweep "
        "plan.toml --store s.sqlite && bitshed report --store s.sqlite",
        [&session, given] { return report(session, *given); });
    verb->add_option("DIR", given->folders,
                     "Folders that `bitshed gen` wrote, or a DIR/MODULE, with what verify --record "
                     "and synth --record left there");
    verb->add_option("--store", given->store, "The store of `bitshed sweep`");
    verb->add_option("--out", given->out,
                     "Write report.md, .csv, .json, .svg and .html into this folder");
}

}  // namespace bitshed::cli
