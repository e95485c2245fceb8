#include "quant/exact_sums.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "format/real.hpp"
#include "golden/mac.hpp"
#include "support/check.hpp"

namespace bitshed::quant {

namespace {

/// A sum's place and operands.
struct Place {
    std::int64_t group = 0, column = 0, row = 0;
    const std::uint8_t* weights = nullptr;
    const std::uint8_t* activations = nullptr;
    std::size_t index = 0;  ///< among the results
};

Place place_of(const LayerCodes& codes, std::size_t sum) {
    const auto rows = static_cast<std::size_t>(codes.weights.size(1));
    const auto columns = static_cast<std::size_t>(codes.activations.size(1));
    const auto terms = static_cast<std::size_t>(codes.terms());
    const std::size_t row = sum % rows;
    const std::size_t column = sum / rows % columns;
    const std::size_t group = sum / rows / columns;
    return {.group = static_cast<std::int64_t>(group),
            .column = static_cast<std::int64_t>(column),
            .row = static_cast<std::int64_t>(row),
            .weights = codes.weights.data_ptr<std::uint8_t>() + (group * rows + row) * terms,
            .activations =
                codes.activations.data_ptr<std::uint8_t>() + (group * columns + column) * terms,
            .index = sum};
}

/// What decides whether a float holds a sum: the magnitude of a code's value, exactly, and the
/// exponent of the greatest power of two that divides it.
struct Magnitude {
    double value = 0;
    int divisor = 0;
};

std::vector<Magnitude> magnitudes_of(const format::Format& format) {
    std::vector<Magnitude> magnitudes;
    for (std::uint32_t code = 0; code <= format::code_mask(format); ++code) {
        const format::Decoded decoded = format::decode(format, code);
        Magnitude magnitude;
        if (decoded.class_ == format::Class::subnormal || decoded.class_ == format::Class::normal) {
            magnitude.value = std::ldexp(decoded.significand, decoded.exponent);
            magnitude.divisor = decoded.exponent + std::countr_zero(decoded.significand);
        }
        magnitudes.push_back(magnitude);
    }
    return magnitudes;
}

/// The products of a sum, without their signs.
struct Products {
    double total = 0;       ///< rounded, if at all, to no less than any 2^53 it reaches
    int divisor = 1 << 20;  ///< of all that are not 0
};

/// A float of `bits` of significand holds every sum of some of the products exactly: all are whole
/// multiples of 2^divisor below 2^(bits + divisor). `total` was added up in double, which holds
/// every such sum too, or else has passed 2^53 multiples and stayed beyond. Numbers below the
/// normal range do not count, lest something flushes them to zero.
bool holds(const Products& products, int bits, int least_exponent, int greatest_exponent) {
    if (products.total == 0) return true;
    return products.total < std::ldexp(1.0, bits + products.divisor) &&
           products.divisor >= least_exponent &&
           products.total < std::ldexp(1.0, greatest_exponent);
}

/// An exact sum as a double, and whether it is one.
struct Sum {
    double value = 0;  ///< within 2^-52 of the sum
    bool is_exact = true;
};

Sum sum_of(const format::Real& real) {
    if (real.class_ == format::Class::zero) return {};
    check(real.class_ == format::Class::normal && !real.sticky, "a sum of finite products");
    format::Integer significand = real.significand;
    constexpr unsigned kept = 62;
    const auto top = static_cast<unsigned>(msb(significand));
    const bool is_exact = top - static_cast<unsigned>(lsb(significand)) < 53;
    const unsigned dropped = top > kept ? top - kept : 0;
    significand >>= dropped;
    const auto magnitude = static_cast<double>(static_cast<std::uint64_t>(significand));
    const double value =
        std::ldexp(magnitude, static_cast<int>(real.exponent) + static_cast<int>(dropped));
    return {.value = real.negative ? -value : value, .is_exact = is_exact};
}

/// Compares one layer's sums, one after the other.
class SumComparison {
  public:
    explicit SumComparison(const LayerCodes& codes)
        : codes_(codes),
          weights_(magnitudes_of(codes.weight)),
          activations_(magnitudes_of(codes.activation)),
          mac_({.weight = codes.weight,
                .activation = codes.activation,
                .accumulator =
                    golden::ExactAccumulator{.bits = golden::least_exact_bits(
                                                 codes.weight, codes.activation, codes.terms()),
                                             .terms = codes.terms()},
                .result = {}}) {
        // Two operands and their product are rounded, then every sum, the bias, and the factor.
        const double roundings = static_cast<double>(codes.terms() + 4) * 0x1p-24;
        bound_ = roundings / (1 - roundings);
        layer_.terms = codes.terms();
        layer_.operands_differing = codes.operands_differing;
    }

    void compare(const Place& place) {
        mac_.clear();
        Products products;
        for (std::int64_t term = 0; term < codes_.terms(); ++term) {
            const std::uint32_t w = place.weights[term];
            const std::uint32_t a = place.activations[term];
            mac_.step({&w, 1}, {&a, 1});
            const double product = weights_[w].value * activations_[a].value;
            if (product == 0) continue;
            products.total += product;
            products.divisor =
                std::min(products.divisor, weights_[w].divisor + activations_[a].divisor);
        }
        if (mac_.special() != golden::Special::finite) {
            ++layer_.special;
            return;
        }
        ++layer_.sums;
        const Sum sum = sum_of(mac_.value());
        count(layer_.float32, holds(products, 24, -126, 128), sum,
              codes_.float32.data_ptr<float>()[place.index]);
        count(layer_.float64, holds(products, 53, -1022, 1024), sum,
              codes_.float64.data_ptr<double>()[place.index]);
        compare_result(place, sum.value, products.total);
    }

    BitTrueLayer conclude() {
        if (relatives_ > 0) {
            layer_.greatest_relative = greatest_relative_;
            layer_.mean_relative = sum_of_relatives_ / static_cast<double>(relatives_);
        }
        return layer_;
    }

  private:
    static void count(KernelSums& sums, bool holds_it, const Sum& exact, double got) {
        const bool equal = exact.is_exact && got == exact.value;
        sums.exact += holds_it ? 1 : 0;
        sums.equal += equal ? 1 : 0;
        sums.differing += holds_it && !equal ? 1 : 0;
    }

    /// The layer's own result. Errors of double are a 2^29th of those of float32 that are measured.
    void compare_result(const Place& place, double sum, double magnitudes) {
        const double scale =
            double{codes_.activation_scale} * codes_.factor *
            codes_.weight_scales
                .data_ptr<float>()[place.group * codes_.weight_scales.size(1) + place.row];
        const double bias = codes_.bias.defined() ? codes_.bias.data_ptr<double>()[place.index] : 0;
        const double exact = sum * scale + bias;
        const double difference =
            std::fabs(double{codes_.result.data_ptr<float>()[place.index]} - exact);
        const double terms = magnitudes * std::fabs(scale) + std::fabs(bias);
        if (exact != 0) {
            const double relative = difference / std::fabs(exact);
            greatest_relative_ = std::max(greatest_relative_, relative);
            sum_of_relatives_ += relative;
            ++relatives_;
        }
        if (terms > 0)
            layer_.greatest_of_terms = std::max(layer_.greatest_of_terms, difference / terms);
        // A product that leaves the normal range is off by half of the least number at the most.
        const double underflow = static_cast<double>(codes_.terms() + 4) * 0x1p-149;
        if (!(difference <= bound_ * terms + underflow)) ++layer_.out_of_bound;
    }

    const LayerCodes& codes_;
    std::vector<Magnitude> weights_;
    std::vector<Magnitude> activations_;
    golden::Mac mac_;
    double bound_ = 0;
    BitTrueLayer layer_;
    double greatest_relative_ = 0;
    double sum_of_relatives_ = 0;
    std::size_t relatives_ = 0;
};

}  // namespace

std::size_t sum_count(const LayerCodes& codes) {
    return static_cast<std::size_t>(codes.activations.size(0) * codes.activations.size(1) *
                                    codes.weights.size(1));
}

BitTrueLayer compare_sums(const LayerCodes& codes, std::span<const std::size_t> sums) {
    SumComparison comparison(codes);
    for (const std::size_t sum : sums) comparison.compare(place_of(codes, sum));
    return comparison.conclude();
}

std::string operand_text(const LayerCodes& codes, std::span<const std::size_t> sums,
                         const std::string& title) {
    std::string text = fmt::format("# {}\n", title);
    const auto digits = [](const format::Format& format) {
        return (format::width(format) + 3) / 4;
    };
    const int w_digits = digits(codes.weight);
    const int a_digits = digits(codes.activation);
    for (const std::size_t sum : sums) {
        const Place place = place_of(codes, sum);
        for (std::int64_t term = 0; term < codes.terms(); ++term)
            fmt::format_to(std::back_inserter(text), "{:0{}x} {:0{}x}\n", place.weights[term],
                           w_digits, place.activations[term], a_digits);
        fmt::format_to(std::back_inserter(text), "clear  # {:a}\n",
                       codes.float64.data_ptr<double>()[place.index]);
    }
    return text;
}

}  // namespace bitshed::quant
