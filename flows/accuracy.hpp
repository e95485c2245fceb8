// Accuracy points of a sweep: `bitshed quantize` run as a program of its own, since nothing else
// loads LibTorch.
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flows/sweep_job.hpp"
#include "flows/tools.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// The quantizer that was built beside this program. Its version is the hash of its file: any
/// change of its code may change a figure. Error (tool): it was not built, with how to get it.
Result<Tool> find_quantizer();

/// The arguments of `bitshed quantize` for a point's request, after the program. The points share
/// the float32 network's logits in the folder `shared`.
std::vector<std::string> quantize_arguments(const nlohmann::ordered_json& request,
                                            const std::filesystem::path& shared);

/// The runner of kind "accuracy". Error (tool): the quantizer is missing, failed or printed no
/// document of its own; (timeout): it was killed at the limit.
Result<nlohmann::ordered_json> run_accuracy_job(const JobInput& input);

}  // namespace bitshed::flows
