// What a report looks like: the Pareto front, and names that are not harmless in any of its files.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "flows/pareto.hpp"
#include "flows/report_page.hpp"
#include "flows/report_plots.hpp"
#include "flows/svg.hpp"
#include "recorded.hpp"
#include "report_rows.hpp"

namespace fs = std::filesystem;
using bitshed::flows::OperandKinds;
using bitshed::flows::PageScripts;
using bitshed::flows::pareto_front;
using bitshed::flows::Report;
using bitshed::flows::ReportRow;
using bitshed::tests::measured_row;
using bitshed::tests::small_report;
using Json = nlohmann::ordered_json;
using Front = std::vector<std::size_t>;

namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

constexpr const char* evil = "a\"b'c</script><script>alert(1)</script><!--|`,\n=1\xc3\xa4\xff";

/// Every text of a row that a file or a tool may have chosen.
Report evil_report() {
    ReportRow row = measured_row(evil, "int4", "int4", 40, 100);
    row.accumulator = row.generated_by = row.judged_by = row.target = row.message = evil;
    row.provenance.tools = {{evil, evil}};
    row.provenance.commands = row.provenance.limited_by = {evil};
    row.provenance.log = row.provenance.effort = row.provenance.dsp_blocks = evil;
    return {{row}, {}, {}};
}

/// The text between two marks, the first time they stand.
std::string between(const std::string& text, std::string_view begin, std::string_view end) {
    const auto from = text.find(begin);
    REQUIRE(from != std::string::npos);
    const auto to = text.find(end, from + begin.size());
    REQUIRE(to != std::string::npos);
    return text.substr(from + begin.size(), to - from - begin.size());
}

}  // namespace

TEST_CASE("operand shape: bits and exponent bits of every kind of name, nothing of other words") {
    const auto shape = [](const char* name) {
        const auto found = bitshed::flows::operand_shape(name);
        return found ? std::pair(found->bits, found->exponent_bits) : std::pair(-1, -1);
    };
    CHECK(shape("e4m3") == std::pair(8, 4));
    CHECK(shape("e5m2ieee") == std::pair(8, 5));
    CHECK(shape("e2m1b-3fnuz") == std::pair(4, 2));
    CHECK(shape("e8m0fn") == std::pair(9, 8));
    CHECK(shape("int8") == std::pair(8, 0));
    CHECK(shape("uint3") == std::pair(3, 0));
    for (const char* other : {"", "e", "em", "e4", "int", "float", "emm", "e4m", "e0m3", "x8"})
        CHECK(shape(other) == std::pair(-1, -1));
}

TEST_CASE("pareto: less cost, more clock or wider operands keep a point on the front") {
    const auto front = [](const std::vector<ReportRow>& rows) { return pareto_front(rows); };
    const auto base = measured_row("base", "int4", "int4", 50, 100);
    CHECK(front({base}) == Front{0});
    CHECK(front({base, measured_row("dearer", "int4", "int4", 51, 100)}) == Front{0});
    CHECK(front({base, measured_row("slower", "int4", "int4", 50, 99)}) == Front{0});
    CHECK(front({base, measured_row("narrower", "int3", "int4", 50, 100)}) == Front{0});
    CHECK(front({base, measured_row("narrower", "int4", "int3", 50, 100)}) == Front{0});
    CHECK(front({base, measured_row("cheaper", "int4", "int4", 49, 99)}) == Front{0, 1});
    CHECK(front({base, measured_row("faster", "int4", "int4", 51, 101)}) == Front{0, 1});
    CHECK(front({base, measured_row("wider", "int5", "int4", 51, 99)}) == Front{0, 1});
    CHECK(front({base, measured_row("wider", "int4", "int5", 51, 99)}) == Front{0, 1});
    CHECK(front({base, measured_row("better", "int5", "int5", 49, 101)}) == Front{1});
    CHECK(front({base, measured_row("equal", "int4", "int4", 50, 100)}) == Front{0, 1});
}

TEST_CASE("pareto: targets and units of cost are not compared, cost counts a lane") {
    const auto base = measured_row("base", "int4", "int4", 50, 100);
    auto elsewhere = measured_row("elsewhere", "int4", "int4", 60, 90);
    CHECK(pareto_front({base, elsewhere}) == Front{0});
    elsewhere.target = "ecp5-25k";
    CHECK(pareto_front({base, elsewhere}) == Front{0, 1});
    auto asic = measured_row("asic", "int4", "int4", 60, 90);
    asic.area = 3000;
    CHECK(pareto_front({base, asic}) == Front{0, 1});
    auto lanes = measured_row("lanes", "int4", "int4", 80, 100);
    lanes.lanes = 2;
    CHECK(pareto_front({base, lanes}) == Front{1});
    auto unrouted = measured_row("unrouted", "int4", "int4", 50, 0);
    unrouted.fmax_mhz = std::nullopt;
    CHECK(pareto_front({base, unrouted}) == Front{0});
    CHECK(pareto_front({unrouted}) == Front{0});
}

TEST_CASE(
    "pareto: what is wrong, stale or without figures takes no part, but what nobody judged does") {
    const auto dear = measured_row("dear", "int4", "int4", 90, 50);
    for (const char* judged : {"FAILED", "incomplete", "stale", "unreadable"}) {
        auto row = measured_row("wrong", "int4", "int4", 10, 200);
        row.judged = judged;
        CHECK(pareto_front({dear, row}) == Front{0});
    }
    auto row = measured_row("unjudged", "int4", "int4", 10, 200);
    row.judged = "not judged";
    CHECK(pareto_front({dear, row}) == Front{1});
    for (const char* measured : {"failed", "stale", "unreadable", "not measured"}) {
        row.measured = measured;
        CHECK(pareto_front({dear, row}) == Front{0});
    }
    CHECK(pareto_front({}).empty());
}

TEST_CASE("report: a failed point has its message and no figures in every file") {
    const auto report = small_report();
    const auto document = to_json(report);
    CHECK(document["rows"][3]["measured"] == "failed");
    CHECK(document["rows"][3]["luts"].is_null());
    CHECK(has(document["rows"][3]["message"].get<std::string>(), "yosys failed"));
    const auto page = to_markdown(report);
    CHECK(has(page, "| ice40-hx8k, failed | - |"));
    CHECK(has(page, "- mac_e5m2 on ice40-hx8k: yosys failed"));
    CHECK(has(to_csv(report), ",failed,,,,,,,,,,no,"));
    CHECK(has(to_html(report, std::nullopt), "yosys failed"));
    CHECK_FALSE(has(to_svg(report), "mac_e5m2"));
}

TEST_CASE("report: provenance stands in the row, and is null where nothing was measured") {
    const auto document = to_json(small_report());
    const auto& provenance = document["rows"][0]["provenance"];
    CHECK(provenance["tools"]["yosys"] == "0.70");
    CHECK(provenance["commands"].size() == 2);
    CHECK(provenance["seeds"] == Json{1});
    CHECK(provenance["log"] == "logs/mac_e2m1");
    CHECK(document["rows"][4]["provenance"].is_null());
    CHECK(document["pareto"] ==
          Json{{{"row", 1}, {"module", "mac_int4"}, {"target", "ice40-hx8k"}},
               {{"row", 2}, {"module", "mac_e4m3_int8"}, {"target", "ice40-hx8k"}}});
}

TEST_CASE("csv: as many fields in every line, quotes doubled, no formula") {
    Report report = small_report();
    report.rows[0].provenance.commands = {"plain"};
    for (auto& row : report.rows) row.provenance.commands = {"a"};
    const auto text = to_csv(report);
    const auto head = text.substr(0, text.find("\r\n"));
    CHECK(count_of(text, "\r\n") == report.rows.size() + 1);
    CHECK(count_of(head, ",") == 34);
    report = small_report();
    report.rows[0].message = "=HYPERLINK(\"x\")";
    CHECK(has(to_csv(report), ",\"'=HYPERLINK(\"\"x\"\")\"\r\n"));
    for (const char* begin : {"+1", "-1", "@x", "\tx"}) {
        report.rows[0].module = begin;
        CHECK(has(to_csv(report), "\r\n'" + std::string(begin) + ","));
    }
}

TEST_CASE("markdown: a name adds no cell, no line and no tag to the table") {
    const auto page = to_markdown(evil_report());
    CHECK_FALSE(has(page, "<script"));
    const auto table = between(page, "\n\n|", "\n\n");
    CHECK(count_of(table, "\n") == 2);
    CHECK(count_of(table, "|") == 3 * 13 - 1);
}

TEST_CASE("svg: the picture of a small report is the golden file, and nothing dates it") {
    const auto picture = to_svg(small_report());
    const fs::path kept = bitshed::tests::tests_folder() / "golden_files" / "report.svg";
    const char* update = std::getenv("BITSHED_UPDATE_GOLDEN");
    if (update != nullptr && std::string(update) == "1")
        REQUIRE(bitshed::write_file(kept, picture).ok());
    CHECK(picture == bitshed::read_file(kept).value());
    CHECK(has(to_svg(Report{}), "No point was measured."));
}

TEST_CASE("svg: every text is escaped, what XML forbids is replaced") {
    using bitshed::flows::xml_text;
    CHECK(xml_text("<a b=\"c\" d='e'>&amp;") == "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;");
    CHECK(xml_text("h\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") ==
          "h\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    const std::string unknown = "\xef\xbf\xbd";
    for (const char* wrong : {"\x01", "\x7f", "\xff", "\xc3", "\xed", "\x80"})
        CHECK(xml_text(wrong) == unknown);
    CHECK(xml_text("\xed\xa0\x80") == unknown + unknown + unknown);  // a surrogate
    CHECK(xml_text("\xf4\x90\x80\x80") == unknown + unknown + unknown + unknown);
    CHECK(xml_text("\xef\xbf\xbf") == unknown);
    CHECK(xml_text("a\xc3") == "a" + unknown);
    CHECK_FALSE(has(to_svg(evil_report()), "<script"));
}

TEST_CASE("html: no name, path or message of the data becomes markup or ends the data early") {
    const auto page = to_html(evil_report(), std::nullopt);
    CHECK_FALSE(has(page, "alert(1)</script>"));
    CHECK_FALSE(has(page, "<script>alert"));
    const auto data = between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
    CHECK_FALSE(has(data, "<"));
    const auto document = Json::parse(data);
    const std::string shown = std::string(evil).substr(0, std::string(evil).size() - 1) +
                              "\xef\xbf\xbd";  // the byte that is no UTF-8
    CHECK(document["fields"][0] == "module");
    CHECK(document["rows"][0][0] == shown);
    CHECK(document["fields"].back() == "log");
    CHECK(document["rows"][0].back() == shown);
    CHECK(std::count(document["pool"].begin(), document["pool"].end(), Json(shown)) == 1);
}

TEST_CASE("html: scripts are inlined with their digests, and no other may run") {
    // The digest of "alert(1)" in base64: `printf 'alert(1)' | openssl dgst -sha256 -binary |
    // base64`.
    const PageScripts scripts{{"alert(1)"}, "A licence <of others>"};
    const auto page = to_html(small_report(), scripts);
    const auto policy = between(page, "Content-Security-Policy\" content=\"", "\"");
    CHECK(has(policy, "default-src 'none'"));
    CHECK(has(policy, "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"));
    CHECK_FALSE(has(between(policy, "script-src", ";"), "unsafe"));
    CHECK(count_of(policy, "sha256-") == 3);
    CHECK(count_of(page, "<script>") == 3);
    CHECK(has(page, "A licence &lt;of others&gt;"));
    CHECK_FALSE(has(page, "class=\"bitshed-plots\""));
    CHECK(has(to_html(small_report(), std::nullopt), "class=\"bitshed-plots\""));
}

TEST_CASE("html: a script that would end its element early or name a map is made harmless") {
    const PageScripts scripts{{"f('</script>','<!--');\n//# sourceMappingURL=f.js.map\ng();"}, ""};
    const auto page = to_html(small_report(), scripts);
    CHECK(has(page, "f('<\\/script>','\\x3c!--');\n\ng();</script>"));
    CHECK_FALSE(has(page, "sourceMappingURL"));
}

TEST_CASE("html: the page names no address that a browser would fetch from") {
    const auto page = to_html(small_report(), std::nullopt);
    for (const char* attribute : {"src=", "url(", "@import", "<link rel=\"stylesheet", "<iframe"})
        CHECK_FALSE(has(page, attribute));
    CHECK(count_of(page, "<link") == 1);
    CHECK(has(page, "<link rel=\"icon\" href=\"data:,\">"));
}

TEST_CASE("report: write_report makes five files, the same bytes each time, and no half of them") {
    const bitshed::ScratchFolder scratch("reports with blanks and 'quotes'");
    const std::vector<std::string> names = {"report.csv", "report.html", "report.json", "report.md",
                                            "report.svg"};
    std::vector<std::string> first;
    for (const char* folder : {"one", "t\xc3\xbc two"}) {
        REQUIRE(write_report(small_report(), scratch.path() / folder, std::nullopt).ok());
        std::vector<std::string> found;
        std::vector<std::string> texts;
        for (const auto& name : names) {
            texts.push_back(bitshed::read_file(scratch.path() / folder / name).value());
            CHECK_FALSE(texts.back().empty());
        }
        for (const auto& entry : fs::directory_iterator(scratch.path() / folder))
            found.push_back(entry.path().filename().string());
        std::sort(found.begin(), found.end());
        CHECK(found == names);
        if (first.empty()) first = texts;
        CHECK(texts == first);
    }
    REQUIRE(bitshed::write_file(scratch.path() / "file", "in the way").ok());
    const auto refused = write_report(small_report(), scratch.path() / "file", std::nullopt);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == bitshed::ErrorKind::files);
}

TEST_CASE("report: the scripts of the page are missed by name, with how to get them") {
    const bitshed::ScratchFolder scratch("assets");
    for (const std::string name : {"vega", "vega-lite"}) {
        REQUIRE(bitshed::write_file(scratch.path() / name / (name + ".min.js"), "x").ok());
        REQUIRE(bitshed::write_file(scratch.path() / name / "LICENSE", "y").ok());
    }
    const auto missing = bitshed::flows::read_page_scripts(scratch.path());
    REQUIRE_FALSE(missing.ok());
    CHECK(has(missing.error().complaints[0].problem, "vega-embed is not in"));
    CHECK(has(missing.error().complaints[0].allowed, "setup.sh"));
    REQUIRE(bitshed::write_file(scratch.path() / "vega-embed/vega-embed.min.js", "z").ok());
    CHECK_FALSE(bitshed::flows::read_page_scripts(scratch.path()).ok());  // no licence
    REQUIRE(bitshed::write_file(scratch.path() / "vega-embed/LICENSE", "y").ok());
    const auto found = bitshed::flows::read_page_scripts(scratch.path());
    REQUIRE(found.ok());
    CHECK(found.value().texts == std::vector<std::string>{"x", "x", "z"});
}
