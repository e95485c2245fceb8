// The two circuits of a proof and what their ports are to each other.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "proof/netlist.hpp"
#include "support/result.hpp"

namespace bitshed::proof {

/// What keeps a unit from moving on.
enum class Hold {
    never,
    enable,   ///< en_i is low
    stalled,  ///< a sum waits: out_valid_o without out_ready_i, unless it is reset
};

struct Sides {
    Netlist judged;
    Netlist reference;
    /// By role: the literals of the judged file and of the reference, least bit first.
    struct Port {
        std::vector<Literal> judged, reference;
    };
    std::map<std::string, Port> inputs;  ///< without the clock
    std::map<std::string, Port> outputs;
    int stages = 0;
    int lanes = 1;
    Hold hold = Hold::never;

    [[nodiscard]] bool has_handshake() const { return inputs.contains("in_valid"); }
};

/// Error (tool): the judged file's ports are not those of the manifest.
Result<Sides> make_sides(const emit::Manifest& manifest, Netlist judged, Netlist reference);

}  // namespace bitshed::proof
