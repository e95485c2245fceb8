#include "mac/window.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mac/align.hpp"
#include "support/text.hpp"

namespace bitshed::mac {

using rtl::Builder;
using rtl::Value;

Window plan_window(const format::Format& format, int unit_exponent, int floor, int cap) {
    const int greatest_shift = std::max(1, (1 << format.exponent_bits) - 1);
    const int quantum = format::quantum_exponent(format) - unit_exponent;
    Window window;
    window.lift = std::max(0, quantum - cap);
    window.cuts_below = quantum < floor;
    window.least = std::clamp(quantum, floor, cap);
    window.first_shift = window.cuts_below ? 1 + (floor - quantum) : 1;
    window.below = static_cast<unsigned>(std::max(0, -window.least));
    const int top = quantum - window.lift + greatest_shift - 1;
    window.cuts_above = top > cap;
    window.greatest = std::max(std::min(top, cap), window.least);
    return window;
}

namespace {

struct Difference {
    Value value;  ///< modulo its width
    Value is_negative;
};

Difference subtract(Builder& b, const char* name, Value minuend, unsigned subtrahend) {
    const unsigned width = std::max(minuend.width(), bit_length(subtrahend)) + 1;
    const Value difference = b.name(
        name, b.zero_extended(minuend, width) + b.constant(width, (1u << width) - subtrahend),
        fmt::format("minus {}", subtrahend));
    return {difference(width - 2, 0), difference.bit(width - 1)};
}

}  // namespace

Placed place_significand(Builder& b, const DecodedOperand& number, const Window& window,
                         Above when_above) {
    const unsigned precision = number.significand.width();
    const auto base = static_cast<unsigned>(window.least + static_cast<int>(window.below));
    const auto span = static_cast<unsigned>(window.greatest - window.least);
    Value significand = number.significand;
    const auto based = [&](Value value) {
        return b.name("placed", base == 0 ? value : b.concat({value, b.constant(base, 0)}),
                      "on the window");
    };
    if (!number.shift) return {based(significand), std::nullopt};

    Value up = *number.shift;  // how far above `least`, plus least_shift
    unsigned least_shift = 1;
    std::optional<Value> offset;
    if (window.cuts_below) {
        const Difference from_first =
            subtract(b, "from_first", up, static_cast<unsigned>(window.first_shift));
        const Value below =
            b.name("is_below", from_first.is_negative, "too small to be seen but as a rest");
        const Value rest = b.zero_extended(b.any(significand), precision);
        significand = b.name("significand_seen", b.mux(below, rest, significand), "");
        if (span > 0 || window.cuts_above)
            up = b.name("up", from_first.value & ~b.repeat(below, from_first.value.width()), "");
        least_shift = 0;
    }
    if (window.cuts_above && (span > 0 || when_above == Above::offset)) {
        const unsigned limit = span + least_shift;
        const Difference over = subtract(b, "over", up, limit);
        const Value above =
            b.name("is_above", ~over.is_negative, "so large that it is moved down to the top");
        if (when_above == Above::offset)
            offset = b.name("offset", over.value & b.repeat(above, over.value.width()),
                            "what the exponent lacks");
        const unsigned seen = bit_length(limit);
        if (span > 0)
            up = b.name("up_capped", b.mux(above, b.constant(seen, limit), up(seen - 1, 0)), "");
    }
    if (span == 0) return {based(significand), offset};
    const unsigned shift_bits = std::min(up.width(), bit_length(span + least_shift));
    const Value shift = b.name("placing_shift", up(shift_bits - 1, 0), "");
    const Alignment alignment{significand, shift, least_shift, span + precision, b.constant(1, 0)};
    return {based(place_blocks(b, align_finely(b, alignment))), offset};
}

}  // namespace bitshed::mac
