// What of the outside programs is there, what each is needed for, and how to get the rest.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bitshed::flows {

struct ToolStatus {
    std::string name;
    std::optional<std::string> version;  ///< none: not found, or it does not work
    std::optional<std::string> path;
    std::string problem;  ///< why it was not found; empty where it was
    std::string needed_for;
    std::string how_to_get;
};

struct TargetStatus {
    std::string name;
    std::string why_not;  ///< empty: available
};

struct Diagnosis {
    std::vector<ToolStatus> tools;
    std::vector<TargetStatus> targets;
};

/// Asks every tool for its version. Never fails: what is missing is the answer.
Diagnosis examine();

nlohmann::ordered_json to_json(const Diagnosis& diagnosis);

}  // namespace bitshed::flows
