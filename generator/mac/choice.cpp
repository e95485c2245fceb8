#include "mac/choice.hpp"

#include <algorithm>
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

/// How unlike a row's pair is; -1: it is this very one.
template <class Row>
int unlikeness(const Row& row, const format::Format& weight, const format::Format& activation) {
    if (row.weight == format::name(weight) && row.activation == format::name(activation)) return -1;
    const auto row_weight = format::parse(row.weight, format::Use::operand);
    const auto row_activation = format::parse(row.activation, format::Use::operand);
    return distance(weight, activation, row_weight.value(), row_activation.value());
}

/// Those rows that `fits` of the pair, or else of the nearest; and which it is.
template <class Row, class Fits>
std::pair<std::vector<Row>, Ground> rows_for(const std::vector<Row>& rows,
                                             const format::Format& weight,
                                             const format::Format& activation, Fits fits) {
    const Row* nearest = nullptr;
    int least = std::numeric_limits<int>::max();
    for (const Row& row : rows) {
        if (!fits(row)) continue;
        const int away = unlikeness(row, weight, activation);
        if (away >= least) continue;
        least = away;
        nearest = &row;
    }
    std::vector<Row> found;
    if (nearest == nullptr) return {found, Ground::fallback};
    for (const Row& row : rows)
        if (fits(row) && row.weight == nearest->weight && row.activation == nearest->activation)
            found.push_back(row);
    return {found, least < 0 ? Ground::measured : Ground::neighbour};
}

}  // namespace

Choice choose_architecture(const format::Format& weight, const format::Format& activation,
                           std::string_view family, Objective objective, int stages,
                           const std::function<bool(const Architecture&)>& allowed) {
    const bool small = can_be_table(weight, activation);
    const auto fits = [&](const auto& row) {
        if (row.family != measured_family(family)) return false;
        if (row.architecture.product == Product::table && !small) return false;
        if (!allowed(row.architecture)) return false;
        // What is alike there is not the same cell.
        return row.architecture.cells == Cells::portable || row.family == family;
    };
    if (objective == Objective::area) {
        const auto [rows, ground] = rows_for(measured_choices(), weight, activation, fits);
        return rows.empty() ? Choice{} : Choice{rows.front().architecture, ground};
    }
    const auto [rows, ground] =
        rows_for(measured_clocks(), weight, activation,
                 [&](const MeasuredClock& row) { return row.stages == stages && fits(row); });
    if (rows.empty()) return {};
    const auto cost = [&](const MeasuredClock& row) {
        return (objective == Objective::balanced ? row.luts : 1) / row.mhz;
    };
    const auto best = std::min_element(
        rows.begin(), rows.end(), [&](const auto& x, const auto& y) { return cost(x) < cost(y); });
    return {best->architecture, ground};
}

std::optional<ClockChoice> choose_for_clock(
    const format::Format& weight, const format::Format& activation, std::string_view target,
    double mhz, const std::function<bool(const MeasuredClock&)>& allowed) {
    const auto [rows, ground] =
        rows_for(measured_clocks(), weight, activation,
                 [&](const MeasuredClock& row) { return row.target == target && allowed(row); });
    if (rows.empty()) return std::nullopt;
    const auto better = [&](const MeasuredClock& x, const MeasuredClock& y) {
        if ((x.mhz >= mhz) != (y.mhz >= mhz)) return x.mhz >= mhz;
        return x.mhz >= mhz ? x.luts < y.luts : x.mhz > y.mhz;
    };
    const auto best = std::min_element(rows.begin(), rows.end(), better);
    return ClockChoice{*best, ground, best->mhz >= mhz};
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
