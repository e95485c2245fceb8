// And-inverter graphs: what both sides of a proof become. Equal nodes are one node, and constants
// disappear as they are made.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace bitshed::proof {

/// A node's value or its complement: 2 * node + (1 if complemented). Node 0 is the constant false.
using Literal = std::uint32_t;
inline constexpr Literal constant_false = 0;
inline constexpr Literal constant_true = 1;

constexpr Literal complement(Literal x) {
    return x ^ 1;
}
constexpr std::uint32_t node_of(Literal x) {
    return x >> 1;
}
constexpr bool is_complemented(Literal x) {
    return (x & 1) != 0;
}

class Aig {
  public:
    /// Both literals of an and; an input has none (both 0), and so has node 0.
    struct Node {
        Literal left = 0;
        Literal right = 0;
    };

    Aig() : nodes_(1) {}

    /// A fresh variable.
    Literal input();
    Literal conjunction(Literal a, Literal b);
    Literal disjunction(Literal a, Literal b) {
        return complement(conjunction(complement(a), complement(b)));
    }
    Literal exclusive_or(Literal a, Literal b);
    Literal choice(Literal condition, Literal yes, Literal no);

    [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
    /// Nodes of the inputs, in the order in which they were made.
    [[nodiscard]] const std::vector<std::uint32_t>& inputs() const { return inputs_; }
    [[nodiscard]] bool is_input(std::uint32_t node) const {
        return node != 0 && nodes_[node].left == 0 && nodes_[node].right == 0;
    }

  private:
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> inputs_;
    std::unordered_map<std::uint64_t, std::uint32_t> known_;  // and node by its two literals
};

/// For each node, whether one of `outputs` depends on it.
std::vector<char> read_by(const Aig& aig, const std::vector<Literal>& outputs);

/// The inputs (their nodes, in their order) that one of `outputs` depends on.
std::vector<std::uint32_t> support(const Aig& aig, const std::vector<Literal>& outputs);

/// Combinational AIGER 1.9 text, binary, of these outputs over all inputs of the graph.
std::string aiger_text(const Aig& aig, const std::vector<Literal>& outputs);

}  // namespace bitshed::proof
