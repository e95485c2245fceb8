#include "mac/sum.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "support/check.hpp"

namespace bitshed::mac {

using rtl::Builder;
using rtl::Value;

Value sign_extended(Builder& b, Value value, unsigned width) {
    return b.extended(value, width, value.bit(value.width() - 1));
}

Value sign_fitted(Builder& b, Value value, unsigned width) {
    return width < value.width() ? value(width - 1, 0) : sign_extended(b, value, width);
}

namespace {

/// acc + value + the term's carry. Where gates end the term, as a sum of two: the carry comes in
/// from a place below, where acc has a 1. Yosys then keeps acc as the first operand of the adder,
/// which AMD's carry cells take as it is, so that one LUT a place ends the term and adds it too. Of
/// three operands it may choose any as the first.
Value add_to(Builder& b, const char* name, Value acc, Value value, const Term& term) {
    const Value carry = term.carry;
    if (term.end == Term::End::adder || b.is_constant(carry)) return b.add(acc, value, carry);
    const Value sum = b.name(name, b.concat({acc, b.constant(1, 1)}) + b.concat({value, carry}),
                             "with a place below, which carries the 1 in");
    b.leave_unread(sum);
    return sum(acc.width(), 1);
}

}  // namespace

Term sum_of_lanes(Builder& b, const std::vector<Term>& terms) {
    check(!terms.empty(), "a unit has a lane");
    if (terms.size() == 1) return terms[0];
    std::vector<Value> rows;
    for (const Term& term : terms) rows.push_back(term.value);
    std::size_t carries = 0;
    for (unsigned level = 1; rows.size() > 1; ++level) {
        std::vector<Value> sums;
        for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
            const unsigned width = std::max(rows[i].width(), rows[i + 1].width()) + 1;
            const Value sum = b.add(sign_extended(b, rows[i], width),
                                    sign_extended(b, rows[i + 1], width), terms[carries++].carry);
            sums.push_back(b.name(fmt::format("level{}_sum{}", level, i / 2), sum, ""));
        }
        if (rows.size() % 2 == 1) sums.push_back(rows.back());
        rows = std::move(sums);
    }
    return {rows[0], terms[carries].carry};
}

Value wrapping_sum(Builder& b, Value acc, const Term& term) {
    return add_to(b, "carried_sum", acc, sign_fitted(b, term.value, acc.width()), term);
}

Halves deferred_sum(Builder& b, const Halves& sum, const Term& term) {
    const unsigned low_bits = sum.low.width(), bits = low_bits + sum.high.width();
    const Value value = sign_fitted(b, term.value, bits);
    const unsigned wide = low_bits + 1;
    const Value low = b.name("low_total",
                             add_to(b, "low_sum", b.zero_extended(sum.low, wide),
                                    b.zero_extended(value(low_bits - 1, 0), wide), term),
                             "with the carry out");
    const Term above{value(bits - 1, low_bits), sum.carry, Term::End::gates};
    return {add_to(b, "high_sum", sum.high, above.value, above), low(low_bits - 1, 0),
            low.bit(low_bits)};
}

Value saturating_sum(Builder& b, Value acc, const Term& term) {
    const unsigned bits = acc.width();
    const unsigned wide = std::max(bits, term.value.width()) + 1;
    const Value sum = b.name("acc_sum",
                             add_to(b, "carried_sum", sign_extended(b, acc, wide),
                                    sign_extended(b, term.value, wide), term),
                             "exact, before it is clamped");
    const Value above = sum(wide - 1, bits - 1);
    const Value negative = sum.bit(wide - 1);
    const Value fits = b.name("acc_fits", ~b.any(above ^ b.repeat(negative, above.width())),
                              "all places above agree with the sign");
    const Value limit = b.concat({negative, b.repeat(~negative, bits - 1)});
    return b.mux(fits, sum(bits - 1, 0), limit);
}

}  // namespace bitshed::mac
