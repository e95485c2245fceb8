#include "quant/engine.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <numeric>

#include "quant/batches.hpp"
#include "quant/check_layers.hpp"
#include "quant/executor.hpp"
#include "quant/npy.hpp"
#include "quant/onnx_import.hpp"
#include "quant/pipeline.hpp"
#include "quant/reference_logits.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

/// The images to calibrate on and those to judge on.
struct Data {
    ImageSet calibration;
    ImageSet judged;
};

/// The images of the given indices as a set of its own, with their labels where there are some.
ImageSet subset(const ImageSet& set, const std::vector<std::size_t>& indices) {
    ImageSet part;
    part.count = indices.size();
    part.channels = set.channels;
    part.height = set.height;
    part.width = set.width;
    part.mean = set.mean;
    part.deviation = set.deviation;
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
    if (!set.labels.empty())
        for (const std::size_t image : indices) part.labels.push_back(set.labels[image]);
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

/// The network in float32 over all images, then others beside it.
class Evaluation {
  public:
    Evaluation(const QuantizeRequest& request, const ImageSet& images)
        : request_(request), images_(images) {}

    /// Runs the network that the others are compared with, or takes its logits from where they were
    /// kept.
    Outcome run_reference(const Graph& reference) {
        std::string key;
        if (request_.reference) {
            auto found = reference_key(request_.network, reference, images_, request_.threads);
            if (!found) return found.error();
            key = std::move(found).value();
            if (auto kept = find_reference(*request_.reference, key, images_.count)) {
                classes = kept->classes;
                reference_ = std::move(kept->numbers);
                return check_labels();
            }
        }
        const auto ran =
            run(reference, "judging float32",
                [this](const Batch& batch, const at::Tensor& p) { return keep(batch, p); });
        if (!ran || !request_.reference) return ran;
        return keep_reference(*request_.reference, key,
                              {.classes = classes, .numbers = reference_});
    }

    /// Runs a quantized network. Its logits are gathered where the request wants them.
    Result<Accuracy> judge(const Graph& quantized, const std::string& step) {
        AccuracyCount count;
        logits.clear();
        const auto ran =
            run(quantized, step, [&](const Batch& batch, const at::Tensor& q) -> Outcome {
                if (auto sane = check_finite(q); !sane) return sane;
                const at::Tensor dense = q.contiguous();
                const std::span<const float> seen{dense.data_ptr<float>(), batch.count * classes};
                const std::span<const float> expected{reference_.data() + batch.first * classes,
                                                      seen.size()};
                count.add(expected, seen, labels_of(batch), classes);
                if (request_.logits) logits.insert(logits.end(), seen.begin(), seen.end());
                return success();
            });
        if (!ran) return ran.error();
        return count.accuracy();
    }

    std::size_t classes = 0;
    std::vector<float> logits;  ///< of the network that was judged last

  private:
    Outcome run(const Graph& graph, const std::string& step,
                const std::function<Outcome(const Batch&, const at::Tensor&)>& look) {
        const Executor executor(graph);
        return for_each_batch(graph, images_, [&](const Batch& batch) -> Outcome {
            const auto output = executor.run(batch.images);
            if (!output) return output.error();
            auto looked = look(batch, output.value());
            if (looked && request_.progress)
                request_.progress(step, batch.first + batch.count, images_.count);
            return looked;
        });
    }

    [[nodiscard]] std::span<const std::int64_t> labels_of(const Batch& batch) const {
        return {images_.labels.data() + batch.first, batch.count};
    }

    [[nodiscard]] Outcome check_finite(const at::Tensor& output) const {
        if (at::isfinite(output).all().item<bool>()) return success();
        return Error(ErrorKind::files,
                     fmt::format("{}: some of its logits are infinite or no numbers",
                                 printable(request_.network.string(), 200)));
    }

    [[nodiscard]] Outcome check_labels() const {
        for (const std::int64_t label : images_.labels)
            if (label < 0 || label >= static_cast<std::int64_t>(classes))
                return Error(
                    ErrorKind::files,
                    fmt::format("a label is {}, and the network has {} classes", label, classes),
                    fmt::format("0 to {}", classes - 1));
        return success();
    }

    Outcome keep(const Batch& batch, const at::Tensor& p) {
        if (p.dim() != 2 || p.size(0) != batch.images.size(0) || p.scalar_type() != at::kFloat)
            return Error(ErrorKind::files,
                         fmt::format("{}: its output is not a row of logits for each image",
                                     printable(request_.network.string(), 200)));
        classes = static_cast<std::size_t>(p.size(1));
        if (batch.first == 0)
            if (auto right = check_labels(); !right) return right;
        if (auto sane = check_finite(p); !sane) return sane;
        const at::Tensor dense = p.contiguous();
        const float* const first = dense.data_ptr<float>();
        reference_.insert(reference_.end(), first, first + batch.count * classes);
        return success();
    }

    const QuantizeRequest& request_;
    const ImageSet& images_;
    std::vector<float> reference_;  ///< float32's logits
};

/// Whether a recipe did better than another.
bool is_better(const Accuracy& a, const Accuracy& b) {
    return a.top1 != b.top1 ? a.top1 > b.top1 : a.agreement > b.agreement;
}

/// Tries every recipe and keeps the best.
Result<QuantizeResult> try_recipes(const QuantizeRequest& request, const Graph& reference,
                                   const Data& data) {
    Evaluation evaluation(request, data.judged);
    if (const auto ran = evaluation.run_reference(reference); !ran) return ran.error();
    QuantizeResult best;
    std::vector<float> logits;
    std::optional<Quantized> kept;  // the best
    const bool several = request.recipes.size() > 1;
    for (const Recipe& recipe : request.recipes) {
        auto made = quantize_network(reference, recipe, request, data.calibration);
        if (!made) return made.error();
        const Quantized& quantized = made.value();
        if (request.bit_true)
            if (const auto known = check_request(quantized, *request.bit_true); !known)
                return known.error();
        const std::string step = several ? "judging " + recipe.name : "judging";
        const auto judged = evaluation.judge(quantized.graph, step);
        if (!judged) return judged.error();
        const Accuracy& accuracy = judged.value();
        if (several && request.progress)
            request.progress(fmt::format("tried {}: top-1 {:.2f} %, agreement {:.2f} %",
                                         recipe.name, accuracy.top1, accuracy.agreement),
                             0, 0);
        if (best.recipe.name.empty() || is_better(accuracy, best.accuracy)) {
            best.recipe = recipe;
            best.accuracy = accuracy;
            best.memory = memory_of(quantized.graph, quantized.plans, quantized.activations);
            best.layers = quantized.plans.size();
            logits = std::move(evaluation.logits);
            if (request.bit_true) kept = std::move(made).value();
        }
        if (several) best.tried.push_back({.recipe = recipe, .accuracy = accuracy});
    }
    best.classes = evaluation.classes;
    if (request.bit_true) {
        if (request.progress) request.progress("comparing codes", 0, 0);
        const ImageSet few =
            subset(data.judged, first(std::min(data.judged.count, bit_true_images)));
        auto checked = check_layers(*kept, few, *request.bit_true, request.seed);
        if (!checked) return checked.error();
        best.bit_true = std::move(checked).value();
    }
    if (request.logits) {
        const std::size_t shape[] = {data.judged.count, evaluation.classes};
        const auto written = write_npy(*request.logits, shape, logits);
        if (!written) return written.error();
    }
    return best;
}

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
    return try_recipes(request, reference, data.value());
}

}  // namespace bitshed::quant
