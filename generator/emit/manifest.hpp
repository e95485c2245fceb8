// The manifest (MODULE.json, schema "bitshed.manifest/1"): what a unit is, in words that need no
// other part of bitshed. Judges, flows and strangers read it; docs/manifest.md explains each field.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace bitshed::emit {

struct ManifestPort {
    std::string name;       ///< "w_i"
    std::string direction;  ///< "input" or "output"
    int bits = 1;
    std::string role;  ///< clock clear enable weight activation accumulator special result
                       ///< reset in_valid in_first in_last in_ready out_valid out_ready
};

struct ManifestAccumulator {
    std::string kind;                   ///< "exact", "fixed", "float"
    std::optional<std::string> format;  ///< float only: the canonical name
    int bits = 0;                       ///< width of acc_o
    std::optional<int> lsb_exponent;    ///< fixed grids: value = acc_o * 2^lsb_exponent
    std::string overflow;               ///< "none" (exact), "wrap", "saturate", "ieee"
    std::optional<std::int64_t> terms;  ///< exact only: products a sum may have
};

struct Manifest {
    std::string module;
    std::string command;  ///< makes the unit again: "bitshed gen 'e4m3*e4m3+exact'"
    std::string version;  ///< of bitshed
    std::string weight;   ///< canonical format names
    std::string activation;
    ManifestAccumulator accumulator;
    std::optional<std::string> result;
    std::string result_overflow = "saturate";  ///< "saturate" or "ieee"; meaningful with result
    int lanes = 1;
    int stages = 0;
    int latency = 1;   ///< edges from a pair to its sum
    int interval = 1;  ///< cycles between pairs
    std::string handshake = "none";
    /// The device family ("ecp5") whose carry cells the Verilog instantiates where SYNTHESIS is
    /// defined; absent: it has no cells of any device.
    std::optional<std::string> cells;
    std::vector<ManifestPort> ports;
    std::vector<std::string> files;  ///< beside the manifest, MODULE.v first

    /// The port of a role, if the unit has one.
    [[nodiscard]] const ManifestPort* port(const std::string& role) const;
};

nlohmann::ordered_json to_json(const Manifest& manifest);

/// From the text of MODULE.json. Error (files): not JSON, a field missing, of a wrong type or out
/// of range, ports that contradict the rest; every complaint at once. `origin` names the file in
/// the words.
Result<Manifest> manifest_from_text(const std::string& text, const std::string& origin);

}  // namespace bitshed::emit
