// A unit as it is asked for, and how it becomes a MacSpec or a list of complaints.
#pragma once

#include <optional>
#include <string>

#include "mac/architecture.hpp"
#include "mac/spec.hpp"
#include "support/result.hpp"

namespace bitshed::mac {

/// A request as it was typed: nothing is checked yet. Absent options have their defaults.
struct MacOptions {
    std::string spec;  ///< "e4m3*e4m3+exact"; empty where the three flags are used instead
    std::optional<std::string> weight;
    std::optional<std::string> activation;
    std::optional<std::string> accumulator;
    std::optional<std::string> result;
    std::optional<std::string> terms;
    std::optional<std::string> width;
    std::optional<std::string> overflow;
    std::optional<std::string> lanes;
    std::optional<std::string> stages;
    std::optional<std::string> handshake;
    std::optional<std::string> shifter;
    std::optional<std::string> sign;
    std::optional<std::string> product;
    std::optional<std::string> carry;
    std::optional<std::string> cells;
    bool enable = false;
};

/// Decides everything or returns every complaint (kind: request).
Result<MacSpec> make_mac_spec(const MacOptions& options);

/// Asks for an architecture with those of the options that are absent.
void ask_for(const Architecture& architecture, MacOptions& options);

}  // namespace bitshed::mac
