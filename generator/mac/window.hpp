// A float's significand on a bounded window of places, so that it can be added or rounded in fixed
// point whatever its exponent is.
#pragma once

#include <optional>

#include "format/format.hpp"
#include "mac/operand.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// What is done with significands above the window.
enum class Above {
    offset,  ///< they stand at its top, and an exponent offset tells how far they were
    clamp,   ///< they stand at its top
};

/// Places are counted from a unit. A significand's least bit stands at place
/// shift - 1 + (quantum_exponent - unit_exponent), kept within [floor, cap]: one that ends below
/// the floor becomes a rest, a single 1 at the floor (or 0); one above the cap stands at the cap.
struct Window {
    unsigned below = 0;   ///< places below the unit: the window's place 0 is unit - below
    int least = 0;        ///< the lowest place a significand's least bit takes
    int greatest = 0;     ///< the highest
    int first_shift = 1;  ///< the shift whose significand stands at `least`
    int lift = 0;         ///< what every exponent lacks, where the quantum is above the cap
    bool cuts_below = false;
    bool cuts_above = false;
};

Window plan_window(const format::Format& format, int unit_exponent, int floor, int cap);

struct Placed {
    rtl::Value value;                  ///< named, unsigned, from the window's place 0 up
    std::optional<rtl::Value> offset;  ///< with Above::offset, where the window cuts above
};

Placed place_significand(rtl::Builder& b, const DecodedOperand& number, const Window& window,
                         Above above);

}  // namespace bitshed::mac
