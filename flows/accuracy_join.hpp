// Accuracy beside cost: what a pair of formats costs a network in accuracy, and what its
// multiply-accumulate unit costs in silicon. The question of the whole project.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "flows/accuracy_row.hpp"
#include "flows/report.hpp"

namespace bitshed::flows {

/// A network in a pair of formats on a target: the best of the recipes that were tried, and the
/// cheapest of the units of this pair that were measured there.
struct JoinedRow {
    std::size_t accuracy = 0;         ///< index of the row of the best recipe
    std::optional<std::size_t> cost;  ///< index of the unit's row; nothing: measured on no target
    std::string target;               ///< empty where there is no cost
    bool on_cost_front = false;       ///< accuracy against the unit's cost a lane, of this target
    bool on_memory_front = false;     ///< accuracy against memory bits, of the network
};

/// The cheapest unit with which a network loses no more than `loss` of its top-1 in float.
struct CheapestPair {
    std::string model;
    std::string target;
    double loss = 0;                    ///< allowed, in percent of the images: 1 is one point
    std::optional<std::size_t> joined;  ///< index; nothing: no pair is as good
};

struct Join {
    std::vector<JoinedRow> rows;         ///< by network, then target, then as the accuracies are
    std::vector<CheapestPair> cheapest;  ///< for each network and target, within one point
};

/// Bits of weights and of activations; nothing where either is unknown. Their scales are left out:
/// a network has as many of them in one pair of formats as in another.
std::optional<long> memory_bits(const AccuracyRow& row);

/// Joins by the names of the two formats. Units that were judged wrong take no part, nor do rows
/// without figures. On a front: no other row of the same network (and target) has as good a top-1
/// for as little, and is better in one of them.
Join join(const std::vector<AccuracyRow>& accuracies, const std::vector<ReportRow>& costs);

}  // namespace bitshed::flows
