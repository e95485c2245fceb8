// GPTQ on matrices, beside an implementation that takes the long way.
#include "quant/techniques/gptq.hpp"

#include <catch2/catch.hpp>

#include "matrices.hpp"
#include "quant/techniques/weight_matrix.hpp"

namespace {

using bitshed::quant::gptq;
using bitshed::quant::gptq_damping;
using bitshed::quant::output_errors;
using bitshed::quant::Quantizer;

using Matrix = std::vector<std::vector<double>>;

/// The inverse by Gauss and Jordan's elimination, with pivots.
Matrix inverse_of(Matrix a) {
    const std::size_t n = a.size();
    Matrix inverse(n, std::vector<double>(n, 0));
    for (std::size_t i = 0; i < n; ++i) inverse[i][i] = 1;
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t pivot = i;
        for (std::size_t k = i; k < n; ++k)
            if (std::fabs(a[k][i]) > std::fabs(a[pivot][i])) pivot = k;
        std::swap(a[i], a[pivot]);
        std::swap(inverse[i], inverse[pivot]);
        const double divisor = a[i][i];
        for (std::size_t j = 0; j < n; ++j) {
            a[i][j] /= divisor;
            inverse[i][j] /= divisor;
        }
        for (std::size_t k = 0; k < n; ++k) {
            const double times = k == i ? 0 : a[k][i];
            for (std::size_t j = 0; j < n; ++j) {
                a[k][j] -= times * a[i][j];
                inverse[k][j] -= times * inverse[i][j];
            }
        }
    }
    return inverse;
}

/// One row of weights, from the definition of optimal brain surgery: with the columns left, j the
/// first of them, and M the inverse of what is left of H, all of them change by
/// -(w_j - q_j) / M_00 * (column 0 of M).
std::vector<float> row_the_long_way(std::vector<double> w, const Matrix& h,
                                    const Quantizer& quantizer, float scale) {
    std::vector<float> rounded;
    for (std::size_t j = 0; j < w.size(); ++j) {
        Matrix left;
        for (std::size_t k = j; k < w.size(); ++k)
            left.emplace_back(h[k].begin() + static_cast<std::ptrdiff_t>(j), h[k].end());
        const Matrix m = inverse_of(left);
        const auto number = static_cast<float>(w[j]);
        float q = 0;
        REQUIRE(quantizer.quantize({&number, 1}, scale, {&q, 1}));
        const double error = (w[j] - double{q}) / m[0][0];
        for (std::size_t k = j; k < w.size(); ++k) w[k] -= error * m[k - j][0];
        rounded.push_back(q);
    }
    return rounded;
}

Matrix damped(const at::Tensor& gram) {
    const auto n = static_cast<std::size_t>(gram.size(0));
    const at::Tensor dense = gram.contiguous();
    const double* const from = dense.data_ptr<double>();
    Matrix h(n, std::vector<double>(n));
    double mean = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) h[i][j] = 2 * from[i * n + j];
        mean += h[i][i] / static_cast<double>(n);
    }
    for (std::size_t i = 0; i < n; ++i) h[i][i] += gptq_damping * mean;
    return h;
}

/// Compares a matrix with the long way, row by row; gives how many weights differ from nearest.
int compare_with_the_long_way(const at::Tensor& weight, const at::Tensor& gram,
                              const std::string& format) {
    const Quantizer to = matrices::quantizer(format);
    const auto scales = matrices::scales(to, weight);
    const auto made = gptq(weight, gram, to, scales);
    REQUIRE(made);
    const auto quantized = matrices::numbers(made.value().quantized);
    const auto columns = static_cast<std::size_t>(weight.size(2));
    for (std::int64_t group = 0; group < weight.size(0); ++group) {
        const Matrix h = damped(gram[group]);
        for (std::int64_t row = 0; row < weight.size(1); ++row) {
            const auto at = static_cast<std::size_t>(group * weight.size(1) + row);
            const auto from = matrices::numbers(weight).subspan(at * columns, columns);
            const auto expected = row_the_long_way({from.begin(), from.end()}, h, to, scales[at]);
            const auto got = quantized.subspan(at * columns, columns);
            CHECK(std::vector<float>(got.begin(), got.end()) == expected);
        }
    }
    return static_cast<int>(made.value()
                                .quantized.ne(matrices::nearest(to, weight, scales))
                                .sum()
                                .item<std::int64_t>());
}

}  // namespace

TEST_CASE("GPTQ: two columns by hand") {
    // H = 2 * {{1, 1/2}, {1/2, 1}} and 0.02 on the diagonal: {{2.02, 1}, {1, 2.02}}. Rounding 0.4
    // to 0 is made up for by 0.4 * H_01 / H_11 = 0.4 / 2.02 = 0.198 in the other weight: 0.4 +
    // 0.198 rounds to 1, where nearest would give 0.
    const at::Tensor weight = at::tensor({0.4F, 0.4F}).reshape({1, 1, 2});
    const at::Tensor gram = at::tensor({1.0, 0.5, 0.5, 1.0}, at::kDouble).reshape({1, 2, 2});
    const std::vector<float> scale = {1};
    const auto made = gptq(weight, gram, matrices::quantizer("int4"), scale);
    REQUIRE(made);
    const auto quantized = matrices::numbers(made.value().quantized);
    CHECK(std::vector<float>(quantized.begin(), quantized.end()) == std::vector<float>{0, 1});
    const auto compensated = matrices::numbers(made.value().compensated);
    CHECK(compensated[0] == 0.4F);
    CHECK(compensated[1] == Approx(0.4 + 0.4 / 2.02));
}

TEST_CASE("GPTQ: the same as the long way over two and three columns and groups of nine") {
    int moved = 0;
    for (const std::string format : {"int3", "int4", "e2m1", "e3m0", "e1m1", "e4m3fn"}) {
        moved += compare_with_the_long_way(matrices::normal({1, 20, 2}, 1),
                                           matrices::correlated_gram(1, 2, 30, 2), format);
        moved += compare_with_the_long_way(matrices::normal({1, 20, 3}, 3),
                                           matrices::correlated_gram(1, 3, 30, 4), format);
        moved += compare_with_the_long_way(matrices::normal({7, 2, 9}, 5),
                                           matrices::correlated_gram(7, 9, 30, 6), format);
    }
    CHECK(moved > 100);  // else it would only be compared with rounding to nearest
}

TEST_CASE("GPTQ: the same as the long way over more columns than a block has") {
    CHECK(compare_with_the_long_way(matrices::normal({1, 2, 150}, 7),
                                    matrices::correlated_gram(1, 150, 400, 8), "e2m1") > 30);
}

TEST_CASE("GPTQ: nearest rounding where inputs are uncorrelated or 0") {
    const at::Tensor weight = matrices::normal({2, 8, 140}, 11);
    const at::Tensor powers = matrices::normal({2, 140}, 12).to(at::kDouble).square();
    at::Tensor some = powers.clone();
    some.narrow(1, 20, 90).zero_();
    for (const at::Tensor& diagonal : {powers, some, at::zeros_like(powers)}) {
        for (const std::string format : {"int4", "e2m1"}) {
            const Quantizer to = matrices::quantizer(format);
            const auto scales = matrices::scales(to, weight);
            const auto made = gptq(weight, at::diag_embed(diagonal), to, scales);
            REQUIRE(made);
            CHECK(made.value().quantized.equal(matrices::nearest(to, weight, scales)));
            CHECK(made.value().compensated.equal(weight));
        }
    }
}

TEST_CASE("GPTQ: less output error than nearest rounding over correlated inputs") {
    for (const std::string format : {"int3", "int4", "int8", "e2m1", "e3m0", "e1m1", "e4m3"}) {
        const Quantizer to = matrices::quantizer(format);
        double nearest_sum = 0;
        double sum = 0;
        for (std::uint32_t seed = 0; seed < 10; ++seed) {
            const at::Tensor weight = matrices::normal({2, 16, 40}, 100 * seed);
            const at::Tensor gram = matrices::correlated_gram(2, 40, 200, 100 * seed + 50);
            const auto scales = matrices::scales(to, weight);
            const auto made = gptq(weight, gram, to, scales);
            REQUIRE(made);
            const at::Tensor rounded = matrices::nearest(to, weight, scales);
            nearest_sum += output_errors(weight, rounded, gram).sum().item<double>();
            sum += output_errors(weight, made.value().quantized, gram).sum().item<double>();
        }
        INFO(format << ": nearest " << nearest_sum << ", GPTQ " << sum);
        CHECK(sum < 0.7 * nearest_sum);
        CHECK(sum > 0);
    }
}
