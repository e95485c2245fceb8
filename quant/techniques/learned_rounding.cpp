#include "quant/techniques/learned_rounding.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "quant/techniques/neighbours.hpp"
#include "quant/techniques/weight_matrix.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

constexpr double stretch = 1.2;  ///< of the sigmoid, whose ends then lie beyond 0 and 1
constexpr double beyond = 0.1;
constexpr double decided = 0.01;  ///< how near to 0 or 1 an h is at an end

std::span<float> numbers_of(const at::Tensor& tensor) {
    return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

/// Adam, with its usual constants, for one tensor.
class Adam {
  public:
    Adam(const at::Tensor& values, double rate)
        : values_(values),
          mean_(at::zeros_like(values)),
          square_(at::zeros_like(values)),
          rate_(rate) {}

    void step(const at::Tensor& gradient) {
        constexpr double keep_mean = 0.9;
        constexpr double keep_square = 0.999;
        constexpr double least = 1e-8;
        ++steps_;
        mean_.mul_(keep_mean).add_(gradient, 1 - keep_mean);
        square_.mul_(keep_square).addcmul_(gradient, gradient, 1 - keep_square);
        const double of_mean = 1 - std::pow(keep_mean, steps_);
        const double of_square = 1 - std::pow(keep_square, steps_);
        const at::Tensor size = (square_ / of_square).sqrt_().add_(least);
        values_.addcdiv_(mean_, size, -rate_ / of_mean);
    }

  private:
    at::Tensor values_;
    at::Tensor mean_;
    at::Tensor square_;
    double rate_;
    int steps_ = 0;
};

/// Where the sharpness b stands after so many iterations; nothing in the warm start.
std::optional<double> sharpness_at(int iteration, const Learning& how) {
    const double warm = how.warm_start * how.iterations;
    if (iteration < warm) return std::nullopt;
    const double part = (iteration - warm) / (how.iterations - warm);
    return how.first_sharpness + (how.last_sharpness - how.first_sharpness) * part;
}

/// The h of all weights, learned. `unit` is what an error is measured in, for each row; a row whose
/// unit is 0 learns nothing but to decide.
at::Tensor learn(const at::Tensor& weight, const at::Tensor& below, const at::Tensor& step,
                 const at::Tensor& fraction, const at::Tensor& gram, const at::Tensor& unit,
                 const Learning& how) {
    const at::Tensor from_start = below - weight;
    const at::Tensor columns = gram.to(at::kFloat);
    const at::Tensor slope =
        at::where(unit > 0, 2 / unit, at::zeros_like(unit)).to(at::kFloat).unsqueeze(2) * step;
    const at::Tensor v = at::logit((fraction + beyond) / stretch);
    const auto stretched = [](const at::Tensor& s) { return s * stretch - beyond; };
    Adam adam(v, how.rate);
    for (int iteration = 0; iteration < how.iterations; ++iteration) {
        const at::Tensor s = at::sigmoid(v);
        const at::Tensor open = stretched(s);
        const at::Tensor h = open.clamp(0, 1);
        at::Tensor gradient = at::bmm(at::addcmul(from_start, h, step), columns).mul_(slope);
        if (const auto b = sharpness_at(iteration, how)) {
            const at::Tensor off = h * 2 - 1;
            gradient.sub_(off.abs().pow_(*b - 1).mul_(off.sign()), 2 * *b * how.decision);
        }
        gradient.mul_((open >= 0).logical_and_(open <= 1)).mul_(s * (1 - s) * stretch);
        adam.step(gradient);
    }
    return stretched(at::sigmoid(v)).clamp_(0, 1);
}

}  // namespace

Result<LearnedWeights> learn_rounding(const at::Tensor& weight, const at::Tensor& start,
                                      const at::Tensor& gram, const Quantizer& quantizer,
                                      std::span<const float> scales, const Learning& how) {
    check(static_cast<std::int64_t>(scales.size()) == start.size(0) * start.size(1),
          "every row has a scale");
    const Slices rows{
        .outer = 1, .count = scales.size(), .inner = static_cast<std::size_t>(start.size(2))};
    const at::Tensor from = start.contiguous();
    const at::Tensor nearest = at::empty_like(from);
    const auto rounded = quantizer.quantize(numbers_of(from), rows, scales, numbers_of(nearest));
    if (!rounded) return rounded.error();
    const at::Tensor below = at::empty_like(from);
    const at::Tensor above = at::empty_like(from);
    const at::Tensor fraction = at::empty_like(from);
    neighbours(quantizer, numbers_of(from), rows, scales, numbers_of(below), numbers_of(above),
               numbers_of(fraction));
    const at::Tensor nearest_errors = output_errors(weight, nearest, gram);
    const at::Tensor unit = nearest_errors / static_cast<double>(start.size(2));
    const at::Tensor h = learn(weight, below, above - below, fraction, gram, unit, how);
    const at::Tensor learned = at::where(h >= 0.5, above, below);
    const at::Tensor better = output_errors(weight, learned, gram) < nearest_errors;
    return LearnedWeights{
        .quantized = at::where(better.unsqueeze(2), learned, nearest),
        .learned = better.sum().item<std::int64_t>(),
        .undecided = (h > decided).logical_and_(h < 1 - decided).sum().item<std::int64_t>()};
}

}  // namespace bitshed::quant
