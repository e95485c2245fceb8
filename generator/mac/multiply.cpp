#include "mac/multiply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "support/check.hpp"

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

/// A number by its bits, the least first; an absent bit is 0.
using Bits = std::vector<std::optional<Value>>;

/// x + y as an adder of gates, a line a place: Yosys optimizes through it, as it does not through
/// the carry cells that a wide + becomes. The sum must fit `width` bits.
Bits add_by_place(Builder& b, const std::string& name, const Bits& x, const Bits& y,
                  unsigned width) {
    Bits sum;
    std::optional<Value> carry;
    for (unsigned i = 0; i < width; ++i) {
        std::vector<Value> bits;
        for (const Bits* each : {&x, &y})
            if (i < each->size() && (*each)[i]) bits.push_back(*(*each)[i]);
        if (carry) bits.push_back(*carry);
        carry.reset();
        if (bits.size() < 2) {
            sum.push_back(bits.empty() ? std::nullopt : std::optional<Value>(bits[0]));
            continue;
        }
        const Value third = bits.size() == 3 ? bits[2] : b.constant(1, 0);
        const Value place =
            b.name(fmt::format("{}_place{}", name, i),
                   b.add(b.zero_extended(bits[0], 2), b.zero_extended(bits[1], 2), third), "");
        sum.push_back(place.bit(0));
        carry = place.bit(1);
    }
    return sum;
}

Value joined(Builder& b, const Bits& bits) {
    std::vector<Value> parts;
    for (const auto& bit : bits) parts.insert(parts.begin(), bit ? *bit : b.constant(1, 0));
    return b.concat(parts);
}

}  // namespace

Value multiply_by_rows(Builder& b, Value x, Value y) {
    if (std::min(x.width(), y.width()) < 4) return multiply_unsigned(b, x, y);
    const Value factor = x.width() < y.width() ? y : x;
    const Value digits = x.width() < y.width() ? x : y;
    std::vector<Value> low_parts;  // two finished places a row, the least row first
    std::optional<Value> sum;
    for (unsigned place = 0; place < digits.width(); place += 2) {
        const auto times = [&](unsigned index) {
            return b.name(fmt::format("times_bit{}", index),
                          factor & b.repeat(digits.bit(index), factor.width()), "");
        };
        const auto bits_of = [](Value value, unsigned places_up) {
            Bits bits(places_up);
            for (unsigned i = 0; i < value.width(); ++i) bits.emplace_back(value.bit(i));
            return bits;
        };
        Value row = times(place);
        if (place + 1 < digits.width())
            row = b.name(fmt::format("row{}", place / 2),
                         joined(b, add_by_place(b, fmt::format("row{}", place / 2), bits_of(row, 0),
                                                bits_of(times(place + 1), 1), factor.width() + 2)),
                         fmt::format("bits {} and {} times the factor", place, place + 1));
        if (!sum) {
            sum = row;
            continue;
        }
        low_parts.push_back((*sum)(1, 0));
        const unsigned width = factor.width() + digits.width() - place;
        const Value above = (*sum)(sum->width() - 1, 2);
        sum = b.name(fmt::format("sum{}", place / 2),
                     b.zero_extended(above, width) + b.zero_extended(row, width),
                     fmt::format("from place {} up", place));
    }
    std::vector<Value> parts = {*sum};
    for (std::size_t i = low_parts.size(); i-- > 0;) parts.push_back(low_parts[i]);
    return b.name("product", b.concat(parts), "");
}

Value multiply_in_ecp5_cells(Builder& b, const Factor& x, const Factor& y) {
    using Kind = Factor::Kind;
    const bool swapped = x.value.width() < y.value.width();
    const Factor& digits = swapped ? x : y;
    const Value factor = swapped ? y.value : x.value;
    const Kind kind = swapped ? y.kind : x.kind;
    const unsigned count = digits.value.width();
    if (count == 1) return multiply_unsigned(b, factor, digits.value);
    const Kind result = digits.kind == Kind::twos_complement ? digits.kind : kind;
    const auto extended = [&](Value value, unsigned width, Kind of) {
        return of == Kind::magnitude ? b.zero_extended(value, width)
                                     : b.extended(value, width, value.bit(value.width() - 1));
    };
    const auto times = [&](Value value, unsigned digit) {
        return value & b.repeat(digits.value.bit(digit), value.width());
    };
    // Two places are a cell: where their number is odd, a gate makes the least, into which nothing
    // is carried.
    const unsigned alone = factor.width() % 2;
    const unsigned first_width = factor.width() + 2 - alone;
    std::vector<Value> parts;  // finished places, the least first
    if (alone == 1)
        parts.push_back(b.name("least", factor.bit(0) & digits.value.bit(0), "place 0"));
    const Value wide = extended(factor, factor.width() + 2, kind);
    Value sum =
        b.name("sum1",
               b.add_in_ecp5_cells(times(wide(factor.width() + 1, alone), 0),
                                   times(b.concat({extended(factor, factor.width() + 1, kind),
                                                   b.constant(1, 0)})(factor.width() + 1, alone),
                                         1),
                                   b.constant(1, 0)),
               "bits 0 and 1 times the factor");
    parts.push_back(sum(1 - alone, 0));
    Value above = sum(first_width - 1, 2 - alone);
    for (unsigned digit = 2; digit < count; ++digit) {
        const unsigned width = factor.width() + 1;
        const bool negative = digit + 1 == count && digits.kind == Kind::twos_complement;
        const Value row = times(extended(factor, width, kind), digit);
        sum = b.name(fmt::format("sum{}", digit),
                     b.add_in_ecp5_cells(extended(above, width, kind), negative ? ~row : row,
                                         b.constant(1, negative ? 1 : 0)),
                     negative ? "less the last bit's row: its complement, and a 1 carried in"
                              : fmt::format("and bit {}, from place {} up", digit, digit));
        if (digit + 1 < count) {
            parts.push_back(sum.bit(0));
            above = sum(width - 1, 1);
        } else {
            above = sum;
        }
    }
    parts.push_back(above);
    std::reverse(parts.begin(), parts.end());
    const Value product = b.name("product", b.concat(parts), "");
    check(product.width() == factor.width() + count || result == Kind::magnitude,
          "a product is as wide as its factors");
    return product;
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
