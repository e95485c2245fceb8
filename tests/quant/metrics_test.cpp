#include "quant/metrics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "quant/engine.hpp"

using namespace bitshed::quant;

TEST_CASE("accuracy: counts, ratios and divergences of four images worked out by hand") {
    // Two classes; logits (0, ln 3) give probabilities 1/4 and 3/4.
    const auto ln3 = static_cast<float>(std::log(3.0));
    const std::vector<float> reference = {ln3, 0, 0, ln3, ln3, 0, 0, ln3};
    const std::vector<float> quantized = {ln3, 0, ln3, 0, ln3, 0, 0, ln3};
    const std::vector<std::int64_t> labels = {0, 0, 1, 1};
    AccuracyCount count;
    // In two parts: what was counted before stays.
    count.add({reference.data(), 2}, {quantized.data(), 2}, {labels.data(), 1}, 2);
    count.add({reference.data() + 2, 6}, {quantized.data() + 2, 6}, {labels.data() + 1, 3}, 2);
    const Accuracy accuracy = count.accuracy();
    CHECK(accuracy.images == 4);
    CHECK(accuracy.top1 == 75);       // images 0, 1 and 3
    CHECK(accuracy.top1_fp32 == 50);  // images 0 and 3
    CHECK(accuracy.agreement == 75);  // all but image 1
    // Image 1: sum p ln(p / q) = 1/4 ln(1/3) + 3/4 ln 3 = 1/2 ln 3; a quarter of it is the mean.
    CHECK(accuracy.kl == Approx(std::log(3.0) / 8));
    // Signal 4 ln3^2, noise 2 ln3^2.
    CHECK(*accuracy.sqnr_db == Approx(10 * std::log10(2.0)));
    const double right = -std::log(0.75);
    const double wrong = -std::log(0.25);
    CHECK(accuracy.cross_entropy == Approx((3 * right + wrong) / 4));
    CHECK(accuracy.cross_entropy_fp32 == Approx((2 * right + 2 * wrong) / 4));
    CHECK(accuracy.top1_change_interval.low < 25);
    CHECK(accuracy.top1_change_interval.high > 25);
}

TEST_CASE("accuracy: logits of hundreds do not overflow, and equal ones have no noise") {
    const std::vector<float> logits = {800, 0, -800, 3, 3, 3};
    AccuracyCount count;
    count.add(logits, logits, std::vector<std::int64_t>{0, 1}, 3);
    const Accuracy accuracy = count.accuracy();
    CHECK_FALSE(accuracy.sqnr_db.has_value());
    CHECK(accuracy.kl == 0);
    CHECK(accuracy.top1 == 50);  // of equal logits the first class is said
    CHECK(accuracy.cross_entropy == Approx(std::log(3.0) / 2));
}

TEST_CASE("Wilson's interval: values of R's prop.test without correction") {
    CHECK(wilson_interval(8, 10).low == Approx(49.0162).epsilon(1e-5));
    CHECK(wilson_interval(8, 10).high == Approx(94.3318).epsilon(1e-5));
    CHECK(wilson_interval(0, 10).low == 0);
    CHECK(wilson_interval(0, 10).high == Approx(27.7533).epsilon(1e-5));
    CHECK(wilson_interval(10, 10).high == 100);
}

TEST_CASE("the paired interval: only images that one network gets right widen it") {
    CHECK(paired_interval(0, 0, 1000).low == 0);
    CHECK(paired_interval(0, 0, 1000).high == 0);
    // b = 10, c = 30, n = 1000: -2 %, standard error sqrt(40 - 400 / 1000) / 1000 = 0.62929 %.
    CHECK(paired_interval(10, 30, 1000).low == Approx(-3.23338).epsilon(1e-5));
    CHECK(paired_interval(10, 30, 1000).high == Approx(-0.76662).epsilon(1e-5));
}

TEST_CASE("draw: different numbers below the pool, by the seed alone") {
    const auto drawn = draw(300, 1000, 7);
    CHECK(drawn == draw(300, 1000, 7));
    CHECK(drawn != draw(300, 1000, 8));
    const std::set<std::size_t> different(drawn.begin(), drawn.end());
    CHECK(different.size() == 300);
    CHECK(*different.rbegin() < 1000);
    CHECK(*different.rbegin() > 900);  // from all of the pool: missed by chance once in 10^16
    CHECK(draw(5, 3, 1) == std::vector<std::size_t>{0, 1, 2});
}
