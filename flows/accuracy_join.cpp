#include "flows/accuracy_join.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "flows/pareto.hpp"

namespace bitshed::flows {

namespace {

constexpr double one_point = 1;

/// The row of the best recipe for each network and pair, in the order in which they come first.
std::vector<std::size_t> best_recipes(const std::vector<AccuracyRow>& rows) {
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> place;
    std::vector<std::size_t> best;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i].top1) continue;
        const auto [known, is_new] = place.emplace(
            std::tuple(rows[i].model, rows[i].weight, rows[i].activation), best.size());
        if (is_new)
            best.push_back(i);
        else if (*rows[i].top1 > *rows[best[known->second]].top1)
            best[known->second] = i;
    }
    return best;
}

/// A point of a front: more accuracy is better, less expense is.
struct Candidate {
    std::size_t row;
    double top1;
    double expense;
};

bool beats(const Candidate& a, const Candidate& b) {
    return a.top1 >= b.top1 && a.expense <= b.expense && (a.top1 > b.top1 || a.expense < b.expense);
}

template <class Mark>
void mark_front(const std::vector<Candidate>& candidates, const Mark& mark) {
    for (const auto& one : candidates)
        if (std::none_of(candidates.begin(), candidates.end(),
                         [&one](const Candidate& other) { return beats(other, one); }))
            mark(one.row);
}

}  // namespace

std::optional<long> memory_bits(const AccuracyRow& row) {
    if (!row.weight_memory_bits || !row.activation_memory_bits) return std::nullopt;
    return *row.weight_memory_bits + *row.activation_memory_bits;
}

Join join(const std::vector<AccuracyRow>& accuracies, const std::vector<ReportRow>& costs) {
    // The cheapest unit of each pair on each target.
    std::map<std::pair<std::string, std::string>, std::map<std::string, std::size_t>> units;
    for (std::size_t i = 0; i < costs.size(); ++i) {
        const auto cost = cost_a_lane(costs[i]);
        if (!cost) continue;
        auto& of_pair = units[{costs[i].weight, costs[i].activation}];
        const auto [known, is_new] = of_pair.emplace(costs[i].target, i);
        if (!is_new && cost->value < cost_a_lane(costs[known->second])->value) known->second = i;
    }
    Join made;
    for (const std::size_t index : best_recipes(accuracies)) {
        const auto& row = accuracies[index];
        const auto found = units.find({row.weight, row.activation});
        if (found == units.end()) {
            made.rows.push_back({.accuracy = index});
            continue;
        }
        for (const auto& [target, cost] : found->second)
            made.rows.push_back({.accuracy = index, .cost = cost, .target = target});
    }
    std::stable_sort(made.rows.begin(), made.rows.end(),
                     [&](const JoinedRow& a, const JoinedRow& b) {
                         return std::tie(accuracies[a.accuracy].model, a.target) <
                                std::tie(accuracies[b.accuracy].model, b.target);
                     });
    std::map<std::string, std::vector<Candidate>> by_memory;
    std::map<std::pair<std::string, std::string>, std::vector<Candidate>> by_cost;
    for (std::size_t i = 0; i < made.rows.size(); ++i) {
        const auto& accuracy = accuracies[made.rows[i].accuracy];
        if (const auto bits = memory_bits(accuracy))
            by_memory[accuracy.model].push_back({i, *accuracy.top1, static_cast<double>(*bits)});
        if (made.rows[i].cost)
            by_cost[{accuracy.model, made.rows[i].target}].push_back(
                {i, *accuracy.top1, cost_a_lane(costs[*made.rows[i].cost])->value});
    }
    for (const auto& [model, candidates] : by_memory)
        mark_front(candidates, [&](std::size_t i) { made.rows[i].on_memory_front = true; });
    for (const auto& [key, candidates] : by_cost) {
        mark_front(candidates, [&](std::size_t i) { made.rows[i].on_cost_front = true; });
        CheapestPair cheapest{key.first, key.second, one_point, std::nullopt};
        double least = 0;
        for (const auto& one : candidates) {
            const auto& accuracy = accuracies[made.rows[one.row].accuracy];
            // A hair of tolerance: percents are quotients.
            if (!accuracy.top1_fp32 || one.top1 < *accuracy.top1_fp32 - one_point - 1e-9) continue;
            if (cheapest.joined && one.expense >= least) continue;
            cheapest.joined = one.row;
            least = one.expense;
        }
        made.cheapest.push_back(cheapest);
    }
    return made;
}

}  // namespace bitshed::flows
