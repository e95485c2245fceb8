// What fake quantization costs: a shipped network on the 10,000 test pairs, quantized and in
// float32.
//
//     network_bench [NETWORK] [FORMAT] [THREADS]
//
// Prints processor seconds of each, the least of three runs that alternate, and their ratio.
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <numeric>

#include "format/parse.hpp"
#include "quant/batches.hpp"
#include "quant/calibration.hpp"
#include "quant/executor.hpp"
#include "quant/onnx_import.hpp"
#include "quant/shipped.hpp"

namespace {

using namespace bitshed;
using namespace bitshed::quant;

double processor_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double seconds_of(const Executor& executor, const Graph& graph, const ImageSet& images) {
    double spent = 0;
    const auto ran = for_each_batch(graph, images, [&](const Batch& batch) -> Outcome {
        const double start = processor_seconds();
        const auto logits = executor.run(batch.images);
        spent += processor_seconds() - start;
        return logits ? success() : Outcome(logits.error());
    });
    check(ran.ok(), "the network runs");
    return spent;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string network = argc > 1 ? argv[1] : "resnet_0";
    const std::string format = argc > 2 ? argv[2] : "e4m3";
    at::set_num_threads(argc > 3 ? std::atoi(argv[3]) : 1);
    const auto parsed = format::parse(format, format::Use::operand);
    const auto path = shipped_network(network);
    if (!parsed || !path) {
        fmt::print(stderr, "network_bench: no such network or format\n");
        return 2;
    }
    std::vector<std::size_t> all(pair_count(Split::test));
    std::iota(all.begin(), all.end(), std::size_t{0});
    const auto images = fashion_mnist_pairs(Split::test, all);
    const auto few = fashion_mnist_pairs(Split::training, std::span(all).first(250));
    auto imported = import_onnx(*path);
    check(images.ok() && few.ok() && imported.ok(), "data and network are there");
    Graph reference = std::move(imported).value();
    check(fold_constants(reference).ok(), "the network folds");
    Graph quantized = reference;
    const MaybeFormat all_of = parsed.value();
    auto plans = plan_layers(quantized, {all_of, all_of, all_of, all_of});
    const ScaleRule rule{.statistic = Statistic::mse};
    check(quantize_weights(quantized, plans, rule).ok(), "weights are numbers");
    auto activations = activations_of(quantized, plans);
    check(calibrate(quantized, few.value(), rule, activations).ok(), "the network runs");
    insert_quantizers(quantized, plans, activations);
    const Executor float32(reference);
    const Executor formats(quantized);
    double best_float = 1e9;
    double best_format = 1e9;
    for (int run = 0; run < 3; ++run) {
        best_float = std::min(best_float, seconds_of(float32, reference, images.value()));
        best_format = std::min(best_format, seconds_of(formats, quantized, images.value()));
    }
    fmt::print("{} {}: float32 {:.2f} s, quantized {:.2f} s, ratio {:.2f}\n", network, format,
               best_float, best_format, best_format / best_float);
    return 0;
}
