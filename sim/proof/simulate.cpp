#include "proof/simulate.hpp"

namespace bitshed::proof {

Simulator::Simulator(const Netlist& netlist)
    : netlist_(&netlist), values_(netlist.aig.nodes().size(), 0) {}

void Simulator::settle() {
    const auto& nodes = netlist_->aig.nodes();
    for (std::uint32_t node = 1; node < nodes.size(); ++node)
        if (!netlist_->aig.is_input(node))
            values_[node] = get(nodes[node].left) & get(nodes[node].right);
}

void Simulator::advance() {
    next_.clear();
    for (const Register& bit : netlist_->registers) next_.push_back(get(bit.next));
    for (std::size_t i = 0; i < next_.size(); ++i) set(netlist_->registers[i].value, next_[i]);
}

Stimulus::Stimulus(const Sides& sides, std::uint64_t seed, std::vector<Motif> motifs)
    : sides_(&sides), random_(seed), motifs_(std::move(motifs)) {}

/// Each bit is set with a probability of `sixteenths` / 16.
Word Stimulus::biased(unsigned sixteenths) {
    Word result = 0;
    for (unsigned bit = 0; bit < 4; ++bit)
        result = ((sixteenths >> bit) & 1) != 0 ? result | random_() : result & random_();
    return result;
}

/// Codes of four tempers: any bits, few ones, few zeros, and a code with at most one bit turned.
std::vector<Word> Stimulus::operand(std::size_t bits, std::size_t code_bits) {
    std::vector<Word> words;
    Word few_ones = 0, few_zeros = 0;
    for (std::size_t bit = 0; bit < bits; ++bit) {
        if (bit % code_bits == 0) {
            few_ones = biased(4);
            few_zeros = biased(4);
        }
        const Word thin = biased(2), thick = ~biased(2);
        words.push_back((few_ones & thin) | (few_zeros & ~few_ones & thick) |
                        (~few_ones & ~few_zeros & random_()));
    }
    return words;
}

Drive Stimulus::next() {
    Drive drive;
    const bool prelude = cycle_ <= static_cast<std::size_t>(sides_->stages);
    const auto lanes = static_cast<std::size_t>(sides_->lanes);
    const Word long_sums = 0xffffffff00000000;  // in half of the simulations nothing ends early
    for (const auto& [role, port] : sides_->inputs) {
        auto& words = drive[role];
        if (role == "weight" || role == "activation") {
            words = operand(port.judged.size(), port.judged.size() / lanes);
            continue;
        }
        Word value = random_();
        if (role == "clear" || role == "in_last" || role == "in_first")
            value = biased(2) & (biased(1) | ~long_sums);
        else if (role == "reset")
            value = ~(biased(1) & biased(2) & ~long_sums);
        else if (role == "enable" || role == "in_valid")
            value = biased(13);
        else if (role == "out_ready")
            value = biased(9);
        if (cycle_ == 0 && role == "clear") value = ~Word{0};
        if (cycle_ == 0 && role == "reset") value = 0;
        if (cycle_ == 1 && role == "in_first") value |= 0x5555555555555555;
        if (prelude && (role == "enable" || role == "out_ready")) value = ~Word{0};
        words.push_back(value);
    }
    if (!motifs_.empty()) {
        const Motif& motif = motifs_[random_() % motifs_.size()];
        const Word where = biased(5);
        const auto mix = [&](std::vector<Word>& words, const std::vector<char>& code) {
            for (std::size_t bit = 0; bit < words.size(); ++bit)
                words[bit] = (words[bit] & ~where) | (code[bit] != 0 ? where : 0);
        };
        mix(drive["weight"], motif.weight);
        mix(drive["activation"], motif.activation);
    }
    ++cycle_;
    return drive;
}

SideBySide::SideBySide(const Sides& sides, std::uint64_t seed)
    : sides_(&sides), random_(seed), judged_(sides.judged), reference_(sides.reference) {
    for (const Register& bit : sides.judged.registers) judged_.set(bit.value, random_());
    for (const Register& bit : sides.reference.registers) reference_.set(bit.value, random_());
}

void SideBySide::tie(std::size_t judged, std::size_t reference, bool complemented) {
    const Word value = judged_.get(sides_->judged.registers[judged].value);
    reference_.set(sides_->reference.registers[reference].value, complemented ? ~value : value);
}

void SideBySide::drive(const Drive& drive) {
    for (const auto& [role, port] : sides_->inputs) {
        const auto& words = drive.at(role);
        for (std::size_t bit = 0; bit < words.size(); ++bit) {
            judged_.set(port.judged[bit], words[bit]);
            reference_.set(port.reference[bit], words[bit]);
        }
    }
    for (const Literal unnamed : sides_->judged.unnamed) judged_.set(unnamed, random_());
    judged_.settle();
    reference_.settle();
}

void SideBySide::advance() {
    judged_.advance();
    reference_.advance();
}

}  // namespace bitshed::proof
