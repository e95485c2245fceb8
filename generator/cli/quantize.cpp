// bitshed quantize: post-training quantization of a network, and its accuracy.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

#include "cli/bit_true_output.hpp"
#include "cli/quantizer/quantizer.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"
#include "format/parse.hpp"
#include "quant/recipe.hpp"
#include "quant/shipped.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// What was typed; empty or nothing where it was not.
struct QuantizeVerb {
    std::string model;
    std::string weight;
    std::string activation;
    std::optional<std::string> images;
    std::optional<std::string> labels;
    std::vector<std::string> mean;
    std::vector<std::string> deviation;
    std::optional<std::string> first;
    std::string calibration = "256";
    std::string ends = "int8";
    std::string recipe = "none";
    std::optional<std::string> logits;
    std::optional<std::string> reference;
    bool bit_true = false;
    std::optional<std::string> layer;
    std::optional<std::string> operands;
    std::optional<std::string> sums;
    std::string seed = "0";
    std::string threads;
};

/// Reads one flag after the other and gathers what is wrong.
class Reader {
  public:
    explicit Reader(std::vector<Complaint>& complaints) : complaints_(complaints) {}

    void complain(std::string problem, std::string allowed) {
        complaints_.push_back({std::move(problem), std::move(allowed)});
    }

    quant::MaybeFormat format(const char* flag, const std::string& text) {
        if (text == "float") return std::nullopt;
        const auto parsed = format::parse(text, format::Use::operand);
        if (!parsed) {
            for (const auto& complaint : parsed.error().complaints)
                complain(fmt::format("{}: {}", flag, complaint.problem),
                         complaint.allowed + ", or float");
            return std::nullopt;
        }
        const auto quantizer = quant::Quantizer::make(parsed.value());
        if (!quantizer) {
            for (const auto& complaint : quantizer.error().complaints)
                complain(fmt::format("{}: {}", flag, complaint.problem), complaint.allowed);
            return std::nullopt;
        }
        return parsed.value();
    }

    std::int64_t number(const char* flag, const std::string& text, std::int64_t least,
                        std::int64_t most) {
        const auto value = parse_whole_number(text, least, most);
        if (!value)
            complain(fmt::format("{} {} is no whole number in range", flag, printable(text)),
                     fmt::format("{} to {}", least, most));
        return value.value_or(least);
    }

    enum class Sign { any, positive };
    std::vector<double> numbers(const char* flag, const std::vector<std::string>& texts,
                                Sign sign) {
        std::vector<double> values;
        for (const std::string& text : texts) {
            double value = 0;
            const char* const end = text.data() + text.size();
            const auto [stopped, wrong] = std::from_chars(text.data(), end, value);
            const bool good = wrong == std::errc{} && stopped == end && std::isfinite(value) &&
                              std::fabs(value) < 1e30 && (sign == Sign::any || value > 1e-30);
            if (!good)
                complain(fmt::format("{} {} is no such number", flag, printable(text)),
                         sign == Sign::any
                             ? "a number, or one a channel with commas between"
                             : "a number above 0, or one a channel with commas between");
            values.push_back(value);
        }
        return values;
    }

  private:
    std::vector<Complaint>& complaints_;
};

/// Whether a model is named as a file, not as a shipped network.
bool names_file(const std::string& model) {
    std::error_code failure;
    return model.find('/') != std::string::npos || model.ends_with(".onnx") ||
           fs::is_regular_file(model, failure);
}

void read_model(const QuantizeVerb& given, Reader& reader, quant::QuantizeRequest& request) {
    if (const auto shipped = quant::shipped_network(given.model)) {
        request.network = *shipped;
    } else if (names_file(given.model)) {
        request.network = given.model;
        if (!given.images)
            reader.complain("a network of yours is judged on images of yours, and there are none",
                            "--images X.npy --labels Y.npy");
    } else {
        reader.complain(fmt::format("--model {}: there is no such network", printable(given.model)),
                        fmt::format("an ONNX file, or a shipped network: {}",
                                    fmt::join(quant::shipped_networks(), ", ")));
    }
}

void read_images(const QuantizeVerb& given, Reader& reader, quant::QuantizeRequest& request) {
    if (!given.images) {
        if (given.labels || !given.mean.empty() || !given.deviation.empty())
            reader.complain("--labels, --mean and --std tell about images, and there are none",
                            "--images X.npy");
        return;
    }
    if (!given.labels)
        reader.complain("--images without --labels", "--labels Y.npy, a label an image");
    quant::ImageFiles files;
    files.images = *given.images;
    files.labels = given.labels.value_or("");
    files.mean = reader.numbers("--mean", given.mean, Reader::Sign::any);
    files.deviation = reader.numbers("--std", given.deviation, Reader::Sign::positive);
    request.images = files;
}

void read_bit_true(const QuantizeVerb& given, Reader& reader, quant::QuantizeRequest& request) {
    if (!given.bit_true && !given.operands) {
        if (given.layer || given.sums)
            reader.complain("--layer and --sums tell which sums, and none are asked for",
                            "--bit-true, or --operands FILE");
        return;
    }
    quant::BitTrueRequest asked;
    asked.layer = given.layer;
    if (given.sums)
        asked.sums = static_cast<std::size_t>(reader.number("--sums", *given.sums, 1, 1'000'000));
    if (given.operands) {
        asked.operands = *given.operands;
        if (!given.layer)
            reader.complain("--operands: whose they are is not said",
                            "--layer NAME, one of those that --bit-true --json lists");
    }
    request.bit_true = asked;
}

Result<quant::QuantizeRequest> read_request(const Session& session, const QuantizeVerb& given) {
    std::vector<Complaint> complaints;
    Reader reader(complaints);
    quant::QuantizeRequest request;
    read_model(given, reader, request);
    quant::FormatChoice& formats = request.formats;
    formats.weight = reader.format("--weight", given.weight);
    formats.activation = reader.format("--activation", given.activation);
    formats.end_weight = formats.weight;
    formats.end_activation = formats.activation;
    if (given.ends != "same") {
        const auto ends = reader.format("--ends", given.ends);
        // What stays float32 throughout stays so at the ends.
        if (formats.weight) formats.end_weight = ends;
        if (formats.activation) formats.end_activation = ends;
    }
    read_images(given, reader, request);
    if (given.first)
        request.first =
            static_cast<std::size_t>(reader.number("--first", *given.first, 1, 1'000'000'000));
    request.calibration =
        static_cast<std::size_t>(reader.number("--calibration", given.calibration, 1, 10'000'000));
    request.seed = static_cast<std::uint64_t>(
        reader.number("--seed", given.seed, 0, std::numeric_limits<std::int64_t>::max()));
    request.threads = given.threads.empty()
                          ? session.job_count()
                          : static_cast<int>(reader.number("--threads", given.threads, 1, 1024));
    if (auto recipes = quant::parse_recipe(given.recipe)) {
        request.recipes = std::move(recipes).value();
    } else {
        for (const auto& complaint : recipes.error().complaints)
            reader.complain("--recipe: " + complaint.problem, complaint.allowed);
    }
    if (given.logits) request.logits = *given.logits;
    if (given.reference) request.reference = *given.reference;
    read_bit_true(given, reader, request);
    if (!complaints.empty()) return Error(ErrorKind::request, complaints);
    return request;
}

/// A bar that is drawn over on a terminal; elsewhere a line for each step of the work.
std::function<void(const std::string&, std::size_t, std::size_t)> progress_of(
    const Session& session) {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    auto told = std::make_shared<std::string>();
    return [&session, terminal, told](const std::string& step, std::size_t at, std::size_t of) {
        if (session.quiet) return;
        if (terminal && of > 0) {
            constexpr std::size_t width = 40;
            const std::size_t filled = width * at / of;
            fmt::print(stderr, "\rquantize: {} [{:<{}}] {} of {}{}", step, std::string(filled, '='),
                       width, at, of, at == of ? "\n" : "");
            std::fflush(stderr);
        } else if (*told != step) {
            session.progress(fmt::format("quantize: {}", step));
        }
        *told = step;
    };
}

Json to_json(const quant::Interval& interval) {
    return Json::array({interval.low, interval.high});
}

Json names_of(const quant::Recipe& recipe) {
    Json names = Json::array();
    for (const quant::Technique technique : recipe.techniques)
        names.push_back(quant::name(technique));
    return names;
}

Json to_json(const QuantizeVerb& given, const quant::QuantizeRequest& request,
             const quant::QuantizeResult& result) {
    const quant::Accuracy& accuracy = result.accuracy;
    const quant::MemoryBits& memory = result.memory;
    const auto name = [](const quant::MaybeFormat& format) {
        return format ? format::name(*format) : "float";
    };
    Json document = {{"model", given.model},
                     {"weight", name(request.formats.weight)},
                     {"activation", name(request.formats.activation)},
                     {"end_weight", name(request.formats.end_weight)},
                     {"end_activation", name(request.formats.end_activation)},
                     {"top1", accuracy.top1},
                     {"top1_interval", to_json(accuracy.top1_interval)},
                     {"top1_fp32", accuracy.top1_fp32},
                     {"top1_fp32_interval", to_json(accuracy.top1_fp32_interval)},
                     {"top1_change", accuracy.top1 - accuracy.top1_fp32},
                     {"top1_change_interval", to_json(accuracy.top1_change_interval)},
                     {"agreement", accuracy.agreement},
                     {"agreement_interval", to_json(accuracy.agreement_interval)},
                     {"sqnr_db", accuracy.sqnr_db ? Json(*accuracy.sqnr_db) : Json(nullptr)},
                     {"kl", accuracy.kl},
                     {"cross_entropy", accuracy.cross_entropy},
                     {"cross_entropy_fp32", accuracy.cross_entropy_fp32},
                     {"memory_bits",
                      {{"weights", memory.weights},
                       {"activations", memory.activations},
                       {"scales", memory.scales},
                       {"others", memory.others},
                       {"total", memory.total()}}},
                     {"layers", result.layers},
                     {"images", accuracy.images},
                     {"classes", result.classes},
                     {"calibration", request.calibration},
                     {"recipe", result.recipe.name},
                     {"techniques", names_of(result.recipe)},
                     {"seed", request.seed}};
    for (const quant::Tried& tried : result.tried)
        document["tried"].push_back({{"recipe", tried.recipe.name},
                                     {"top1", tried.accuracy.top1},
                                     {"agreement", tried.accuracy.agreement}});
    if (result.bit_true) {
        Json& layers = document["bit_true"] = Json::array();
        for (const quant::BitTrueLayer& layer : *result.bit_true)
            layers.push_back(bit_true_json(layer));
    }
    return document;
}

std::string to_text(const quant::QuantizeResult& result) {
    const quant::Accuracy& accuracy = result.accuracy;
    const auto row = [](double percent, const quant::Interval& interval) {
        return fmt::format("{:.2f} % ({:.2f} to {:.2f})", percent, interval.low, interval.high);
    };
    TextTable table({{"what"}, {"value (95 % interval)"}});
    table.add({"top-1", row(accuracy.top1, accuracy.top1_interval)});
    table.add({"top-1 in float32", row(accuracy.top1_fp32, accuracy.top1_fp32_interval)});
    table.add({"change of top-1",
               row(accuracy.top1 - accuracy.top1_fp32, accuracy.top1_change_interval)});
    table.add({"agreement with float32", row(accuracy.agreement, accuracy.agreement_interval)});
    table.add({"SQNR of the logits",
               accuracy.sqnr_db ? fmt::format("{:.2f} dB", *accuracy.sqnr_db) : "no difference"});
    table.add({"KL divergence", fmt::format("{:.5f} nats", accuracy.kl)});
    table.add({"cross-entropy", fmt::format("{:.5f} nats ({:.5f} in float32)",
                                            accuracy.cross_entropy, accuracy.cross_entropy_fp32)});
    table.add({"memory", fmt::format("{} bits, {} of them weights, {} activations of one image",
                                     result.memory.total(), result.memory.weights,
                                     result.memory.activations)});
    table.add({"images", fmt::format("{}", accuracy.images)});
    table.add({"recipe", result.tried.empty()
                             ? result.recipe.name
                             : fmt::format("{}: of {} that were tried the best by top-1 on these "
                                           "images",
                                           result.recipe.name, result.tried.size())});
    std::string text = table.text();
    if (result.bit_true) text += "\n" + bit_true_text(*result.bit_true);
    return text;
}

ExitCode quantize(const Session& session, const QuantizeVerb& given) {
    auto request = read_request(session, given);
    if (!request) return Session::fail(request.error());
    quant::QuantizeRequest checked = std::move(request).value();
    checked.progress = progress_of(session);
    const auto result = run_quantizer(checked, session.arguments);
    if (!result) return Session::fail(result.error());
    if (session.json)
        Session::print_json(to_json(given, checked, result.value()));
    else
        Session::print(to_text(result.value()));
    for (const quant::BitTrueLayer& layer :
         result.value().bit_true.value_or(std::vector<quant::BitTrueLayer>{}))
        if (!layer.holds()) return static_cast<ExitCode>(ErrorKind::judged);
    return done;
}

}  // namespace

void add_quantize(CLI::App& app, Session& session) {
    const auto given = std::make_shared<QuantizeVerb>();
    CLI::App* verb = add_verb(
        app, session, "quantize",
        "Quantize a trained network's weights and activations; report its accuracy",
        "  bitshed quantize --model resnet_0 --weight e2m1 --activation e2m1\n"
        "  bitshed quantize --model vit_0 --weight int4 --activation int8 --ends same --json\n"
        "  bitshed quantize --model mobilenet_0 --weight int4 --activation e4m3 --recipe "
        "smooth+bias\n"
        "  bitshed quantize --model resnet_0 --weight e4m3 --activation e4m3 --first 500 "
        "--bit-true",
        [&session, given] { return quantize(session, *given); });
    verb->add_option("--model", given->model, "A shipped network's name, or an ONNX file")
        ->required();
    verb->add_option("--weight", given->weight,
                     "The format of weights, with a scale for each output channel, or float")
        ->required();
    verb->add_option("--activation", given->activation,
                     "The format of layers' inputs, with one scale a tensor, or float")
        ->required();
    verb->add_option("--images", given->images, "N C H W in a .npy file, uint8 or float32");
    verb->add_option("--labels", given->labels,
                     "The N classes of the images in a .npy file, int64");
    verb->add_option("--mean", given->mean,
                     "The network is given (x - mean) / std; one number, or one a channel")
        ->delimiter(',');
    verb->add_option("--std", given->deviation, "See --mean")->delimiter(',');
    verb->add_option("--first", given->first, "Judge the first so many images only (default all)");
    verb->add_option("--calibration", given->calibration,
                     "Images that activations' scales are found on (default 256)");
    verb->add_option(
        "--ends", given->ends,
        "The format of the first and the last layer (default int8; same: as the rest)");
    verb->add_option("--recipe", given->recipe,
                     "Which techniques (default none: scales only): " + quant::allowed_recipes());
    verb->add_option("--logits", given->logits,
                     "Write the quantized network's logits to this .npy");
    verb->add_option("--reference", given->reference,
                     "Keep the float32 logits in this folder, and take them from there: the "
                     "network in float32 is run once");
    verb->add_flag("--bit-true", given->bit_true,
                   "Compare the layers' sums with the exact sums over the codes");
    verb->add_option("--layer", given->layer, "Of this layer alone (default: of every layer)");
    verb->add_option("--sums", given->sums, "So many sums of a layer (default 2000)");
    verb->add_option("--operands", given->operands,
                     "Write the codes of the layer's sums to this file, for verify and synth");
    verb->add_option("--seed", given->seed,
                     "Draws the calibration images, and the sums of --bit-true (default 0)");
    verb->add_option("--threads", given->threads, "Threads of the quantizer (default: as --jobs)");
}

}  // namespace bitshed::cli
