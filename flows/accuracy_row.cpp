#include "flows/accuracy_row.hpp"

#include "flows/report_row.hpp"

namespace bitshed::flows {

AccuracyRow accuracy_row(const StoreRow& stored) {
    AccuracyRow row;
    row.model = text_at(stored.request, "model");
    row.weight = text_at(stored.request, "weight");
    row.activation = text_at(stored.request, "activation");
    row.recipe = text_at(stored.request, "recipe");
    row.log = stored.log;
    if (stored.status != PointStatus::done) {
        row.measured = "failed";
        row.message = stored.problem;
        return row;
    }
    const auto& result = stored.result;
    row.used = text_at(result, "recipe");
    row.top1 = number_at(result, "top1");
    row.top1_fp32 = number_at(result, "top1_fp32");
    row.agreement = number_at(result, "agreement");
    row.sqnr_db = number_at(result, "sqnr_db");
    row.kl = number_at(result, "kl");
    row.images = count_at(result, "images");
    if (result.contains("memory_bits") && result["memory_bits"].is_object()) {
        row.weight_memory_bits = count_at(result["memory_bits"], "weights");
        row.activation_memory_bits = count_at(result["memory_bits"], "activations");
    }
    row.measured = row.top1 ? "measured" : "unreadable";
    return row;
}

}  // namespace bitshed::flows
