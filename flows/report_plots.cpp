#include "flows/report_plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "flows/pareto.hpp"
#include "flows/svg.hpp"
#include "templates/pages.hpp"

namespace bitshed::flows {

namespace {

// A plot and where its axes lie in it, in pixels.
constexpr double plot_width = 330;
constexpr double plot_height = 240;
constexpr double left = 58;
constexpr double right = 14;
constexpr double top = 30;
constexpr double bottom = 44;
constexpr double margin = 12;
constexpr double head_height = 34;
constexpr double legend_height = 34;

struct Point {
    double x = 0;
    double y = 0;
    OperandKinds kinds = OperandKinds::minifloats;
    bool on_front = false;
    std::string title;
};

struct Plot {
    std::string title;
    std::string x_title;
    std::string y_title;
    std::vector<Point> points;
};

/// What an axis shows and where its ticks are.
struct Axis {
    double least = 0;
    double most = 1;
    double first_tick = 0;
    double step = 1;
    int ticks = 1;
    [[nodiscard]] double tick(int i) const { return first_tick + step * i; }
};

/// From 0 to the first tick at or above `most`; ticks at 1, 2 or 5 times a power of ten, about
/// five.
Axis axis_up_to(double most) {
    const double span = std::max(most, 1e-9);
    const double power = std::pow(10, std::floor(std::log10(span / 5)));
    double step = power;
    for (const double factor : {2.0, 5.0, 10.0})
        if (span / step > 6) step = power * factor;
    const int steps = std::max(1, static_cast<int>(std::ceil(span / step - 1e-9)));
    return {0, step * steps, 0, step, steps + 1};
}

/// Bits are whole: a tick a bit from the least, or every second where there are many.
Axis axis_of_bits(const std::vector<Point>& points) {
    const auto [low, high] = std::minmax_element(
        points.begin(), points.end(), [](const Point& a, const Point& b) { return a.x < b.x; });
    const double step = high->x - low->x > 9 ? 2 : 1;
    return {low->x - 0.6, high->x + 0.6, low->x, step,
            static_cast<int>((high->x - low->x) / step) + 1};
}

enum class Horizontal { bits, amount };

const char* style_of(OperandKinds kinds) {
    switch (kinds) {
        case OperandKinds::minifloats:
            return "float";
        case OperandKinds::integers:
            return "int";
        case OperandKinds::mixed:
            return "mixed";
    }
    return "float";
}

Marker marker_of(OperandKinds kinds) {
    switch (kinds) {
        case OperandKinds::minifloats:
            return Marker::circle;
        case OperandKinds::integers:
            return Marker::square;
        case OperandKinds::mixed:
            return Marker::triangle;
    }
    return Marker::circle;
}

void draw_point(SvgWriter& svg, double x, double y, const Point& point) {
    svg.mark(x, y, point.on_front ? 4.5 : 3.5, marker_of(point.kinds),
             std::string(style_of(point.kinds)) + (point.on_front ? " pareto" : ""), point.title);
}

void draw_plot(SvgWriter& svg, double x, double y, const Plot& plot, Horizontal horizontal) {
    const double x0 = x + left;
    const double x1 = x + plot_width - right;
    const double y0 = y + plot_height - bottom;
    const double y1 = y + top;
    svg.text(x0, y + 16, plot.title, "plot", Anchor::start);
    if (plot.points.empty()) {
        svg.text((x0 + x1) / 2, (y0 + y1) / 2, "nothing is known", "note", Anchor::middle);
        return;
    }
    double most_x = 0;
    double most_y = 0;
    for (const auto& point : plot.points) {
        most_x = std::max(most_x, point.x);
        most_y = std::max(most_y, point.y);
    }
    const Axis across =
        horizontal == Horizontal::bits ? axis_of_bits(plot.points) : axis_up_to(most_x);
    const Axis up = axis_up_to(most_y);
    const auto at_x = [&](double value) {
        return x0 + (value - across.least) / (across.most - across.least) * (x1 - x0);
    };
    const auto at_y = [&](double value) { return y0 - value / up.most * (y0 - y1); };
    for (int i = 0; i < up.ticks; ++i) {
        const double at = at_y(up.tick(i));
        svg.line(x0, at, x1, at, i == 0 ? "axis" : "rule");
        svg.text(x0 - 6, at + 4, fmt::format("{:g}", up.tick(i)), "tick", Anchor::end);
    }
    for (int i = 0; i < across.ticks; ++i)
        svg.text(at_x(across.tick(i)), y0 + 16, fmt::format("{:g}", across.tick(i)), "tick",
                 Anchor::middle);
    svg.text((x0 + x1) / 2, y0 + 34, plot.x_title, "label", Anchor::middle);
    svg.upright_text(x + 14, (y0 + y1) / 2, plot.y_title, "label");

    // The front is drawn last, on top; what would cover another mark exactly is left out.
    std::set<std::string> drawn;
    for (const bool front : {false, true})
        for (const auto& point : plot.points) {
            const auto place = fmt::format("{:.1f} {:.1f} {} {}", at_x(point.x), at_y(point.y),
                                           style_of(point.kinds), front);
            if (point.on_front == front && (front || drawn.insert(place).second))
                draw_point(svg, at_x(point.x), at_y(point.y), point);
        }
}

void draw_legend(SvgWriter& svg, double y) {
    double x = margin + left;
    const auto entry = [&](OperandKinds kinds, bool on_front, const char* words, double width) {
        draw_point(svg, x, y, {0, 0, kinds, on_front, {}});
        svg.text(x + 10, y + 4, words, "label", Anchor::start);
        x += width;
    };
    entry(OperandKinds::minifloats, false, "minifloat * minifloat", 160);
    entry(OperandKinds::integers, false, "integer * integer", 135);
    entry(OperandKinds::mixed, false, "minifloat * integer", 150);
    entry(OperandKinds::minifloats, true, "ringed: on the Pareto front", 0);
}

/// What is drawn of one target: three plots over the same points.
struct TargetPlots {
    Plot width;
    Plot exponent;
    Plot clock;
};

std::map<std::string, TargetPlots> plots_of(const Report& report) {
    const auto front = pareto_front(report.rows);
    std::map<std::string, TargetPlots> plots;
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        const auto& row = report.rows[i];
        const auto cost = cost_of(row);
        const auto weight = operand_shape(row.weight);
        const auto activation = operand_shape(row.activation);
        const auto kinds = operand_kinds(row.weight, row.activation);
        if (row.measured != "measured" || !cost || !weight || !activation || !kinds) continue;
        auto& [width, exponent, clock] = plots[row.target];
        const std::string unit = cost->unit == CostUnit::area ? "area" : "LUTs";
        if (width.points.empty()) {
            width = {unit + " against width", "weight bits + activation bits", unit, {}};
            exponent = {
                unit + " against exponent bits", "exponent bits of both operands", unit, {}};
            clock = {unit + " against clock", "Fmax, MHz", unit, {}};
        }
        Point point{0, cost->value, *kinds, std::binary_search(front.begin(), front.end(), i), {}};
        if (point.on_front)
            point.title = fmt::format(
                "{}: {} {}{}", row.module, cost->value, unit,
                row.fmax_mhz ? fmt::format(", {:.2f} MHz", *row.fmax_mhz) : std::string());
        const auto add = [&point](Plot& plot, double x) {
            plot.points.push_back(point);
            plot.points.back().x = x;
        };
        add(width, weight->bits + activation->bits);
        add(exponent, weight->exponent_bits + activation->exponent_bits);
        if (row.fmax_mhz) add(clock, *row.fmax_mhz);
    }
    return plots;
}

/// What is drawn of one network on one target.
struct AccuracyPlots {
    Plot cost{"top-1 against cost", {}, "top-1, %", {}};
    Plot memory{"top-1 against memory", "kilobits of weights and activations", "top-1, %", {}};
};

std::map<std::pair<std::string, std::string>, AccuracyPlots> accuracy_plots_of(const Report& report,
                                                                               const Join& join) {
    std::map<std::pair<std::string, std::string>, AccuracyPlots> plots;
    for (const auto& joined : join.rows) {
        const AccuracyRow& row = report.accuracies[joined.accuracy];
        const auto kinds = operand_kinds(row.weight, row.activation);
        if (!kinds) continue;
        auto& [cost, memory] = plots[{row.model, joined.target}];
        Point point{0, *row.top1, *kinds, false, {}};
        const auto add = [&](Plot& plot, double x, bool on_front) {
            point.x = x;
            point.on_front = on_front;
            point.title =
                on_front ? fmt::format("{} * {}: {:.2f} %", row.weight, row.activation, *row.top1)
                         : std::string();
            plot.points.push_back(point);
        };
        if (joined.cost) {
            const auto price = cost_a_lane(report.rows[*joined.cost]);
            cost.x_title = price->unit == CostUnit::area ? "area a lane" : "LUTs a lane";
            add(cost, price->value, joined.on_cost_front);
        }
        if (const auto bits = memory_bits(row))
            add(memory, static_cast<double>(*bits) / 1000, joined.on_memory_front);
    }
    return plots;
}

}  // namespace

std::optional<OperandKinds> operand_kinds(const std::string& weight_format,
                                          const std::string& activation_format) {
    const auto weight = operand_shape(weight_format);
    const auto activation = operand_shape(activation_format);
    if (!weight || !activation) return std::nullopt;
    if (weight->exponent_bits > 0 && activation->exponent_bits > 0) return OperandKinds::minifloats;
    if (weight->exponent_bits == 0 && activation->exponent_bits == 0) return OperandKinds::integers;
    return OperandKinds::mixed;
}

std::string to_svg(const Report& report) {
    const auto plots = plots_of(report);
    SvgWriter svg;
    const double width = 2 * margin + 3 * plot_width;
    double y = margin;
    if (plots.empty())
        svg.text(width / 2, y + 16, "No point was measured.", "note", Anchor::middle);
    else
        draw_legend(svg, y + 8);
    y += legend_height;
    for (const auto& [target, of_target] : plots) {
        svg.text(margin, y + 18, target, "head", Anchor::start);
        y += head_height;
        draw_plot(svg, margin, y, of_target.width, Horizontal::bits);
        draw_plot(svg, margin + plot_width, y, of_target.exponent, Horizontal::bits);
        draw_plot(svg, margin + 2 * plot_width, y, of_target.clock, Horizontal::amount);
        y += plot_height + margin;
    }
    return svg.document(width, y, "What units cost, by target", templates::report_plots_css);
}

std::string accuracy_svg(const Report& report, const Join& join) {
    SvgWriter svg;
    double y = margin;
    draw_legend(svg, y + 8);
    y += legend_height;
    for (const auto& [key, plots] : accuracy_plots_of(report, join)) {
        const auto& [model, target] = key;
        svg.text(margin, y + 18, target.empty() ? model : model + " on " + target, "head",
                 Anchor::start);
        y += head_height;
        draw_plot(svg, margin, y, plots.cost, Horizontal::amount);
        draw_plot(svg, margin + plot_width, y, plots.memory, Horizontal::amount);
        y += plot_height + margin;
    }
    return svg.document(2 * margin + 3 * plot_width, y, "What formats cost in accuracy",
                        templates::report_plots_css);
}

}  // namespace bitshed::flows
