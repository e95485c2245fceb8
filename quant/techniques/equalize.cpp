#include "quant/techniques/equalize.hpp"

#include <algorithm>

#include "quant/techniques/channels.hpp"

namespace bitshed::quant {

int equalize(Graph& graph, double alpha, int rounds) {
    std::vector<Link> pairs = links_of(graph);
    std::erase_if(pairs, [&graph](const Link& link) {
        const Op op = graph.nodes[index(link.source.node)].op;
        const bool layer = op == Op::conv || op == Op::gemm || op == Op::matmul;
        return !layer || link.sinks.size() != 1;
    });
    for (int round = 0; round < rounds; ++round)
        for (const Link& pair : pairs)
            scale(graph, pair, balance(source_range(graph, pair), sink_range(graph, pair), alpha));
    return static_cast<int>(pairs.size());
}

}  // namespace bitshed::quant
