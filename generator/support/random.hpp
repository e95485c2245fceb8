// Random numbers that are the same on every machine for the same seed: SplitMix64 (Steele, Lea,
// Flood, OOPSLA 2014). The standard library's distributions are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace bitshed {

class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ull;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ull;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebull;
        return mixed ^ (mixed >> 31);
    }

    /// Above 0, up to 1: one of the multiples of 2^-53.
    double above_zero() { return (static_cast<double>(next() >> 11) + 1) * 0x1p-53; }

    /// Below `bound` >= 1; the bias of the modulus does not matter here.
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

    /// True once in `times`.
    bool one_in(std::size_t times) { return below(times) == 0; }

    template <class T>
    void shuffle(std::vector<T>& values) {
        for (std::size_t left = values.size(); left > 1; --left)
            std::swap(values[left - 1], values[below(left)]);
    }

  private:
    std::uint64_t state_;
};

}  // namespace bitshed
