#include "mac/multiply.hpp"

#include <fmt/format.h>

#include <vector>

namespace bitshed::mac {

using rtl::Builder;
using rtl::Value;

Value multiply_unsigned(Builder& b, Value x, Value y) {
    if (x.width() == 1)
        return b.name("product", y & b.repeat(x, y.width()), "one factor is a single bit");
    if (y.width() == 1)
        return b.name("product", x & b.repeat(y, x.width()), "one factor is a single bit");
    return b.name("product", b.multiply(x, y), "");
}

namespace {

/// An integer code as two's complement: uint gets a sign bit of 0.
Value as_signed(Builder& b, const format::Format& format, Value code) {
    return format::is_signed(format) ? code : b.zero_extended(code, code.width() + 1);
}

/// Bit `index` of a two's complement value; the sign bit repeats above it, 0 stands below.
Value signed_bit(Builder& b, Value value, int index) {
    if (index < 0) return b.constant(1, 0);
    return value.bit(std::min(static_cast<unsigned>(index), value.width() - 1));
}

Value sign_extended(Builder& b, Value value, unsigned width) {
    return b.extended(value, width, value.bit(value.width() - 1));
}

Value resized_signed(Builder& b, Value value, unsigned width) {
    return width < value.width() ? value(width - 1, 0) : sign_extended(b, value, width);
}

}  // namespace

SignedProduct multiply_booth(Builder& b, const format::Format& weight, Value w,
                             const format::Format& activation, Value a) {
    // The narrower operand is recoded into digits -2..2, so that there are few rows.
    const Value signed_w = as_signed(b, weight, w);
    const Value signed_a = as_signed(b, activation, a);
    const bool recode_weight = signed_w.width() <= signed_a.width();
    const Value digits = recode_weight ? signed_w : signed_a;
    const Value factor = recode_weight ? signed_a : signed_w;
    const unsigned rows = (digits.width() + 1) / 2;
    const unsigned row_width = factor.width() + 1;  // holds twice the factor
    const unsigned product_width = digits.width() + factor.width();

    const Value twice = b.concat({factor, b.constant(1, 0)});
    const Value once = sign_extended(b, factor, row_width);
    std::vector<Value> low_parts;  // two finished places a row, the least row first
    std::optional<Value> sum;
    std::optional<Value> first_carry;
    for (unsigned row = 0; row < rows; ++row) {
        const int place = static_cast<int>(2 * row);
        const Value high = signed_bit(b, digits, place + 1);
        const Value middle = signed_bit(b, digits, place);
        const Value low = signed_bit(b, digits, place - 1);
        const Value is_one =
            b.name(fmt::format("one{}", row), middle ^ low, "the digit is 1 or -1");
        const Value is_two =
            b.name(fmt::format("two{}", row), (high & ~middle & ~low) | (~high & middle & low),
                   "the digit is 2 or -2");
        const Value negative = b.name(fmt::format("minus{}", row), high,
                                      "the digit is negative: one's complement, 1 carried in");
        const Value magnitude =
            (once & b.repeat(is_one, row_width)) | (twice & b.repeat(is_two, row_width));
        const Value term =
            b.name(fmt::format("row{}", row), magnitude ^ b.repeat(negative, row_width),
                   fmt::format("digit {} times the factor", row));
        if (!sum) {
            sum = term;
            first_carry = negative;
            continue;
        }
        low_parts.push_back((*sum)(1, 0));
        const Value above = (*sum)(sum->width() - 1, 2);
        // The product of n and m bits fits n + m: the last sum ends there.
        const unsigned width = std::min(factor.width() + 2, product_width - 2 * row);
        sum =
            b.name(fmt::format("sum{}", row),
                   b.add(sign_extended(b, above, width), resized_signed(b, term, width), negative),
                   fmt::format("rows 0 to {}, from place {} up", row, place));
    }
    std::vector<Value> parts = {*sum};
    for (std::size_t i = low_parts.size(); i-- > 0;) parts.push_back(low_parts[i]);
    return {b.name("product", b.concat(parts), "lacks the first row's carry"), *first_carry};
}

}  // namespace bitshed::mac
