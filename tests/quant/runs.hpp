// Networks run over sets of images, for tests of techniques.
#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "quant/batches.hpp"
#include "quant/executor.hpp"

namespace runs {

using namespace bitshed;
using namespace bitshed::quant;

/// What a network gives for every image, one behind the other.
inline std::vector<float> outputs_of(const Graph& graph, const ImageSet& images) {
    std::vector<float> outputs;
    const Executor executor(graph);
    const auto ran = for_each_batch(graph, images, [&](const Batch& batch) -> Outcome {
        const auto output = executor.run(batch.images);
        if (!output) return output.error();
        const at::Tensor dense =
            output.value().narrow(0, 0, static_cast<std::int64_t>(batch.count)).contiguous();
        const float* const first = dense.data_ptr<float>();
        outputs.insert(outputs.end(), first, first + dense.numel());
        return success();
    });
    check(ran.ok(), "the network runs");
    return outputs;
}

/// The greatest difference beside the greatest output.
inline double difference(const std::vector<float>& a, const std::vector<float>& b) {
    check(a.size() == b.size() && !a.empty(), "there is something to compare");
    double greatest = 0;
    double apart = 0;
    for (std::size_t at = 0; at < a.size(); ++at) {
        const double step = std::fabs(double{a[at]} - double{b[at]});
        if (std::isnan(step)) return step;
        greatest = std::max(greatest, std::fabs(double{a[at]}));
        apart = std::max(apart, step);
    }
    check(greatest > 0, "the network gives other than zeros");
    return apart / greatest;
}

/// 10 log10 of the outputs' squares over the squared differences.
inline double sqnr_db(const std::vector<float>& expected, const std::vector<float>& got) {
    double signal = 0;
    double noise = 0;
    for (std::size_t at = 0; at < expected.size(); ++at) {
        signal += double{expected[at]} * double{expected[at]};
        noise += std::pow(double{expected[at]} - double{got[at]}, 2);
    }
    return 10 * std::log10(signal / noise);
}

}  // namespace runs
