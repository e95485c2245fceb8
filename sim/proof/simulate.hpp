// 64 simulations at once over a graph, and the inputs that drive them.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "proof/sides.hpp"

namespace bitshed::proof {

/// A bit of each of 64 simulations.
using Word = std::uint64_t;

class Simulator {
  public:
    explicit Simulator(const Netlist& netlist);

    void set(Literal variable, Word value) { values_[node_of(variable)] = value; }
    [[nodiscard]] Word get(Literal x) const {
        return values_[node_of(x)] ^ (is_complemented(x) ? ~Word{0} : 0);
    }
    /// The logic follows inputs and registers.
    void settle();
    /// A clock edge.
    void advance();

  private:
    const Netlist* netlist_;
    std::vector<Word> values_;
    std::vector<Word> next_;
};

/// The inputs of one cycle: by role, a word a bit.
using Drive = std::map<std::string, std::vector<Word>>;

/// A pair of codes that deserves attention, a lane: as wide as the ports.
struct Motif {
    std::vector<char> weight, activation;
};

/// Random sequences that begin with a clear or a reset. Cycles 0..stages are not held.
class Stimulus {
  public:
    Stimulus(const Sides& sides, std::uint64_t seed, std::vector<Motif> motifs = {});
    Drive next();

  private:
    Word biased(unsigned sixteenths);
    std::vector<Word> operand(std::size_t bits, std::size_t code_bits);

    const Sides* sides_;
    std::mt19937_64 random_;
    std::vector<Motif> motifs_;
    std::size_t cycle_ = 0;
};

/// Both circuits under the same inputs, from registers at random values.
class SideBySide {
  public:
    SideBySide(const Sides& sides, std::uint64_t seed);
    /// A register of the judged circuit and one of the reference begin with one value.
    void tie(std::size_t judged, std::size_t reference, bool complemented);
    void drive(const Drive& drive);  ///< and settle
    void advance();
    [[nodiscard]] const Simulator& judged() const { return judged_; }
    [[nodiscard]] const Simulator& reference() const { return reference_; }

  private:
    const Sides* sides_;
    std::mt19937_64 random_;
    Simulator judged_, reference_;
};

}  // namespace bitshed::proof
