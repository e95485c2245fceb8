#include "flows/area_scripts.hpp"

#include <fmt/format.h>

namespace bitshed::flows {

namespace {

// `&save -a` keeps a mapped netlist if it is smaller than what it has, `&load` brings it back. What
// an earlier module left there must not come back: twice the netlist itself is larger than anything
// that is made of it.
constexpr const char* forget = "backup;double;strash;if,-a;&get,-mn;&save,-a;restore";
constexpr const char* least_so_far = ";&load;&put";

/// Another order of the nodes, of a seed, which leads all that follows another way. Inputs, outputs
/// and registers keep theirs.
std::string reordered(int seed) {
    return fmt::format(";strash;permute,-i,-o,-f,-S,{}", seed);
}

/// A mapped netlist is simplified by don't-cares and packed, then again after SAT has looked into
/// its windows, with so many conflicts that no clock decides.
constexpr const char* settled =
    ";mfs2,-a;lutpack;&get,-mn;&save,-a"
    ";&satlut,-N,64,-C,1000;&put;mfs2,-a;lutpack;&get,-mn;&save,-a";

/// Ways to restructure before the mapping; none is best for all.
enum class Way {
    choices,
    synthesis,
    synthesis_thorough,
    rewritten,
    rewritten_twice,
    deep,
    deep_turned
};

std::string restructured(Way way, int inputs, int seed) {
    constexpr const char* cuts = ",-C,24,-F,3,-A,4";
    const auto mapped = [&](const char* how) {
        return fmt::format(";&if,-a,-K,{}{};&put", inputs, how);
    };
    switch (way) {
        case Way::choices:
            return fmt::format(";dch;if,-a{}", cuts);
        case Way::synthesis:
            return fmt::format(";&get,-n;&synch2,-K,{}", inputs) + mapped("");
        case Way::synthesis_thorough:
            return fmt::format(";&get,-n;&synch2,-K,{}", inputs) + mapped(cuts);
        case Way::rewritten:
            return fmt::format(";&get,-n;&syn2;&synch2,-K,{}", inputs) + mapped("");
        case Way::rewritten_twice:
            return ";&get,-n;&syn3;&syn3;&dch,-f" + mapped("");
        case Way::deep:
            return fmt::format(";&get,-n;&deepsyn,-I,1,-J,4,-S,{};&put;dch;if,-a", seed);
        case Way::deep_turned:
            return fmt::format(";&get,-n;&deepsyn,-t,-I,1,-J,4,-S,{};&put;dch;if,-a", seed);
    }
    return {};
}

std::string step(Way way, int inputs, int seed) {
    return reordered(seed) + restructured(way, inputs, seed) + settled;
}

}  // namespace

std::string mapped_once() {
    return "+strash;dch;if,-a;mfs2,-a;lutpack";
}

std::string climbed(int inputs) {
    constexpr Way ways[] = {Way::synthesis, Way::choices,   Way::deep_turned, Way::synthesis,
                            Way::deep,      Way::synthesis, Way::rewritten,   Way::rewritten_twice};
    std::string script = std::string("+") + forget + step(Way::choices, inputs, 0);
    for (int i = 0; i < 24; ++i) {
        script += step(ways[i % 8], inputs, i);
        if (i % 2 == 1) script += least_so_far;
    }
    return script + least_so_far;
}

std::string restarted(int inputs) {
    std::string script = std::string("+") + forget;
    for (int walk = 0; walk < 4; ++walk) {
        if (walk > 0) script += ";restore";
        script += reordered(walk) +
                  fmt::format(";&get,-n;&deepsyn,{}-I,1,-J,6,-S,{};&synch2,-K,{};&if,-a,-K,{};&put",
                              walk % 2 == 0 ? "" : "-t,", walk, inputs, inputs) +
                  ";mfs2,-a;lutpack;&get,-mn;&save,-a";
        for (int i = 0; i < 6; ++i)
            script +=
                step(i % 2 == 0 ? Way::synthesis_thorough : Way::choices, inputs, i + 7 * walk);
    }
    return script + least_so_far;
}

}  // namespace bitshed::flows
