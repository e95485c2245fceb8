// bitshed cast F IN.npy --out OUT.npy: a tensor quantized to a format and scaled back.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cli/session.hpp"
#include "cli/table.hpp"
#include "format/parse.hpp"
#include "quant/distortion.hpp"
#include "quant/npy.hpp"
#include "quant/quantizer.hpp"
#include "quant/scale.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace {

struct CastOptions {
    std::string format;
    std::string in;
    std::string out;
    std::string scale = "absmax";
    std::optional<std::string> axis;
    bool narrow = false;
};

/// What the options ask for, as far as it can be judged without the tensor.
struct Request {
    quant::Quantizer quantizer;
    quant::ScaleRule rule;
    std::optional<int> axis;
};

void append(std::vector<Complaint>& complaints, const Error& error) {
    complaints.insert(complaints.end(), error.complaints.begin(), error.complaints.end());
}

Result<Request> read_request(const CastOptions& options) {
    std::vector<Complaint> complaints;
    std::optional<quant::Quantizer> quantizer;
    if (const auto format = format::parse(options.format, format::Use::any)) {
        const auto made = quant::Quantizer::make(
            format.value(), options.narrow ? quant::Range::narrow : quant::Range::full);
        if (made)
            quantizer = made.value();
        else
            append(complaints, made.error());
    } else {
        append(complaints, format.error());
    }

    const auto rule = quant::parse_scale_rule(options.scale);
    if (!rule) append(complaints, rule.error());

    constexpr std::int64_t greatest_axis = 63;
    std::optional<std::int64_t> axis;
    if (options.axis) {
        axis = parse_whole_number(*options.axis, -greatest_axis - 1, greatest_axis);
        if (!axis)
            complaints.push_back({fmt::format("--axis {} is no axis", printable(*options.axis)),
                                  "a whole number: 0 is the first, -1 the last"});
    }
    if (options.out.empty())
        complaints.push_back({"--out names no file", "--out OUT.npy, where the result is written"});
    if (!complaints.empty()) return Error(ErrorKind::request, complaints);
    return Request{.quantizer = *quantizer, .rule = rule.value(), .axis = axis};
}

struct Cast {
    std::vector<std::size_t> shape;
    std::vector<float> values;
    std::vector<float> scales;
    quant::Distortion distortion;
};

Result<Cast> cast_tensor(const Request& request, const std::string& in) {
    auto array = quant::read_npy(in);
    if (!array) return array.error();
    Cast cast{.shape = array.value().shape};
    const auto numbers = quant::to_floats(std::move(array).value(), printable(in, 200));
    if (!numbers) return numbers.error();

    quant::Slices slices = quant::whole(numbers.value().size());
    if (request.axis) {
        const auto along = quant::along_axis(cast.shape, *request.axis);
        if (!along) return along.error();
        slices = along.value();
    }
    auto scales = quant::find_scales(request.quantizer, request.rule, numbers.value(), slices);
    if (!scales) return scales.error();
    cast.scales = std::move(scales).value();
    cast.values.resize(numbers.value().size());
    const auto outcome =
        request.quantizer.quantize(numbers.value(), slices, cast.scales, cast.values);
    if (!outcome) return outcome.error();
    cast.distortion = quant::distortion(numbers.value(), cast.values);
    return cast;
}

void print_as_json(const Request& request, const Cast& cast) {
    nlohmann::ordered_json document = {{"format", format::name(request.quantizer.format())},
                                       {"scales", cast.scales},
                                       {"max_error", cast.distortion.max_error},
                                       {"sqnr_db", nullptr}};
    if (const auto decibels = cast.distortion.sqnr_db()) document["sqnr_db"] = *decibels;
    Session::print_json(document);
}

void print_as_text(const Request& request, const Cast& cast) {
    const auto [least, most] = std::minmax_element(cast.scales.begin(), cast.scales.end());
    std::string scales = "none";
    if (cast.scales.size() == 1) scales = fmt::format("{}", *least);
    if (cast.scales.size() > 1)
        scales = fmt::format("{} from {} to {}", cast.scales.size(), *least, *most);
    const auto decibels = cast.distortion.sqnr_db();
    TextTable table({{"format"}, {format::name(request.quantizer.format())}});
    table.add({"shape", quant::shape_text(cast.shape)});
    table.add({"scale", scales + " (" + quant::to_string(request.rule) + ")"});
    table.add({"max error", fmt::format("{:.6g}", cast.distortion.max_error)});
    table.add({"SQNR dB", decibels ? fmt::format("{:.2f}", *decibels) : "-"});
    Session::print(table.text());
}

ExitCode cast(const CastOptions& options, const Session& session) {
    const auto request = read_request(options);
    if (!request) return Session::fail(request.error());
    const auto cast = cast_tensor(request.value(), options.in);
    if (!cast) return Session::fail(cast.error());
    const auto written = quant::write_npy(options.out, cast.value().shape, cast.value().values);
    if (!written) return Session::fail(written.error());
    if (session.json)
        print_as_json(request.value(), cast.value());
    else
        print_as_text(request.value(), cast.value());
    return done;
}

// The first command writes what numpy.save would: a header, and five bytes of numbers.
constexpr std::string_view examples =
    R"(  printf '\223NUMPY\1\0\062\0{"descr":"|u1","fortran_order":False,"shape":(5,)}hello' >in.npy && bitshed cast e2m1 in.npy --out out.npy
  printf '\223NUMPY\1\0\063\0{"descr":"|u1","fortran_order":False,"shape":(2,3)}abcxyz' >in.npy && bitshed cast int4 in.npy --out out.npy --axis 0 --scale percentile:99 --json)";

}  // namespace

void add_cast(CLI::App& app, Session& session) {
    const auto options = std::make_shared<CastOptions>();
    CLI::App* verb =
        add_verb(app, session, "cast", "Quantize a tensor to a format and scale it back",
                 std::string(examples), [options, &session] { return cast(*options, session); });
    verb->add_option("F", options->format, "The format, such as e2m1, e4m3fn, int4 or bf16")
        ->required();
    verb->add_option("IN", options->in, "The tensor, a .npy file of numbers")->required();
    verb->add_option("--out", options->out, "The .npy file to write, float32; required");
    verb->add_option("--scale", options->scale,
                     "absmax (default), mse, percentile:P of the magnitudes, or a number: what the "
                     "format's values are multiplied by");
    verb->add_option("--axis", options->axis, "A scale for each index of this axis");
    verb->add_flag("--narrow", options->narrow, "int<N> without its least value, -2^(N-1)");
}

}  // namespace bitshed::cli
