// How well a quantized network does, beside the same network in float32. Knows neither networks nor
// LibTorch: it compares logits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace bitshed::quant {

/// An interval that holds the true value with a confidence of 95 %.
struct Interval {
    double low = 0;
    double high = 0;
};

/// What came out over a set of images.
struct Accuracy {
    std::int64_t images = 0;
    double top1 = 0;              ///< percent of images whose greatest logit is their label's
    double top1_fp32 = 0;         ///< the same of the float32 network
    double agreement = 0;         ///< percent of images for which both networks say the same class
    Interval top1_interval;       ///< Wilson's score interval of a proportion
    Interval top1_fp32_interval;  ///< the same
    Interval agreement_interval;  ///< the same
    Interval top1_change_interval;  ///< of top1 - top1_fp32, paired: it counts images that only one
                                    ///< of the networks gets right
    /// Of the logits: 10 log10(sum of squares / sum of squared differences); nothing where there is
    /// no difference.
    std::optional<double> sqnr_db;
    /// The mean over the images of sum p ln(p / q), p and q the softmax of the float32 and of the
    /// quantized logits, in nats.
    double kl = 0;
    double cross_entropy = 0;       ///< the mean of -ln q(label), in nats
    double cross_entropy_fp32 = 0;  ///< the same of the float32 network
};

/// Gathers what Accuracy tells. Ties between greatest logits go to the lower class.
class AccuracyCount {
  public:
    /// Logits of images, `classes` of each, one image behind the other; a label is below `classes`.
    void add(std::span<const float> reference, std::span<const float> quantized,
             std::span<const std::int64_t> labels, std::size_t classes);
    [[nodiscard]] Accuracy accuracy() const;

  private:
    std::int64_t images_ = 0;
    std::int64_t right_ = 0;
    std::int64_t right_fp32_ = 0;
    std::int64_t agreed_ = 0;
    std::int64_t gained_ = 0;  ///< right, and wrong in float32
    std::int64_t lost_ = 0;    ///< wrong, and right in float32
    double signal_ = 0;
    double noise_ = 0;
    double divergence_ = 0;
    double entropy_ = 0;
    double entropy_fp32_ = 0;
};

/// Wilson's score interval of `count` out of `of` (above 0), in percent. Source: Wilson 1927,
/// eq. 1.
Interval wilson_interval(std::int64_t count, std::int64_t of);
/// The interval of (gained - lost) / of, in percent, from the variance of a paired difference.
Interval paired_interval(std::int64_t gained, std::int64_t lost, std::int64_t of);

}  // namespace bitshed::quant
