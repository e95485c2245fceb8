#include "cli/bit_true_output.hpp"

#include <fmt/format.h>

#include "cli/table.hpp"
#include "flows/json.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

using Json = nlohmann::ordered_json;

namespace {

Json to_json(const quant::KernelSums& sums) {
    return {{"exact", sums.exact}, {"differing", sums.differing}, {"equal", sums.equal}};
}

}  // namespace

Json bit_true_json(const quant::BitTrueLayer& layer) {
    return {{"layer", layer.name},
            {"op", layer.op},
            {"weight", layer.weight},
            {"activation", layer.activation},
            {"terms", layer.terms},
            {"sums", layer.sums},
            {"special", layer.special},
            {"operands_differing", layer.operands_differing},
            {"float32", to_json(layer.float32)},
            {"float64", to_json(layer.float64)},
            {"scaled",
             {{"greatest_relative", flows::or_null(layer.greatest_relative)},
              {"mean_relative", flows::or_null(layer.mean_relative)},
              {"greatest_of_terms", layer.greatest_of_terms},
              {"out_of_bound", layer.out_of_bound}}},
            {"holds", layer.holds()}};
}

std::string bit_true_text(const std::vector<quant::BitTrueLayer>& layers) {
    TextTable table({{"layer"},
                     {"formats"},
                     {"terms", Align::right},
                     {"sums", Align::right},
                     {"exact in float32", Align::right},
                     {"in float64", Align::right},
                     {"wrong", Align::right},
                     {"scaled: greatest", Align::right},
                     {"mean", Align::right}});
    const auto relative = [](const std::optional<double>& number) {
        return number ? fmt::format("{:.1e}", *number) : std::string("-");
    };
    for (const quant::BitTrueLayer& layer : layers)
        table.add({printable(layer.name, 60), layer.weight + "*" + layer.activation,
                   fmt::format("{}", layer.terms), fmt::format("{}", layer.sums),
                   fmt::format("{}", layer.float32.exact), fmt::format("{}", layer.float64.exact),
                   fmt::format("{}", layer.float32.differing + layer.float64.differing +
                                         layer.operands_differing + layer.out_of_bound),
                   relative(layer.greatest_relative), relative(layer.mean_relative)});
    return table.text();
}

}  // namespace bitshed::cli
