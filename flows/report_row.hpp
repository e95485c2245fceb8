// What results of `verify` and `synth` put into a row of the report, wherever they were kept.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "flows/report.hpp"

namespace bitshed::flows {

/// The text in a field; empty where there is none.
std::string text_at(const nlohmann::ordered_json& object, const char* field);

/// The count in a field; nothing where there is none, or a negative one.
std::optional<long> count_at(const nlohmann::ordered_json& object, const char* field);

/// The number in a field; nothing where there is none.
std::optional<double> number_at(const nlohmann::ordered_json& object, const char* field);

/// Reads what `verify` found. Only a complete run without a mismatch passes: `pairs_expected` pairs
/// of codes, as the unit's widths and lanes have it.
void read_judgement(const nlohmann::ordered_json& result, std::optional<long> pairs_expected,
                    ReportRow& row);

/// Reads what `synth` found, provenance included.
void read_cost(const nlohmann::ordered_json& result, ReportRow& row);

/// What a result of `synth`, or a request for one, says of how its figures come about.
Provenance provenance_of(const nlohmann::ordered_json& result);

}  // namespace bitshed::flows
