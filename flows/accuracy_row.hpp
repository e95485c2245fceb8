// What quantizing a network to a pair of formats costs in accuracy: a row of the report.
#pragma once

#include <optional>
#include <string>

#include "flows/store.hpp"

namespace bitshed::flows {

/// One network, quantized to one pair of formats by one recipe.
struct AccuracyRow {
    std::string model;
    std::string weight;      ///< canonical name
    std::string activation;  ///< canonical name
    std::string recipe;      ///< as asked for
    std::string used;        ///< the recipe that stands: of `best`, the one that was best
    std::string measured;    ///< "measured", "failed" (the message says how), "unreadable"
    std::string message;
    std::optional<double> top1;              ///< percent of the images that are classified right
    std::optional<double> top1_fp32;         ///< the same of the network in float
    std::optional<double> agreement;         ///< percent of the images on which both say the same
    std::optional<double> sqnr_db;           ///< of the logits
    std::optional<double> kl;                ///< mean Kullback-Leibler divergence, nats
    std::optional<long> weight_memory_bits;  ///< without their scales
    std::optional<long> activation_memory_bits;  ///< of one image, without their scales
    std::optional<long> images;
    std::string log;  ///< the folder of the logs
};

/// What a row of the store of kind "accuracy" says.
AccuracyRow accuracy_row(const StoreRow& stored);

}  // namespace bitshed::flows
