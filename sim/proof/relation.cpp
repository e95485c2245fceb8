#include "proof/relation.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "proof/simulate.hpp"

namespace bitshed::proof {

namespace {

/// The register that holds a node's value, by node.
std::unordered_map<std::uint32_t, std::size_t> registers_by_node(const Netlist& netlist) {
    std::unordered_map<std::uint32_t, std::size_t> found;
    for (std::size_t i = 0; i < netlist.registers.size(); ++i)
        found.emplace(node_of(netlist.registers[i].value), i);
    return found;
}

/// Which registers each register of a unit takes its value from while the unit moves.
std::vector<std::vector<std::size_t>> reads_in_motion(const Netlist& netlist,
                                                      const std::vector<Literal>& enable) {
    Aig aig;
    Frame frame(netlist, aig);
    for (const Literal bit : enable) frame.set(bit, constant_true);
    frame.free_rest();
    std::unordered_map<std::uint32_t, std::size_t> by_node;
    for (std::size_t i = 0; i < netlist.registers.size(); ++i) {
        const Literal value = aig.input();
        frame.set(netlist.registers[i].value, value);
        by_node.emplace(node_of(value), i);
    }
    std::vector<std::vector<std::size_t>> reads;
    for (const Register& bit : netlist.registers) {
        reads.emplace_back();
        for (const std::uint32_t node : support(aig, {frame.get(bit.next)}))
            if (const auto found = by_node.find(node); found != by_node.end())
                reads.back().push_back(found->second);
    }
    return reads;
}

/// Whether what a register holds comes back to it, so that it holds more than a pipeline does.
bool comes_round(const std::vector<std::vector<std::size_t>>& reads, std::size_t start) {
    std::vector<char> seen(reads.size(), 0);
    for (std::vector<std::size_t> open = {start}; !open.empty();) {
        const std::size_t index = open.back();
        open.pop_back();
        for (const std::size_t next : reads[index]) {
            if (next == start) return true;
            if (seen[next] == 0) open.push_back(next);
            seen[next] = 1;
        }
    }
    return false;
}

class Guess {
  public:
    explicit Guess(const Sides& sides)
        : sides_(sides),
          judged_taken_(sides.judged.registers.size(), 0),
          reference_taken_(sides.reference.registers.size(), 0) {}

    Relation relation() {
        pair_outputs();
        of_outputs_ = pairs_.size();
        find_shown();
        pair_by_simulation();
        Relation relation = split();
        relation.shown = shown_;
        relation.showing = showing_;
        return relation;
    }

  private:
    void add(const Pair& pair) {
        if (judged_taken_[pair.judged] != 0 || reference_taken_[pair.reference] != 0) return;
        judged_taken_[pair.judged] = reference_taken_[pair.reference] = 1;
        pairs_.push_back(pair);
    }

    /// Registers that are the same bit of an output.
    void pair_outputs() {
        const auto judged = registers_by_node(sides_.judged);
        const auto reference = registers_by_node(sides_.reference);
        for (const auto& [role, port] : sides_.outputs)
            for (std::size_t bit = 0; bit < port.judged.size(); ++bit) {
                const auto j = judged.find(node_of(port.judged[bit]));
                const auto r = reference.find(node_of(port.reference[bit]));
                if (j != judged.end() && r != reference.end())
                    add({j->second, r->second,
                         is_complemented(port.judged[bit] ^ port.reference[bit])});
            }
    }

    /// Registers of the reference that are a bit of an output, where the judged file works that bit
    /// out of registers that are in no pair.
    void find_shown() {
        const auto judged = registers_by_node(sides_.judged);
        const auto reference = registers_by_node(sides_.reference);
        for (const auto& [role, port] : sides_.outputs)
            for (std::size_t bit = 0; bit < port.judged.size(); ++bit) {
                const auto r = reference.find(node_of(port.reference[bit]));
                if (r == reference.end() || reference_taken_[r->second] != 0) continue;
                std::vector<std::size_t> read;
                for (const std::uint32_t node : support(sides_.judged.aig, {port.judged[bit]})) {
                    const auto j = judged.find(node);
                    if (j == judged.end()) {
                        read.clear();
                        break;
                    }
                    read.push_back(j->second);
                }
                if (read.empty()) continue;
                reference_taken_[r->second] = 1;
                shown_.push_back(
                    {port.judged[bit] ^ static_cast<Literal>(is_complemented(port.reference[bit])),
                     r->second});
                for (const std::size_t index : read) {
                    if (judged_taken_[index] == 0) showing_.push_back(index);
                    judged_taken_[index] = 1;
                }
            }
    }

    /// Registers with one history (or the opposite one) in many random runs.
    void pair_by_simulation() {
        constexpr std::size_t cycles = 192;
        using History = std::vector<Word>;
        std::vector<History> judged(judged_taken_.size()), reference(reference_taken_.size());
        SideBySide both(sides_, 1);
        for (const Pair& pair : pairs_) both.tie(pair.judged, pair.reference, pair.complemented);
        Stimulus stimulus(sides_, 2);
        for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
            both.drive(stimulus.next());
            if (cycle > static_cast<std::size_t>(2 * sides_.stages + 2)) {
                for (std::size_t i = 0; i < judged.size(); ++i)
                    judged[i].push_back(both.judged().get(sides_.judged.registers[i].value));
                for (std::size_t i = 0; i < reference.size(); ++i)
                    reference[i].push_back(
                        both.reference().get(sides_.reference.registers[i].value));
            }
            both.advance();
        }
        struct Class {
            std::vector<std::pair<std::size_t, bool>> judged, reference;
        };
        std::map<History, Class> classes;
        const auto place = [&](History history, auto member, std::size_t index) {
            const bool turned = (history.front() & 1) != 0;
            if (turned)
                for (Word& word : history) word = ~word;
            if (std::all_of(history.begin(), history.end(), [](Word w) { return w == 0; })) return;
            (classes[std::move(history)].*member).emplace_back(index, turned);
        };
        for (std::size_t i = 0; i < judged.size(); ++i)
            if (judged_taken_[i] == 0) place(judged[i], &Class::judged, i);
        for (std::size_t i = 0; i < reference.size(); ++i)
            if (reference_taken_[i] == 0) place(reference[i], &Class::reference, i);
        for (const auto& [history, members] : classes)
            for (std::size_t i = 0; i < std::min(members.judged.size(), members.reference.size());
                 ++i)
                add({members.judged[i].first, members.reference[i].first,
                     members.judged[i].second != members.reference[i].second});
    }

    /// The greatest list that is closed goes to `always`.
    Relation split() {
        std::vector<char> judged_in(judged_taken_.size(), 0),
            reference_in(reference_taken_.size(), 0);
        std::vector<std::vector<std::size_t>> judged_reads, reference_reads;
        const auto judged_by_node = registers_by_node(sides_.judged);
        const auto reference_by_node = registers_by_node(sides_.reference);
        const auto reads = [](const Netlist& netlist, const auto& by_node, std::size_t index) {
            std::vector<std::size_t> found;
            for (const std::uint32_t node : support(netlist.aig, {netlist.registers[index].next}))
                if (const auto r = by_node.find(node); r != by_node.end())
                    found.push_back(r->second);
            return found;
        };
        for (const Pair& pair : pairs_) {
            judged_in[pair.judged] = reference_in[pair.reference] = 1;
            judged_reads.push_back(reads(sides_.judged, judged_by_node, pair.judged));
            reference_reads.push_back(reads(sides_.reference, reference_by_node, pair.reference));
        }
        std::vector<char> stays(pairs_.size(), 1);
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t i = 0; i < pairs_.size(); ++i) {
                const auto all_in = [](const auto& indices, const auto& in) {
                    return std::all_of(indices.begin(), indices.end(),
                                       [&](std::size_t index) { return in[index] != 0; });
                };
                if (stays[i] == 0 || (all_in(judged_reads[i], judged_in) &&
                                      all_in(reference_reads[i], reference_in)))
                    continue;
                stays[i] = 0;
                judged_in[pairs_[i].judged] = reference_in[pairs_[i].reference] = 0;
                changed = true;
            }
        }
        // Registers of a pipeline may look alike, as those of an operand's bit and of a row that is
        // that bit: the list may then have one and not the other, and neither is a sum's.
        const auto enable = sides_.inputs.find("enable");
        const auto reads_moving =
            reads_in_motion(sides_.judged, enable == sides_.inputs.end() ? std::vector<Literal>{}
                                                                         : enable->second.judged);
        Relation relation;
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            if (stays[i] != 0)
                relation.always.push_back(pairs_[i]);
            else if (i < of_outputs_ || comes_round(reads_moving, pairs_[i].judged))
                relation.late.push_back(pairs_[i]);
        }
        return relation;
    }

    const Sides& sides_;
    std::vector<char> judged_taken_, reference_taken_;
    std::vector<Pair> pairs_;
    std::size_t of_outputs_ = 0;  ///< so many of them, the first
    std::vector<Shown> shown_;
    std::vector<std::size_t> showing_;
};

}  // namespace

Relation guess_relation(const Sides& sides) {
    return Guess(sides).relation();
}

}  // namespace bitshed::proof
