// A sweep's plan: lists in a TOML file whose combinations are the points. docs/sweep.md has the
// keys; the table in plan.cpp is what is read.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "flows/synth_request.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// A unit as the plan names it.
struct UnitRequest {
    std::string spec;    ///< "e4m3*e4m3+exact"
    std::string terms;   ///< "4608"
    std::string lanes;   ///< "1"
    std::string stages;  ///< "0"
    /// "blocks", "early", "multiply", "ripple", "portable", as the options of `gen`; absent: the
    /// default.
    std::optional<std::string> shifter, sign, product, carry, cells;
};

/// A unit that was built for a plan.
struct PlannedUnit {
    emit::Manifest manifest;
    std::string verilog;
    /// Facts about the two formats that a manifest does not have, for the report:
    /// weight_exponent_bits, weight_fraction_bits, activation_exponent_bits, ...
    nlohmann::ordered_json facts;
};

/// Builds a unit. Error (request): there is no such unit.
using UnitMaker = std::function<Result<PlannedUnit>(const UnitRequest&)>;

/// A network as the plan names it, found.
struct PlannedModel {
    std::string name;    ///< as the plan has it: a shipped network's name, or a file
    std::string sha256;  ///< of the ONNX file
    std::string path;    ///< what `quantize --model` is given; absolute where it is a file's path
};

/// Finds a network. Error (request, files): there is none of this name.
using ModelFinder = std::function<Result<PlannedModel>(const std::string&)>;

/// What quantizing a network to a pair of formats is to tell.
struct PlannedAccuracy {
    PlannedModel model;
    std::string weight;      ///< a format's canonical name
    std::string activation;  ///< a format's canonical name
    std::string recipe;
    std::optional<long> images;  ///< how many are classified; nothing: all
};

/// Whether the plan wants every unit compared with the golden model.
enum class Judging { absent, wanted };

struct Plan {
    std::vector<PlannedUnit> units;      ///< every combination, in the order of the plan
    std::vector<SynthOptions> measures;  ///< target x effort x activity, with seeds and clock aim
    std::vector<PlannedAccuracy> accuracies;  ///< model x recipe x pair of formats
    Judging judging = Judging::absent;
};

/// Reads a plan, builds its units and finds its networks. `origin` names it in the words. Error
/// (request): it is not TOML, or every key that is unknown, of a wrong type or out of range, every
/// unit that cannot be and every network that is not there, each with what is allowed; of many
/// units twenty complaints.
Result<Plan> read_plan(const std::string& text, const std::string& origin,
                       const UnitMaker& make_unit, const ModelFinder& find_model);

}  // namespace bitshed::flows
