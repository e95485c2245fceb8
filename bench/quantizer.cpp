// What quantizing costs: nanoseconds an element, and the ratio to a pass that only multiplies, on
// tensors that fit the first cache, the second, and neither. Build in release: quantizer_bench.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "format/parse.hpp"
#include "quant/quantizer.hpp"
#include "quant/scale.hpp"

namespace {

using namespace bitshed;
using Clock = std::chrono::steady_clock;

constexpr std::size_t elements_a_measure = 30'000'000;
constexpr int measures = 5;

/// Nanoseconds an element: the least of some measures.
template <class Pass>
double nanoseconds(std::size_t size, Pass pass) {
    const std::size_t passes = std::max<std::size_t>(1, elements_a_measure / size);
    double least = 1e9;
    for (int measure = 0; measure < measures; ++measure) {
        const auto begin = Clock::now();
        for (std::size_t done = 0; done < passes; ++done) pass();
        const std::chrono::duration<double, std::nano> taken = Clock::now() - begin;
        least = std::min(least, taken.count() / static_cast<double>(passes * size));
    }
    return least;
}

/// What no quantizer can be faster than: reads, multiplies, writes.
[[gnu::noinline]] void multiply(const std::vector<float>& in, std::vector<float>& out, float by) {
    const float* from = in.data();
    float* to = out.data();
    for (std::size_t i = 0; i < in.size(); ++i) to[i] = from[i] * by;
}

}  // namespace

int main() {
    fmt::print("ns an element (times a multiplying pass)\n");
    fmt::print("{:<10}{:>10}{:>10}  {:<16}{:<16}{:<16}{:<16}\n", "format", "elements", "multiply",
               "quantize", "per channel", "encode", "squared error");
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 1);
    for (const std::size_t size : {4096u, 65536u, 4194304u}) {
        std::vector<float> in(size);
        for (float& x : in) x = normal(random);
        std::vector<float> out(size);
        std::vector<std::uint8_t> codes(size);
        const double floor = nanoseconds(size, [&] { multiply(in, out, 1.5F); });
        for (const char* name :
             {"e2m1", "e4m3", "e4m3fn", "e5m2ieee", "e3m0", "int4", "int8", "bf16"}) {
            const auto format = format::parse(name, format::Use::any).value();
            const auto quantizer = quant::Quantizer::make(format).value();
            const float scale =
                quant::scale_from_statistic(quantizer, static_cast<double>(quant::absmax(in)));
            const quant::Slices columns{.outer = size / 64, .count = 64, .inner = 1};
            const std::vector<float> scales(64, scale);
            const auto shown = [&](double time) {
                return fmt::format("{:.3f} ({:.1f})", time, time / floor);
            };
            const bool has_codes = format::width(format) <= 8;
            double sink = 0;
            const double quantize =
                nanoseconds(size, [&] { (void)quantizer.quantize(in, scale, out); });
            const double channels =
                nanoseconds(size, [&] { (void)quantizer.quantize(in, columns, scales, out); });
            const double encode =
                !has_codes ? 0
                           : nanoseconds(size, [&] { (void)quantizer.encode(in, scale, codes); });
            const double error =
                nanoseconds(size, [&] { sink += quantizer.squared_error(in, scale); });
            fmt::print("{:<10}{:>10}{:>10.3f}  {:<16}{:<16}{:<16}{:<16}\n", name, size, floor,
                       shown(quantize), shown(channels), has_codes ? shown(encode) : "-",
                       sink >= 0 ? shown(error) : "");
        }
    }
}
