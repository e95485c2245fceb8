#include "proof/aig.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "support/check.hpp"

namespace bitshed::proof {

Literal Aig::input() {
    inputs_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    nodes_.emplace_back();
    return 2 * inputs_.back();
}

Literal Aig::conjunction(Literal a, Literal b) {
    if (a > b) std::swap(a, b);
    if (a == constant_false || a == complement(b)) return constant_false;
    if (a == constant_true || a == b) return b;
    const std::uint64_t key = (std::uint64_t{a} << 32) | b;
    const auto [place, is_new] = known_.emplace(key, nodes_.size());
    if (is_new) {
        check(nodes_.size() < (std::uint32_t{1} << 30), "a graph has room for its nodes");
        nodes_.push_back({a, b});
    }
    return 2 * place->second;
}

Literal Aig::exclusive_or(Literal a, Literal b) {
    return complement(conjunction(complement(conjunction(a, complement(b))),
                                  complement(conjunction(complement(a), b))));
}

Literal Aig::choice(Literal condition, Literal yes, Literal no) {
    if (yes == no) return yes;
    return complement(conjunction(complement(conjunction(condition, yes)),
                                  complement(conjunction(complement(condition), no))));
}

std::vector<char> read_by(const Aig& aig, const std::vector<Literal>& outputs) {
    const auto& nodes = aig.nodes();
    std::vector<char> read(nodes.size(), 0);
    for (const Literal output : outputs) read[node_of(output)] = 1;
    for (std::size_t node = nodes.size(); node-- > 1;) {
        if (read[node] == 0) continue;
        read[node_of(nodes[node].left)] = 1;
        read[node_of(nodes[node].right)] = 1;
    }
    return read;
}

std::vector<std::uint32_t> support(const Aig& aig, const std::vector<Literal>& outputs) {
    const std::vector<char> read = read_by(aig, outputs);
    std::vector<std::uint32_t> found;
    for (const std::uint32_t input : aig.inputs())
        if (read[input] != 0) found.push_back(input);
    return found;
}

namespace {

void append_delta(std::string& text, std::uint32_t delta) {
    for (; delta > 0x7f; delta >>= 7) text += static_cast<char>(0x80 | (delta & 0x7f));
    text += static_cast<char>(delta);
}

}  // namespace

std::string aiger_text(const Aig& aig, const std::vector<Literal>& outputs) {
    // AIGER numbers the inputs first; ands keep their order, in which a node follows its operands.
    // Nodes that no output reads are left out.
    const auto& nodes = aig.nodes();
    const std::vector<char> read = read_by(aig, outputs);
    std::vector<std::uint32_t> number(nodes.size(), 0);
    std::uint32_t next = 1;
    for (const std::uint32_t node : aig.inputs()) number[node] = next++;
    const auto renamed = [&](Literal x) { return 2 * number[node_of(x)] + (x & 1); };
    std::string ands;
    std::size_t count = 0;
    for (std::uint32_t node = 1; node < nodes.size(); ++node) {
        if (read[node] == 0 || aig.is_input(node)) continue;
        number[node] = next++;
        Literal left = renamed(nodes[node].left), right = renamed(nodes[node].right);
        if (left < right) std::swap(left, right);
        append_delta(ands, 2 * number[node] - left);
        append_delta(ands, left - right);
        ++count;
    }
    std::string text =
        fmt::format("aig {} {} 0 {} {}\n", next - 1, aig.inputs().size(), outputs.size(), count);
    for (const Literal output : outputs) text += fmt::format("{}\n", renamed(output));
    return text + ands;
}

}  // namespace bitshed::proof
