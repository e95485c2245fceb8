#include "mac/normalize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "support/check.hpp"
#include "support/text.hpp"

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

/// The places that a step leaves behind are gathered at once, so that every step works on no more
/// than the later ones and the rounding still look at.
class Normalizer {
  public:
    Normalizer(Builder& b, Value value, const std::optional<Value>& inverted, unsigned limit,
               Stop stop, unsigned kept)
        : b_(b),
          value_(value),
          inverted_(inverted),
          limit_(limit),
          stop_(stop),
          kept_(kept),
          rest_(b.constant(1, 0)),
          at_limit_(b.constant(1, 1)) {
        check(limit < value.width() && kept <= value.width(), "a value to normalize has places");
    }

    Normalized run() {
        unsigned bits = bit_length(limit_);
        // The greatest two steps as one where the limit lets them take three of four ways: cheaper
        // than both by far, since the third way brings few places.
        if (bits >= 2 && limit_ >> (bits - 2) == 2) {
            bits -= 2;
            choose_of_three(1u << bits);
        }
        while (bits > 0) step(--bits);
        if (taken_.empty()) move_to({}, 0, kept_);
        Value value = value_;
        if (inverted_) value = value ^ b_.repeat(*inverted_, value.width());
        const Value shift = taken_.empty() ? b_.constant(1, 0) : b_.concat(taken_);
        return {b_.name("normalized", value, "the top places alone"), shift,
                b_.name("rest", rest_, "a 1 in the places left behind")};
    }

  private:
    /// Whether `count` places hold zeros, the first of them `from` places below the top.
    Value zeros(unsigned from, unsigned count) {
        const unsigned high = value_.width() - 1 - from;
        const Value places = value_(high, high + 1 - count);
        return ~b_.any(inverted_ ? places ^ b_.repeat(*inverted_, count) : places);
    }

    /// The value moved up by `places`, its top `width` places.
    Value moved(unsigned places, unsigned width) {
        const unsigned left = value_.width() - places;
        if (left >= width) return value_(left - 1, left - width);
        return b_.concat({value_(left - 1, 0), b_.constant(width - left, 0)});
    }

    /// Moves up by `places` for each of `takes` that is 1 (one after the other implies the one
    /// before), and keeps the top `width` places.
    void move_to(const std::vector<Value>& takes, unsigned places, unsigned width) {
        const auto ways = static_cast<unsigned>(takes.size());
        width = std::min(width, value_.width());
        const unsigned below = value_.width() - width;
        // Moved up by so many ways, these low places are left behind.
        const auto behind = [&](unsigned way) {
            return below > way * places ? below - way * places : 0;
        };
        if (behind(ways) > 0) rest_ = rest_ | b_.any(value_(behind(ways) - 1, 0));
        for (unsigned way = ways; way-- > 0;)
            if (behind(way) > behind(way + 1))
                rest_ = rest_ | (b_.any(value_(behind(way) - 1, behind(way + 1))) & ~takes[way]);
        Value chosen = moved(0, width);
        if (ways == 1) chosen = b_.mux(takes[0], moved(places, width), chosen);
        if (ways == 2)
            chosen = b_.mux(
                takes[0], b_.mux(takes[1], moved(2 * places, width), moved(places, width)), chosen);
        value_ = ways == 0 ? b_.name("seen", chosen, "")
                           : b_.name(fmt::format("moved{}", places), chosen, "");
    }

    void choose_of_three(unsigned step) {
        const Value first = b_.name(fmt::format("zeros{}", step), zeros(0, step), "");
        const Value both = b_.name(fmt::format("up{}", 2 * step), first & zeros(step, step), "");
        const Value one = b_.name(fmt::format("up{}", step), first & ~both, "");
        move_to({first, both}, step, step - 1 + kept_);
        taken_ = {both, one};
        at_limit_ = both;
    }

    /// A step of 2^i may be taken where the places it frees hold zeros and the shift stays within
    /// the limit: where bit i of the limit is 1, or the shift so far is already below the limit's.
    void step(unsigned i) {
        const unsigned step = 1u << i;
        const bool limit_bit = stop_ == Stop::by_itself || ((limit_ >> i) & 1u) != 0;
        const Value free = zeros(0, step);
        const Value take =
            b_.name(fmt::format("up{}", step), limit_bit ? free : free & ~at_limit_, "");
        move_to({take}, step, step - 1 + kept_);
        // Asked for by a step below whose bit of the limit is 0.
        const bool is_asked = stop_ == Stop::at_limit && (limit_ & (step - 1)) != step - 1;
        if (is_asked)
            at_limit_ = b_.name(fmt::format("full{}", step), at_limit_ & (limit_bit ? take : ~take),
                                "the limit's bits so far");
        taken_.push_back(take);
    }

    Builder& b_;
    Value value_;
    const std::optional<Value>& inverted_;
    unsigned limit_;
    Stop stop_;
    unsigned kept_;
    Value rest_, at_limit_;
    std::vector<Value> taken_;  // the most significant bit first
};

}  // namespace

Normalized normalize(Builder& b, Value value, const std::optional<Value>& inverted, unsigned limit,
                     Stop stop, unsigned kept) {
    return Normalizer(b, value, inverted, limit, stop, kept).run();
}

}  // namespace bitshed::mac
