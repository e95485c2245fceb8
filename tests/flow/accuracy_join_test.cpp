// Accuracy beside cost: which rows meet, which are on a front, and which pair is the answer.
#include <catch2/catch.hpp>

#include "flows/accuracy_join.hpp"
#include "flows/accuracy_output.hpp"
#include "report_rows.hpp"

using namespace bitshed::flows;
using bitshed::tests::measured_row;

namespace {

AccuracyRow accuracy(const std::string& model, const std::string& weight, const std::string& recipe,
                     double top1, long memory) {
    AccuracyRow row;
    row.model = model;
    row.weight = row.activation = weight;
    row.recipe = row.used = recipe;
    row.measured = "measured";
    row.top1 = top1;
    row.top1_fp32 = 80;
    row.weight_memory_bits = memory;
    row.activation_memory_bits = 0;
    return row;
}

Report small() {
    Report report;
    report.rows = {measured_row("mac_e2m1", "e2m1", "e2m1", 51, 100),
                   measured_row("mac_int4", "int4", "int4", 40, 130),
                   measured_row("mac_int4_s1", "int4", "int4", 45, 200),
                   measured_row("mac_e4m3", "e4m3", "e4m3", 190, 50)};
    report.accuracies = {
        accuracy("net", "e2m1", "none", 78, 400), accuracy("net", "e2m1", "gptq", 79.25, 400),
        accuracy("net", "int4", "none", 77, 400), accuracy("net", "e4m3", "none", 79.25, 800),
        accuracy("net", "int8", "none", 80, 800)};
    return report;
}

}  // namespace

TEST_CASE("join: the best recipe of a pair meets its cheapest unit") {
    const Report report = small();
    const Join made = join(report.accuracies, report.rows);
    REQUIRE(made.rows.size() == 4);
    // Without a target comes first: int8 was measured nowhere.
    CHECK(report.accuracies[made.rows[0].accuracy].weight == "int8");
    CHECK_FALSE(made.rows[0].cost.has_value());
    CHECK(made.rows[1].accuracy == 1);
    CHECK(report.rows[made.rows[1].cost.value()].module == "mac_e2m1");
    CHECK(report.rows[made.rows[2].cost.value()].module == "mac_int4");
    CHECK(made.rows[3].cost == std::size_t{3});
}

TEST_CASE("join: a front has what nothing beats, in cost and in memory") {
    const Report report = small();
    const auto rows = join(report.accuracies, report.rows).rows;
    // int8, e2m1, int4, e4m3. e4m3 is as good as e2m1 and dearer; int8 has no cost.
    CHECK_FALSE(rows[0].on_cost_front);
    CHECK(rows[1].on_cost_front);
    CHECK(rows[2].on_cost_front);
    CHECK_FALSE(rows[3].on_cost_front);
    CHECK(rows[0].on_memory_front);
    CHECK(rows[1].on_memory_front);
    CHECK_FALSE(rows[2].on_memory_front);
    CHECK_FALSE(rows[3].on_memory_front);
}

TEST_CASE("join: the answer is the cheapest within a point, or that there is none") {
    Report report = small();
    auto answers = join(report.accuracies, report.rows).cheapest;
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].target == "ice40-hx8k");
    CHECK(answers[0].joined == std::size_t{1});
    CHECK(cheapest_words(report, join(report.accuracies, report.rows)) ==
          std::vector<std::string>{
              "net on ice40-hx8k: e2m1 * e2m1, 51 LUTs, top-1 79.25 (float 80.00)"});
    // A loss of exactly a point is within a point.
    report.accuracies[2].top1 = 79;
    CHECK(join(report.accuracies, report.rows).cheapest[0].joined == std::size_t{2});
    for (auto& row : report.accuracies) row.top1 = 10;
    CHECK_FALSE(join(report.accuracies, report.rows).cheapest[0].joined.has_value());
    CHECK(cheapest_words(report, join(report.accuracies, report.rows))[0] ==
          "net on ice40-hx8k: none of the pairs that were tried");
}

TEST_CASE("join: units that are wrong and rows without figures take no part") {
    Report report = small();
    report.rows[0].judged = "FAILED";
    report.accuracies[3].top1.reset();
    const auto made = join(report.accuracies, report.rows);
    REQUIRE(made.rows.size() == 3);
    for (const auto& row : made.rows) {
        CHECK((!row.cost || report.rows[*row.cost].module == "mac_int4"));
        CHECK(report.accuracies[row.accuracy].weight != "e4m3");
    }
    CHECK(join({}, report.rows).rows.empty());
}

TEST_CASE("accuracy: a report without it has no section of it, one with it names every pair") {
    Report report = small();
    report.accuracies[2].message = "it <broke> | down";
    report.accuracies[2].model = "net<script>";
    const auto page = accuracy_html(report);
    CHECK(page.find("<script") == std::string::npos);
    CHECK(page.find("net&lt;script&gt;") != std::string::npos);
    CHECK(page.find("<svg") != std::string::npos);
    const auto markdown = accuracy_markdown(report);
    CHECK(markdown.find("it &lt;broke> ? down") != std::string::npos);
    CHECK(markdown.find("| net | e2m1 | e2m1 | gptq | 79.25 | 0.75 |") != std::string::npos);
    CHECK(accuracy_csv(report).find("net,e2m1,e2m1,gptq,gptq,79.25,80,,,,400,400,0,,ice40-hx8k,"
                                    "mac_e2m1,51,100,yes,yes\r\n") != std::string::npos);
    report.accuracies.clear();
    CHECK(accuracy_html(report).empty());
    CHECK(accuracy_markdown(report).empty());
    CHECK(accuracy_table(report, join(report.accuracies, report.rows)).columns.empty());
}
