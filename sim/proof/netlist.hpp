// A clocked circuit as an and-inverter graph with registers, read from the AIGER that Yosys writes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proof/aig.hpp"
#include "support/result.hpp"

namespace bitshed::proof {

struct Register {
    std::string name;   ///< "acc_q[3]", of a bit
    Literal value = 0;  ///< an input of the graph
    Literal next = 0;   ///< what it takes at a clock edge
};

struct Netlist {
    Aig aig;
    std::map<std::string, std::vector<Literal>> inputs;   ///< by port, least bit first
    std::map<std::string, std::vector<Literal>> outputs;  ///< by port, least bit first
    std::vector<Literal> unnamed;  ///< values that nothing drives: they may be anything
    std::vector<Register> registers;
};

/// Error (tool): the text is no binary AIGER file with a symbol table; the words say where.
Result<Netlist> netlist_from_aiger(std::string_view text);

/// Copies of a netlist's logic in another graph, each over values given for its inputs and
/// registers: a frame of an unrolling.
class Frame {
  public:
    Frame(const Netlist& from, Aig& into);

    /// The value of an input or a register; all that are read must be given.
    void set(Literal variable, Literal value);
    [[nodiscard]] bool is_set(Literal variable) const;
    /// Any value for each input that has none yet, and for what nothing drives.
    void free_rest();
    Literal get(Literal x);

  private:
    static constexpr Literal unknown = ~Literal{0};
    const Netlist* from_;
    Aig* into_;
    std::vector<Literal> copies_;
};

}  // namespace bitshed::proof
