#include "mac/choice.hpp"

#include <array>
#include <cstdlib>
#include <limits>
#include <utility>

#include "format/parse.hpp"

namespace bitshed::mac {

namespace {

constexpr std::array<std::pair<std::string_view, Objective>, 3> objectives = {
    {{"area", Objective::area}, {"clock", Objective::clock}, {"balanced", Objective::balanced}}};

/// Families that were not measured, and whose LUTs and carry cells are those of one that was.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> alike = {
    {{"xc7", "xcup"}, {"machxo2", "ecp5"}, {"machxo3", "ecp5"}}};

std::string_view measured_family(std::string_view family) {
    for (const auto& [other, measured] : alike)
        if (family == other) return measured;
    return family;
}

int exponent_bits(const format::Format& format) {
    return format::is_minifloat(format) ? format.exponent_bits : 0;
}

int fraction_bits(const format::Format& format) {
    return format::is_minifloat(format) ? format.fraction_bits : format::width(format);
}

/// How unlike two pairs are for a datapath: the exponents make the shifter, the fractions the
/// multiplier. Both operands count alike.
int distance(const format::Format& w1, const format::Format& a1, const format::Format& w2,
             const format::Format& a2) {
    const int exponents =
        exponent_bits(w1) + exponent_bits(a1) - exponent_bits(w2) - exponent_bits(a2);
    const int fractions =
        fraction_bits(w1) + fraction_bits(a1) - fraction_bits(w2) - fraction_bits(a2);
    return 2 * std::abs(exponents) + std::abs(fractions);
}

}  // namespace

Choice choose_architecture(const format::Format& weight, const format::Format& activation,
                           std::string_view family, Objective objective) {
    const std::string w = format::name(weight), a = format::name(activation);
    const bool small = can_be_table(weight, activation);
    Choice best;
    int least = std::numeric_limits<int>::max();
    for (const MeasuredChoice& row : measured_choices()) {
        if (row.family != measured_family(family) || row.objective != objective) continue;
        if (row.architecture.product == Product::table && !small) continue;
        // What is alike there is not the same cell.
        if (row.architecture.cells != Cells::portable && row.family != family) continue;
        if (row.weight == w && row.activation == a) return {row.architecture, Ground::measured};
        const auto row_weight = format::parse(row.weight, format::Use::operand);
        const auto row_activation = format::parse(row.activation, format::Use::operand);
        const int away = distance(weight, activation, row_weight.value(), row_activation.value());
        if (away >= least) continue;
        least = away;
        best = {row.architecture, Ground::neighbour};
    }
    return best;
}

std::string_view objective_name(Objective objective) {
    for (const auto& [word, meaning] : objectives)
        if (meaning == objective) return word;
    return {};
}

std::optional<Objective> parse_objective(std::string_view text) {
    for (const auto& [word, meaning] : objectives)
        if (word == text) return meaning;
    return std::nullopt;
}

}  // namespace bitshed::mac
