#include "flows/report_page.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <map>
#include <set>

#include "flows/accuracy_output.hpp"
#include "flows/pareto.hpp"
#include "flows/report_plots.hpp"
#include "flows/svg.hpp"
#include "flows/targets.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

/// Each needs the ones before it.
constexpr std::array<const char*, 3> packages = {"vega", "vega-lite", "vega-embed"};

std::string with_replaced(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// JavaScript as it may stand in a page: nothing ends the element early, and no browser is told
/// of a map of the source that it would have to fetch.
std::string inlinable(std::string script) {
    if (const auto at = script.rfind("//# sourceMappingURL="); at != std::string::npos) {
        const auto end = script.find('\n', at);
        script.erase(at, end == std::string::npos ? end : end - at);
    }
    script = with_replaced(std::move(script), "</script", "<\\/script");
    return with_replaced(std::move(script), "<!--", "\\x3c!--");
}

/// JSON as it may stand in a page: no '<' that could begin a tag. In JSON it can only stand in a
/// string, where \u003c is the same.
std::string inlinable(const Json& document) {
    const auto text = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    return with_replaced(text, "<", "\\u003c");
}

/// RFC 4648, of the digest that `hex` spells.
std::string base64_of_hex(const std::string& hex) {
    constexpr const char* digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bits;
    for (const char c : hex) {
        const int value = c <= '9' ? c - '0' : c - 'a' + 10;
        for (int bit = 3; bit >= 0; --bit) bits += (value >> bit & 1) != 0 ? '1' : '0';
    }
    std::string text;
    for (std::size_t at = 0; at < bits.size(); at += 6) {
        int value = 0;
        for (std::size_t i = at; i < at + 6; ++i)
            value = 2 * value + (i < bits.size() && bits[i] == '1' ? 1 : 0);
        text += digits[value];
    }
    while (text.size() % 4 != 0) text += '=';
    return text;
}

/// What the page knows: the document of report.json, made small, since thousands of rows say much
/// the same. Rows are lists in the order of `fields`; of the fields named in `pooled` they hold an
/// index into `pool` instead of the value. Provenance is without what is each row's own, its
/// frequencies and its log, which are fields beside it.
Json page_data(const Report& report) {
    Json document = to_json(report);
    const std::set<std::string> pooled = {"weight",    "activation", "accumulator",
                                          "judged",    "target",     "measured",
                                          "judged_by", "message",    "provenance"};
    Json pool = Json::array();
    std::map<std::string, std::size_t> known;
    const auto in_pool = [&](const Json& value) {
        const auto key = value.dump(-1, ' ', false, Json::error_handler_t::replace);
        const auto [entry, is_new] = known.emplace(key, pool.size());
        if (is_new) pool.push_back(value);
        return entry->second;
    };
    Json fields = Json::array();
    Json rows = Json::array();
    for (auto& row : document["rows"]) {
        for (const char* own : {"fmax_all_mhz", "log"}) {
            Json& provenance = row["provenance"];
            Json value = provenance.is_null() ? Json(nullptr) : provenance[own];
            if (!provenance.is_null()) provenance.erase(own);
            row[own] = std::move(value);
        }
        Json values = Json::array();
        for (const auto& [name, value] : row.items()) {
            if (rows.empty()) fields.push_back(name);
            values.push_back(pooled.contains(name) ? Json(in_pool(value)) : value);
        }
        rows.push_back(std::move(values));
    }
    Json named = Json::object();
    for (const auto& row : report.rows)
        for (const auto& target : targets())
            if (target.name == row.target)
                named[target.name] = {{"description", target.description},
                                      {"lut_definition", target.lut_definition}};
    return {{"fields", fields},
            {"pooled", pooled},
            {"pool", pool},
            {"rows", rows},
            {"pareto", pareto_front(report.rows)},
            {"targets", named}};
}

}  // namespace

fs::path assets_folder() {
    if (const char* named = std::getenv("BITSHED_ASSETS"); named != nullptr) return named;
    const auto executable = own_executable();
    return executable ? executable.value().parent_path().parent_path() / ".assets" : ".assets";
}

Result<PageScripts> read_page_scripts(const fs::path& folder) {
    PageScripts scripts;
    for (const std::string name : packages) {
        const auto script = read_file(folder / name / (name + ".min.js"));
        const auto licence = read_file(folder / name / "LICENSE");
        if (!script || !licence)
            return Error(ErrorKind::files,
                         fmt::format("{} is not in {}", name, printable(folder.string(), 200)),
                         "`./setup.sh` in the checkout fetches vega, vega-lite and vega-embed");
        scripts.texts.push_back(script.value());
        scripts.licences += fmt::format("{}\n\n{}\n\n", name, trim(licence.value()));
    }
    scripts.licences +=
        "vega and vega-embed hold parts of others in turn, among them d3 (Copyright Mike Bostock), "
        "under BSD, ISC, MIT and Apache-2.0 licences; their sources name them.";
    return scripts;
}

std::string to_html(const Report& report, const std::optional<PageScripts>& scripts) {
    std::string elements;
    std::string digests;
    const auto add = [&](const std::string& script) {
        const auto text = inlinable(script);
        elements += "<script>" + text + "</script>\n";
        digests += " 'sha256-" + base64_of_hex(sha256(text)) + "'";
    };
    if (scripts)
        for (const auto& script : scripts->texts) add(script);
    for (const auto& script : {templates::report_plots_js, templates::report_js})
        add(std::string(script));
    return fill_page(
        templates::report_html,
        {{"SCRIPT_DIGESTS", digests},
         {"STYLE", std::string(templates::report_css)},
         {"STATIC_PLOTS", scripts ? std::string() : to_svg(report)},
         {"ACCURACY", accuracy_html(report)},
         {"DATA", inlinable(page_data(report))},
         {"SCRIPTS", elements},
         {"LICENCES", scripts ? xml_text(scripts->licences) : "Nothing of others is inlined."}});
}

Outcome write_report(const Report& report, const fs::path& folder,
                     const std::optional<PageScripts>& scripts) {
    const auto json = to_json(report).dump(2, ' ', false, Json::error_handler_t::replace);
    std::vector<std::pair<const char*, std::string>> files = {
        {"report.md", to_markdown(report)},
        {"report.csv", to_csv(report)},
        {"report.json", json + "\n"},
        {"report.svg", to_svg(report)},
        {"report.html", to_html(report, scripts)}};
    if (!report.accuracies.empty()) {
        files.emplace_back("accuracy.csv", accuracy_csv(report));
        files.emplace_back("accuracy.svg",
                           accuracy_svg(report, join(report.accuracies, report.rows)));
    }
    for (const auto& [name, text] : files)
        if (auto written = write_file(folder / name, text); !written) return written;
    return success();
}

}  // namespace bitshed::flows
