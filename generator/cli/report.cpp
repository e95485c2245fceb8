// bitshed report: what was generated, judged and measured, in one table.
#include "flows/report.hpp"

#include <filesystem>
#include <memory>
#include <optional>

#include "cli/session.hpp"
#include "cli/table.hpp"
#include "support/files.hpp"

namespace bitshed::cli {

namespace {

struct ReportVerb {
    std::vector<std::string> folders;
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

ExitCode report(const Session& session, const ReportVerb& given) {
    const auto made = flows::make_report({given.folders.begin(), given.folders.end()});
    if (!made) return Session::fail(made.error());
    const auto document = flows::to_json(made.value());
    if (given.out) {
        const std::filesystem::path out = *given.out;
        const auto page = write_file(out / "report.md", flows::to_markdown(made.value()));
        if (!page) return Session::fail(page.error());
        const auto text =
            document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
        const auto data = write_file(out / "report.json", text + "\n");
        if (!data) return Session::fail(data.error());
    }
    if (session.json)
        Session::print_json(document);
    else
        Session::print(table_text(flows::to_table(made.value())));
    // Units that could not be read stand in the table; the words go beside it.
    if (made.value().problems.empty()) return done;
    return Session::fail({ErrorKind::files, made.value().problems});
}

}  // namespace

void add_report(CLI::App& app, Session& session) {
    const auto given = std::make_shared<ReportVerb>();
    CLI::App* verb =
        add_verb(app, session, "report",
                 "A table of units: generated, judged (verify --record), measured (synth --record)",
                 "  bitshed report rtl_out\n"
                 "  bitshed report rtl_out --out report",
                 [&session, given] { return report(session, *given); });
    verb->add_option("DIR", given->folders, "Folders that `bitshed gen` wrote, or a DIR/MODULE")
        ->required();
    verb->add_option("--out", given->out, "Write report.md and report.json into this folder");
}

}  // namespace bitshed::cli
