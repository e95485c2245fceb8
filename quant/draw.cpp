#include <numeric>
#include <random>
#include <utility>

#include "quant/engine.hpp"

namespace bitshed::quant {

std::vector<std::size_t> draw(std::size_t count, std::size_t pool, std::uint64_t seed) {
    std::vector<std::size_t> drawn(pool);
    std::iota(drawn.begin(), drawn.end(), std::size_t{0});
    if (count >= pool) return drawn;
    std::mt19937_64 random(seed);
    // The standard library's distributions differ between libraries; a remainder of 64 bits does
    // not, and favours no index by more than pool / 2^64.
    for (std::size_t at = 0; at < count; ++at)
        std::swap(drawn[at], drawn[at + random() % (pool - at)]);
    drawn.resize(count);
    return drawn;
}

}  // namespace bitshed::quant
