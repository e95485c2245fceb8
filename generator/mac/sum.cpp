#include "mac/sum.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mac/twos_complement.hpp"
#include "support/check.hpp"

namespace bitshed::mac {

using rtl::Builder;
using rtl::Value;

namespace {

/// The same of a term: of all that it is made of.
Term fit(Builder& b, const Term& term, unsigned width) {
    Term fitted = term;
    fitted.value = sign_fitted(b, term.value, width);
    if (!term.choice) return fitted;
    const Value select = term.choice->select;
    if (select.width() > 1)
        fitted.choice->select =
            width < select.width() ? select(width - 1, 0) : b.zero_extended(select, width);
    fitted.choice->if_one = sign_fitted(b, term.choice->if_one, width);
    fitted.choice->if_zero = sign_fitted(b, term.choice->if_zero, width);
    return fitted;
}

/// What a term adds but for its carry, with the gates that end it, as carry cells take it.
Value addend(Builder& b, const Term& term) {
    if (term.flip) return term.value ^ b.repeat(*term.flip, term.value.width());
    if (!term.choice) return term.value;
    const auto& [select, if_one, if_zero] = *term.choice;
    if (select.width() == 1) return b.mux(select, if_one, if_zero);
    return (select & if_one) | (~select & if_zero);
}

/// The term without gates that are left for carry cells: they have a name.
Term settled(Builder& b, const Term& term, const std::string& name) {
    if (!term.choice && !term.flip) return term;
    return {b.name(name, addend(b, term), "what the pair adds"), term.carry, Term::End::gates,
            std::nullopt, std::nullopt};
}

/// acc + the term. Where gates end the term, as a sum of two: the carry comes in from a place
/// below, where acc has a 1. Yosys then keeps acc as the first operand of the adder, which AMD's
/// carry cells take as it is, so that one LUT a place ends the term and adds it too. Of three
/// operands it may choose any as the first.
Value add_to(Builder& b, const char* name, Value acc, const Term& term) {
    const Value carry = term.carry;
    if (term.choice || term.flip) return b.add_in_ecp5_cells(acc, addend(b, term), carry);
    if (term.end != Term::End::gates || b.is_constant(carry)) return b.add(acc, term.value, carry);
    const Value sum =
        b.name(name, b.concat({acc, b.constant(1, 1)}) + b.concat({term.value, carry}),
               "with a place below, which carries the 1 in");
    b.leave_unread(sum);
    return sum(acc.width(), 1);
}

}  // namespace

Term sum_of_lanes(Builder& b, const std::vector<Term>& terms) {
    check(!terms.empty(), "a unit has a lane");
    if (terms.size() == 1) return terms[0];
    // Of two terms whose gates are left for carry cells, one keeps them, and the cells take in the
    // other's.
    std::vector<Term> rows;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const bool keeps = i % 2 == 1 && terms[i].end == Term::End::cells;
        rows.push_back(keeps ? terms[i] : settled(b, terms[i], fmt::format("addend{}", i)));
    }
    std::size_t carries = 0;
    for (unsigned level = 1; rows.size() > 1; ++level) {
        std::vector<Term> sums;
        for (std::size_t i = 0; i + 1 < rows.size(); i += 2) {
            const unsigned width = std::max(rows[i].value.width(), rows[i + 1].value.width()) + 1;
            Term second = fit(b, rows[i + 1], width);
            second.carry = terms[carries++].carry;
            const Value first = sign_extended(b, rows[i].value, width);
            const Value sum = second.end == Term::End::cells
                                  ? add_to(b, "", first, second)
                                  : b.add(first, second.value, second.carry);
            sums.push_back({b.name(fmt::format("level{}_sum{}", level, i / 2), sum, ""),
                            second.carry, Term::End::adder, std::nullopt, std::nullopt});
        }
        if (rows.size() % 2 == 1) sums.push_back(rows.back());
        rows = std::move(sums);
    }
    rows[0].carry = terms[carries].carry;
    rows[0].end = Term::End::adder;
    return rows[0];
}

Value wrapping_sum(Builder& b, Value acc, const Term& term) {
    return add_to(b, "carried_sum", acc, fit(b, term, acc.width()));
}

Waiting waiting_of(Builder& b, const Term& term, unsigned bits) {
    return {sign_fitted(b, term.value, std::min(term.value.width(), bits)), term.carry};
}

LowSum low_sum(Builder& b, Value low, Value top, const Term& term, unsigned bits) {
    const unsigned places = low.width();
    // The sign of a term that ends below is all that those above get of it.
    const unsigned width = std::clamp(term.value.width(), places + 1, bits);
    const Value value = sign_fitted(b, term.value, width);
    Term below = term;
    below.value = b.zero_extended(value(places - 1, 0), places + 1);
    const Value total = b.name("low_total", add_to(b, "low_sum", b.concat({top, low}), below),
                               "with the carry out");
    return {total(places - 1, 0), {value(width - 1, places), total.bit(places)}};
}

Value with_waiting(Builder& b, Value places, const Waiting& waiting) {
    return b.add(places, sign_extended(b, waiting.value, places.width()), waiting.carry);
}

Value saturating_sum(Builder& b, Value acc, const Term& term) {
    const unsigned bits = acc.width();
    const unsigned wide = std::max(bits, term.value.width()) + 1;
    const Value sum =
        b.name("acc_sum", add_to(b, "carried_sum", sign_extended(b, acc, wide), fit(b, term, wide)),
               "exact, before it is clamped");
    const Value above = sum(wide - 1, bits - 1);
    const Value negative = sum.bit(wide - 1);
    const Value fits = b.name("acc_fits", ~b.any(above ^ b.repeat(negative, above.width())),
                              "all places above agree with the sign");
    const Value limit = b.concat({negative, b.repeat(~negative, bits - 1)});
    return b.mux(fits, sum(bits - 1, 0), limit);
}

}  // namespace bitshed::mac
