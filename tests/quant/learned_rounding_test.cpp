// Learned rounding on matrices: what it may choose, where it starts, and what it gains.
#include "quant/techniques/learned_rounding.hpp"

#include <catch2/catch.hpp>

#include "matrices.hpp"
#include "quant/techniques/gptq.hpp"
#include "quant/techniques/neighbours.hpp"
#include "quant/techniques/weight_matrix.hpp"

namespace {

using bitshed::quant::gptq;
using bitshed::quant::learn_rounding;
using bitshed::quant::LearnedWeights;
using bitshed::quant::Learning;
using bitshed::quant::neighbours;
using bitshed::quant::output_errors;
using bitshed::quant::Quantizer;

const std::vector<std::string>& formats() {
    static const std::vector<std::string> names = {"int2", "int3",   "int4",     "int8",    "uint4",
                                                   "e1m1", "e2m0",   "e2m1",     "e3m0",    "e2m3",
                                                   "e4m3", "e4m3fn", "e5m2ieee", "e4m3fnuz"};
    return names;
}

struct Sides {
    at::Tensor below;
    at::Tensor above;
    at::Tensor fraction;
};

Sides sides_of(const Quantizer& quantizer, const at::Tensor& weight,
               const std::vector<float>& scales) {
    Sides sides{at::empty_like(weight), at::empty_like(weight), at::empty_like(weight)};
    neighbours(quantizer, matrices::numbers(weight), matrices::rows_of(weight), scales,
               matrices::numbers(sides.below), matrices::numbers(sides.above),
               matrices::numbers(sides.fraction));
    return sides;
}

double total(const at::Tensor& errors) {
    return errors.sum().item<double>();
}

LearnedWeights learned(const at::Tensor& weight, const at::Tensor& start, const at::Tensor& gram,
                       const Quantizer& quantizer, const std::vector<float>& scales,
                       const Learning& how = {}) {
    auto made = learn_rounding(weight, start, gram, quantizer, scales, how);
    REQUIRE(made);
    return made.value();
}

/// The least error that any choice of neighbours has: each row's, found by trying all 2^columns.
double least_error(const at::Tensor& weight, const at::Tensor& gram, const Sides& sides) {
    const std::int64_t columns = weight.size(2);
    double sum = 0;
    for (std::int64_t row = 0; row < weight.size(1); ++row) {
        const at::Tensor choices = at::arange(std::int64_t{1} << columns)
                                       .unsqueeze(1)
                                       .bitwise_and(at::pow(2, at::arange(columns))) != 0;
        const at::Tensor tried = at::where(choices, sides.above[0][row], sides.below[0][row]);
        sum += output_errors(weight[0][row].expand_as(tried).unsqueeze(0), tried.unsqueeze(0), gram)
                   .min()
                   .item<double>();
    }
    return sum;
}

}  // namespace

TEST_CASE("learned rounding: starts at the fraction of the format's own step") {
    // Before anything is learned, h >= 1/2 is nearest rounding; a start from the fraction of
    // weight / scale would not be, in a format whose steps grow.
    for (const std::string& format : formats()) {
        const Quantizer to = matrices::quantizer(format);
        const at::Tensor weight = matrices::normal({1, 16, 50}, 1);
        const auto scales = matrices::scales(to, weight);
        // An error of nothing but what is learned: the weight is not the start, so that better
        // than nearest is told from the start's.
        const at::Tensor far = weight + 100 * matrices::normal({1, 16, 50}, 2);
        const at::Tensor gram = matrices::correlated_gram(1, 50, 100, 3);
        const auto made = learned(far, weight, gram, to, scales, {.iterations = 0});
        INFO(format);
        CHECK(made.quantized.equal(matrices::nearest(to, weight, scales)));
        CHECK(made.learned == 0);
    }
}

TEST_CASE("learned rounding: chooses neighbours, decides, and beats nearest rounding") {
    for (const std::string& format : formats()) {
        const Quantizer to = matrices::quantizer(format);
        const at::Tensor weight = matrices::normal({2, 16, 40}, 11);
        const at::Tensor gram = matrices::correlated_gram(2, 40, 200, 12);
        const auto scales = matrices::scales(to, weight);
        const Sides sides = sides_of(to, weight, scales);
        const auto made = learned(weight, weight, gram, to, scales);
        const auto error = output_errors(weight, made.quantized, gram);
        const auto nearest = output_errors(weight, matrices::nearest(to, weight, scales), gram);
        INFO(format << ": nearest " << total(nearest) << ", learned " << total(error) << " in "
                    << made.learned << " rows, undecided " << made.undecided);
        CHECK(made.quantized.eq(sides.below)
                  .logical_or_(made.quantized.eq(sides.above))
                  .all()
                  .item<bool>());
        CHECK(made.undecided < weight.numel() / 30);
        CHECK(made.learned == error.lt(nearest).sum().item<std::int64_t>());
        CHECK(error.le(nearest).all().item<bool>());
        CHECK(total(error) < 0.9 * total(nearest));
    }
}

TEST_CASE("learned rounding: comes near the best of all choices") {
    for (const std::string format : {"int3", "e2m1", "e3m0"}) {
        const Quantizer to = matrices::quantizer(format);
        const at::Tensor weight = matrices::normal({1, 12, 10}, 21);
        const at::Tensor gram = matrices::correlated_gram(1, 10, 200, 22);
        const auto scales = matrices::scales(to, weight);
        const auto made = learned(weight, weight, gram, to, scales);
        const double least = least_error(weight, gram, sides_of(to, weight, scales));
        const double nearest =
            total(output_errors(weight, matrices::nearest(to, weight, scales), gram));
        const double error = total(output_errors(weight, made.quantized, gram));
        INFO(format << ": nearest " << nearest << ", learned " << error << ", best " << least);
        CHECK(error >= least * (1 - 1e-9));
        CHECK(error - least < 0.4 * (nearest - least));
    }
}

TEST_CASE("learned rounding: a row that is no better keeps what is nearest") {
    const Quantizer to = matrices::quantizer("e2m1");
    const at::Tensor weight = matrices::normal({1, 64, 6}, 31);
    const at::Tensor gram = matrices::correlated_gram(1, 6, 100, 32);
    const auto scales = matrices::scales(to, weight);
    const at::Tensor nearest = matrices::nearest(to, weight, scales);
    // Steps so large that the first decides.
    const auto made =
        learned(weight, weight, gram, to, scales, {.iterations = 2, .rate = 10, .warm_start = 1});
    const auto error = output_errors(weight, made.quantized, gram);
    CHECK(error.le(output_errors(weight, nearest, gram)).all().item<bool>());
    CHECK(made.learned < 60);
    CHECK(made.quantized.eq(nearest).all(2).sum().item<std::int64_t>() == 64 - made.learned);
}

TEST_CASE("learned rounding: the scale of weights and inputs does not matter") {
    const Quantizer to = matrices::quantizer("e2m1");
    const at::Tensor weight = matrices::normal({1, 8, 30}, 51);
    const at::Tensor gram = matrices::correlated_gram(1, 30, 100, 52);
    const auto scales = matrices::scales(to, weight);
    auto small_scales = scales;
    for (float& scale : small_scales) scale /= 1024;
    const auto made = learned(weight, weight, gram, to, scales);
    const at::Tensor small = weight / 1024;
    const auto made_small = learned(small, small, gram * 64, to, small_scales);
    CHECK(made.learned > 0);
    CHECK((made_small.quantized * 1024).equal(made.quantized));
}

TEST_CASE("learned rounding: on top of GPTQ it is never worse than GPTQ, and better in sum") {
    for (const std::string format : {"int3", "int4", "e2m1", "e3m0"}) {
        const Quantizer to = matrices::quantizer(format);
        const at::Tensor weight = matrices::normal({2, 16, 40}, 41);
        const at::Tensor gram = matrices::correlated_gram(2, 40, 200, 42);
        const auto scales = matrices::scales(to, weight);
        const auto first = gptq(weight, gram, to, scales);
        REQUIRE(first);
        const auto made = learned(weight, first.value().compensated, gram, to, scales);
        const auto before = output_errors(weight, first.value().quantized, gram);
        const auto error = output_errors(weight, made.quantized, gram);
        INFO(format << ": GPTQ " << total(before) << ", learned from there " << total(error));
        CHECK(error.le(before).all().item<bool>());
        CHECK(total(error) < 0.95 * total(before));
    }
}
