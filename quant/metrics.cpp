#include "quant/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// The standard normal's quantile at 97.5 %.
constexpr double two_sided_95 = 1.959963984540054;

/// ln softmax, in double.
std::vector<double> log_softmax(std::span<const float> logits) {
    const double greatest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit - greatest);
    const double shift = greatest + std::log(sum);
    std::vector<double> logs;
    for (const float logit : logits) logs.push_back(logit - shift);
    return logs;
}

std::int64_t greatest_of(std::span<const float> logits) {
    return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

double percent(double part, std::int64_t of) {
    return 100 * part / static_cast<double>(of);
}

}  // namespace

Interval wilson_interval(std::int64_t count, std::int64_t of) {
    const auto n = static_cast<double>(of);
    const double p = static_cast<double>(count) / n;
    const double z2 = two_sided_95 * two_sided_95;
    const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    const double reach =
        two_sided_95 / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    // At the ends the formula says 0 and 1 but for rounding.
    return {count == 0 ? 0 : 100 * (middle - reach), count == of ? 100 : 100 * (middle + reach)};
}

Interval paired_interval(std::int64_t gained, std::int64_t lost, std::int64_t of) {
    const auto n = static_cast<double>(of);
    const auto b = static_cast<double>(gained);
    const auto c = static_cast<double>(lost);
    const double change = (b - c) / n;
    const double reach = two_sided_95 * std::sqrt(std::max(0.0, b + c - (b - c) * (b - c) / n)) / n;
    return {100 * (change - reach), 100 * (change + reach)};
}

void AccuracyCount::add(std::span<const float> reference, std::span<const float> quantized,
                        std::span<const std::int64_t> labels, std::size_t classes) {
    check(reference.size() == labels.size() * classes && quantized.size() == reference.size(),
          "there are logits for every label");
    for (std::size_t image = 0; image < labels.size(); ++image) {
        const auto p = reference.subspan(image * classes, classes);
        const auto q = quantized.subspan(image * classes, classes);
        const auto label = static_cast<std::size_t>(labels[image]);
        check(label < classes, "a label is a class");
        const std::int64_t said = greatest_of(q);
        const std::int64_t said_fp32 = greatest_of(p);
        const bool right = said == labels[image];
        const bool right_fp32 = said_fp32 == labels[image];
        ++images_;
        right_ += right ? 1 : 0;
        right_fp32_ += right_fp32 ? 1 : 0;
        agreed_ += said == said_fp32 ? 1 : 0;
        gained_ += right && !right_fp32 ? 1 : 0;
        lost_ += !right && right_fp32 ? 1 : 0;
        const auto log_p = log_softmax(p);
        const auto log_q = log_softmax(q);
        for (std::size_t of = 0; of < classes; ++of) {
            const double difference = double{p[of]} - double{q[of]};
            signal_ += double{p[of]} * double{p[of]};
            noise_ += difference * difference;
            divergence_ += std::exp(log_p[of]) * (log_p[of] - log_q[of]);
        }
        entropy_ -= log_q[label];
        entropy_fp32_ -= log_p[label];
    }
}

Accuracy AccuracyCount::accuracy() const {
    check(images_ > 0, "images were counted");
    const auto n = static_cast<double>(images_);
    Accuracy accuracy;
    accuracy.images = images_;
    accuracy.top1 = percent(static_cast<double>(right_), images_);
    accuracy.top1_fp32 = percent(static_cast<double>(right_fp32_), images_);
    accuracy.agreement = percent(static_cast<double>(agreed_), images_);
    accuracy.top1_interval = wilson_interval(right_, images_);
    accuracy.top1_fp32_interval = wilson_interval(right_fp32_, images_);
    accuracy.agreement_interval = wilson_interval(agreed_, images_);
    accuracy.top1_change_interval = paired_interval(gained_, lost_, images_);
    if (noise_ > 0 && signal_ > 0) accuracy.sqnr_db = 10 * std::log10(signal_ / noise_);
    // Rounding may leave a divergence of 0 a little below it.
    accuracy.kl = std::max(0.0, divergence_ / n);
    accuracy.cross_entropy = entropy_ / n;
    accuracy.cross_entropy_fp32 = entropy_fp32_ / n;
    return accuracy;
}

}  // namespace bitshed::quant
