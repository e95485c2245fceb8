#include "proof/cases.hpp"

#include "support/check.hpp"

namespace bitshed::proof {

Cases split_cases(const Aig& aig, const std::vector<Literal>& asked,
                  const std::vector<Literal>& split, std::uint32_t first, std::uint32_t last) {
    Cases cases;
    const auto& nodes = aig.nodes();
    // Only what is asked for is copied.
    const std::vector<char> read = read_by(aig, asked);
    std::vector<Literal> copies(nodes.size(), constant_false);
    std::vector<Literal> inputs;
    for (std::size_t i = 0; i < aig.inputs().size(); ++i) inputs.push_back(cases.aig.input());
    for (std::uint32_t number = first; number < last; ++number) {
        for (std::size_t i = 0; i < inputs.size(); ++i) copies[aig.inputs()[i]] = inputs[i];
        for (std::size_t i = 0; i < split.size(); ++i) {
            check(aig.is_input(node_of(split[i])), "cases are of inputs");
            copies[node_of(split[i])] = ((number >> i) & 1) ^ (split[i] & 1);
        }
        const auto copy = [&](Literal x) { return copies[node_of(x)] ^ (x & 1); };
        for (std::uint32_t node = 1; node < nodes.size(); ++node)
            if (read[node] != 0 && !aig.is_input(node))
                copies[node] =
                    cases.aig.conjunction(copy(nodes[node].left), copy(nodes[node].right));
        for (const Literal x : asked) {
            if (copy(x) == constant_false) continue;
            cases.asked.push_back(copy(x));
            cases.in_case.push_back(number);
        }
    }
    return cases;
}

}  // namespace bitshed::proof
