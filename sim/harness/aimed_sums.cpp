#include "harness/aimed_sums.hpp"

#include <algorithm>

#include "harness/code_set.hpp"

namespace bitshed::harness {

using golden::Integer;

Products::Products(const golden::Unit& unit) {
    const CodeSet weights(unit.weight), activations(unit.activation);
    for (const std::uint32_t w : weights.finite)
        for (const std::uint32_t a : activations.finite)
            entries_.push_back({weights.table[w].multiple * activations.table[a].multiple, {w, a}});
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& x, const Entry& y) { return x.product < y.product; });
    entries_.erase(
        std::unique(entries_.begin(), entries_.end(),
                    [](const Entry& x, const Entry& y) { return x.product == y.product; }),
        entries_.end());
}

std::optional<std::vector<Pair>> Products::adding_up_to(Integer sum, std::size_t most) const {
    std::vector<Pair> pairs;
    while (sum != 0) {
        if (pairs.size() == most) return std::nullopt;
        // The nearest to the sum that does not lie beyond it.
        auto entry = std::upper_bound(
            entries_.begin(), entries_.end(), sum,
            [](const Integer& value, const Entry& each) { return value < each.product; });
        if (sum < 0) {
            entry = std::lower_bound(
                entries_.begin(), entries_.end(), sum,
                [](const Entry& each, const Integer& value) { return each.product < value; });
        } else {
            --entry;  // there is a product that is zero
        }
        if (entry == entries_.end() || entry->product == 0) return std::nullopt;
        sum -= entry->product;
        pairs.push_back(entry->pair);
    }
    return pairs;
}

std::vector<Integer> sums_beside_ties(const golden::Unit& unit, int bits, Random& random) {
    std::vector<Integer> sums;
    if (!unit.result) return sums;
    const format::Format& format = unit.result->format;
    const int quantum = format::quantum_exponent(format) - golden::product_exponent(unit);
    for (int leading = 0; leading < bits; ++leading) {
        // What the leading bit's place leaves below the code's last bit.
        int dropped = quantum;
        if (format::is_minifloat(format))
            dropped = std::max(dropped, leading - format.fraction_bits);
        if (dropped <= 0 || leading < dropped - 1) continue;
        // A tie, the last bit of the code above it, and one lower bit if there is one.
        const auto add = [&](bool is_odd, int lower) {
            Integer sum = 0;
            const auto set = [&sum](int place) { bit_set(sum, static_cast<unsigned>(place)); };
            set(dropped - 1);
            set(leading);
            for (int place = dropped + 1; place < leading; ++place)
                if (random.one_in(2)) set(place);
            if (is_odd && leading > dropped) set(dropped);
            if (lower >= 0) set(lower);
            sums.push_back(std::move(sum));
        };
        add(false, -1);
        add(true, -1);
        for (int place = 0; place + 1 < dropped; ++place) add(false, place);
    }
    random.shuffle(sums);
    return sums;
}

}  // namespace bitshed::harness
