#include "quant/engine.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <numeric>

#include "quant/batches.hpp"
#include "quant/calibration.hpp"
#include "quant/executor.hpp"
#include "quant/npy.hpp"
#include "quant/onnx_import.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

/// The images to calibrate on and those to judge on.
struct Data {
    ImageSet calibration;
    ImageSet judged;
};

/// The images of the given indices as a set of its own.
ImageSet subset(const ImageSet& set, const std::vector<std::size_t>& indices) {
    ImageSet part = set;
    part.count = indices.size();
    part.labels.clear();
    std::visit(
        [&](const auto& pixels) {
            std::remove_cvref_t<decltype(pixels)> taken;
            for (const std::size_t image : indices)
                taken.insert(
                    taken.end(),
                    pixels.begin() + static_cast<std::ptrdiff_t>(image * set.image_size()),
                    pixels.begin() + static_cast<std::ptrdiff_t>((image + 1) * set.image_size()));
            part.pixels = std::move(taken);
        },
        set.pixels);
    return part;
}

/// 0, 1, ... below `count`.
std::vector<std::size_t> first(std::size_t count) {
    std::vector<std::size_t> indices(count);
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    return indices;
}

Result<Data> read_data(const QuantizeRequest& request) {
    if (const auto* files = std::get_if<ImageFiles>(&request.images)) {
        auto judged = read_images(*files);
        if (!judged) return judged.error();
        ImageSet calibration =
            subset(judged.value(), draw(request.calibration, judged.value().count, request.seed));
        if (request.first && *request.first < judged.value().count)
            return Data{std::move(calibration), subset(judged.value(), first(*request.first))};
        return Data{std::move(calibration), std::move(judged).value()};
    }
    auto calibration = fashion_mnist_pairs(
        Split::training, draw(request.calibration, pair_count(Split::training), request.seed));
    if (!calibration) return calibration.error();
    const std::size_t pairs = pair_count(Split::test);
    auto judged =
        fashion_mnist_pairs(Split::test, first(std::min(request.first.value_or(pairs), pairs)));
    if (!judged) return judged.error();
    return Data{std::move(calibration).value(), std::move(judged).value()};
}

/// Whether the images are what the network says it takes.
Outcome check_images(const QuantizeRequest& request, const Graph& graph, const ImageSet& images) {
    const std::vector<std::size_t> given = {images.channels, images.height, images.width};
    bool fit = graph.input_shape.size() == 4;
    for (std::size_t axis = 0; fit && axis < given.size(); ++axis)
        fit = graph.input_shape[axis + 1] == 0 ||
              graph.input_shape[axis + 1] == static_cast<std::int64_t>(given[axis]);
    if (fit) return success();
    std::string takes;
    for (const std::int64_t extent : graph.input_shape)
        takes += (takes.empty() ? "" : " x ") + (extent == 0 ? "any" : std::to_string(extent));
    return Error(
        ErrorKind::files,
        fmt::format("{} takes {} (N C H W); the images are N x {} x {} x {}",
                    printable(request.network.string(), 200), takes, given[0], given[1], given[2]));
}

/// Both networks over all images.
class Evaluation {
  public:
    Evaluation(const QuantizeRequest& request, const ImageSet& images)
        : request_(request), images_(images) {}

    Outcome run(const Graph& reference, const Graph& quantized) {
        const Executor float32(reference);
        const Executor formats(quantized);
        return for_each_batch(reference, images_, [&](const Batch& batch) -> Outcome {
            const auto p = float32.run(batch.images);
            if (!p) return p.error();
            const auto q = formats.run(batch.images);
            if (!q) return q.error();
            return compare(batch, p.value(), q.value());
        });
    }

    AccuracyCount count;
    std::size_t classes = 0;
    std::vector<float> logits;

  private:
    Outcome compare(const Batch& batch, const at::Tensor& p, const at::Tensor& q) {
        if (p.dim() != 2 || p.size(0) != batch.images.size(0) || p.scalar_type() != at::kFloat)
            return Error(ErrorKind::files,
                         fmt::format("{}: its output is not a row of logits for each image",
                                     printable(request_.network.string(), 200)));
        classes = static_cast<std::size_t>(p.size(1));
        const std::span<const std::int64_t> labels{images_.labels.data() + batch.first,
                                                   batch.count};
        for (const std::int64_t label : labels)
            if (label < 0 || label >= p.size(1))
                return Error(
                    ErrorKind::files,
                    fmt::format("a label is {}, and the network has {} classes", label, classes),
                    fmt::format("0 to {}", classes - 1));
        const at::Tensor dense_p = p.contiguous();
        const at::Tensor dense_q = q.contiguous();
        const std::size_t size = batch.count * classes;
        count.add({dense_p.data_ptr<float>(), size}, {dense_q.data_ptr<float>(), size}, labels,
                  classes);
        if (request_.logits)
            logits.insert(logits.end(), dense_q.data_ptr<float>(),
                          dense_q.data_ptr<float>() + size);
        if (request_.progress)
            request_.progress("judging", batch.first + batch.count, images_.count);
        return success();
    }

    const QuantizeRequest& request_;
    const ImageSet& images_;
};

/// Activations come and go with every node: their memory is kept, instead of being asked of the
/// system anew, page by page.
void keep_freed_memory() {
    constexpr int gigabyte = 1 << 30;
    mallopt(M_MMAP_THRESHOLD, gigabyte);
    mallopt(M_TRIM_THRESHOLD, gigabyte);
    mallopt(M_TOP_PAD, 64 << 20);
}

}  // namespace

Result<QuantizeResult> quantize(const QuantizeRequest& request) {
    keep_freed_memory();
    at::set_num_threads(request.threads);
    auto imported = import_onnx(request.network);
    if (!imported) return imported.error();
    Graph reference = std::move(imported).value();
    if (const auto folded = fold_constants(reference); !folded) return folded.error();
    const auto data = read_data(request);
    if (!data) return data.error();
    const auto fit = check_images(request, reference, data.value().judged);
    if (!fit) return fit.error();

    Graph quantized = reference;
    auto plans = plan_layers(quantized, request.formats);
    if (request.progress) request.progress("quantizing weights", 0, 0);
    const auto weighed = quantize_weights(quantized, plans, request.weight_rule);
    if (!weighed) return weighed.error();
    if (request.progress) request.progress("calibrating", 0, 0);
    auto activations = activations_of(quantized, plans);
    const auto calibrated =
        calibrate(quantized, data.value().calibration, request.activation_rule, activations);
    if (!calibrated) return calibrated.error();
    insert_quantizers(quantized, plans, activations);

    Evaluation evaluation(request, data.value().judged);
    const auto ran = evaluation.run(reference, quantized);
    if (!ran) return ran.error();
    if (request.logits) {
        const std::size_t shape[] = {data.value().judged.count, evaluation.classes};
        const auto written = write_npy(*request.logits, shape, evaluation.logits);
        if (!written) return written.error();
    }
    QuantizeResult result;
    result.accuracy = evaluation.count.accuracy();
    result.memory = memory_of(quantized, plans, activations);
    result.layers = plans.size();
    result.classes = evaluation.classes;
    return result;
}

}  // namespace bitshed::quant
