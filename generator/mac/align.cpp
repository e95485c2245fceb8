#include "mac/align.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "support/check.hpp"

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

/// How a shift is split: by less than a block in steps of powers of two, then by whole blocks.
struct Split {
    unsigned fine_bits = 0;   ///< the block has 2^fine_bits places
    unsigned fine_width = 0;  ///< of the value after the fine shift
};

unsigned ceil_divide(unsigned a, unsigned b) {
    return (a + b - 1) / b;
}

/// For a late sign, in 6-input LUTs by count, beside those of the adder. Two bits of the fine shift
/// are one LUT a place. A place's adder takes in its sign and what the place shows, where that is
/// one of two parts; each further part is a LUT. Where no block number follows, it takes in the
/// last bit of the fine shift.
unsigned late_cost(const Alignment& given, unsigned fine_bits) {
    const unsigned value_bits = given.value.width();
    const unsigned code_bits = given.shift.width() - fine_bits;
    const unsigned absorbed = code_bits == 0 ? 1 : 0;
    unsigned cost = 0;
    for (unsigned i = 0; i + absorbed < fine_bits; i += 2)
        cost += value_bits + (1u << std::min(i + 2, fine_bits - absorbed)) - 1;
    if (code_bits == 0) return cost;
    const unsigned block = 1u << fine_bits;
    const unsigned fine_width = value_bits + block - 1;
    const unsigned first_number = given.least_shift / block;
    for (unsigned place = given.least_shift; place < given.least_shift + given.places; ++place) {
        unsigned parts = 0;
        for (unsigned part = 0; part * block + place % block < fine_width; ++part)
            if (place / block >= first_number + part && place / block - part < 1u << code_bits)
                ++parts;
        cost += parts > 2 ? parts - 2 : 0;
    }
    if (code_bits > 2) cost += (1u << code_bits) - first_number;
    return cost;
}

Split choose_late_split(const Alignment& given) {
    const unsigned shift_bits = given.shift.width();
    unsigned best = shift_bits;
    for (unsigned fine_bits = shift_bits; fine_bits-- > 0 && given.shifter == Shifter::blocks;)
        if (late_cost(given, fine_bits) <= late_cost(given, best)) best = fine_bits;
    return {best, given.value.width() + (1u << best) - 1};
}

/// Calls `visit` with the number of places in a row and the parts that reach them, as (part, block
/// number at which it does), for each stretch of places alike, the least first: first of the block
/// `index`, from the place `low` within it.
template <class Visit>
void for_each_stretch(const Alignment& given, unsigned fine_bits, Visit visit) {
    const unsigned block = 1u << fine_bits;
    const unsigned fine_width = given.value.width() + block - 1;
    const unsigned first = given.least_shift / block;
    const unsigned limit = 1u << (given.shift.width() - fine_bits);
    const unsigned end = given.least_shift + given.places;
    for (unsigned place = given.least_shift; place < end;) {
        const unsigned index = place / block, low = place % block;
        // The last part reaches only the low places of a block.
        const unsigned last_width = fine_width % block;
        const unsigned turn = low < last_width ? last_width : block;
        const unsigned count = std::min(turn - low, end - place);
        std::vector<std::pair<unsigned, unsigned>> parts;
        for (unsigned part = 0; part * block + low < fine_width && part <= index; ++part)
            if (index - part >= first && index - part < limit)
                parts.push_back({part, index - part});
        visit(index, low, count, parts);
        place += count;
    }
}

/// For carry cells that take in a multiplexer, in 4-input LUTs by count: a multiplexer bit a fine
/// step; a place that two parts reach takes a LUT, and one for each two more; a block number takes
/// one, and so does the select of each block that several parts reach. Where no block number
/// follows, the cells take in the last bit of the fine shift.
unsigned cells_cost(const Alignment& given, unsigned fine_bits) {
    const unsigned code_bits = given.shift.width() - fine_bits;
    unsigned cost = 0;
    for (unsigned i = 0; i + (code_bits == 0 ? 1 : 0) < fine_bits; ++i)
        cost += given.value.width() + (2u << i) - 1;
    if (code_bits == 0) return cost;
    if (code_bits > 1)
        cost += std::min(1u << code_bits,
                         ceil_divide(given.least_shift + given.places, 1u << fine_bits)) -
                (given.least_shift >> fine_bits);
    for_each_stretch(given, fine_bits, [&](unsigned, unsigned, unsigned count, const auto& parts) {
        if (parts.size() > 1)
            cost += count * ceil_divide(static_cast<unsigned>(parts.size()), 2) + 1;
    });
    return cost;
}

/// The split that takes the fewest 4-input LUTs by count: a multiplexer bit a fine step, one LUT a
/// place and two a block. A finely shifted value must fit two blocks.
Split choose_split(const Alignment& given) {
    if (leaves_a_choice(given)) {
        unsigned best = given.shift.width();
        for (unsigned fine_bits = best; fine_bits-- > 0 && given.shifter == Shifter::blocks;)
            if (cells_cost(given, fine_bits) < cells_cost(given, best)) best = fine_bits;
        return {best, given.value.width() + (1u << best) - 1};
    }
    if (given.sign == Sign::late) return choose_late_split(given);
    const unsigned value_bits = given.value.width();
    const unsigned shift_bits = given.shift.width();
    const unsigned end = given.least_shift + given.places;  // places are counted from a shift of 0
    const Split chain = {shift_bits, value_bits + (1u << shift_bits) - 1};
    if (given.shifter == Shifter::chain) return chain;
    Split best;
    unsigned least_cost = ~0u;
    for (unsigned fine_bits = 0; fine_bits <= shift_bits; ++fine_bits) {
        const unsigned block = 1u << fine_bits;
        const unsigned fine_width = value_bits + block - 1;
        if (fine_width > 2 * block) continue;
        unsigned cost = end;
        for (unsigned i = 0; i < fine_bits; ++i) cost += value_bits + (2u << i) - 1;
        const unsigned code_bits = shift_bits - fine_bits;
        cost += ceil_divide(end, block) * (code_bits <= 3 ? 2 : 3);
        if (cost < least_cost) {
            least_cost = cost;
            best = {fine_bits, fine_width};
        }
    }
    return least_cost == ~0u ? chain : best;
}

/// The step of bit `i` of the shift, which moves by 2^i or not: places `low` up to `end`. `select`
/// is that bit, if it has a name.
Choice step_of(Builder& b, const Alignment& given, Value shifted, unsigned i, unsigned low,
               unsigned end, std::optional<Value> select = std::nullopt) {
    const unsigned step = 1u << i;
    const unsigned width = std::min(shifted.width() + step, end);
    const Value far = b.concat({shifted, b.repeat(given.fill, step)});
    const Value near = b.extended(shifted, far.width(), given.fill);
    return {select ? *select : given.shift.bit(i), far(width - 1, low), near(width - 1, low)};
}

/// Shifts left by the low bits of the shift, one multiplexer a bit; the freed places take the fill.
/// Places from `end` up hold nothing but fill for every shift that occurs, so they are not made; in
/// the last step of all, neither are those below `begin`.
Value shift_fine(Builder& b, const Alignment& given, const Split& split, unsigned begin,
                 unsigned end) {
    Value shifted = given.value;
    const unsigned steps =
        split.fine_bits - (leaves_a_choice(given) && split.fine_bits == given.shift.width());
    for (unsigned i = 0; i < steps; ++i) {
        const unsigned low = i + 1 == given.shift.width() ? begin : 0;
        const Choice moved = step_of(b, given, shifted, i, low, end);
        shifted = b.name(fmt::format("shifted_by_{}s", 1u << i),
                         b.mux(moved.select, moved.if_one, moved.if_zero),
                         fmt::format("by {} where the shift has a {}", 1u << i, 1u << i));
    }
    return shifted;
}

}  // namespace

bool leaves_a_choice(const Alignment& given) {
    return given.cells == Cells::ecp5 && given.sign == Sign::early;
}

bool needs_blocks(const Alignment& given) {
    return choose_split(given).fine_bits < given.shift.width();
}

FinelyAligned align_finely(Builder& b, const Alignment& given) {
    const unsigned end = given.least_shift + given.places;  // places are counted from a shift of 0
    const Split split = choose_split(given);
    const Value fine = shift_fine(b, given, split, given.least_shift, end);
    if (split.fine_bits == given.shift.width()) {
        FinelyAligned aligned{given, fine, std::nullopt, 1, std::nullopt};
        const unsigned last = given.shift.width() - 1;
        if (leaves_a_choice(given))
            aligned.last_bit = b.name("moves_on", given.shift.bit(last),
                                      fmt::format("by {} more, in the adder's cells", 1u << last));
        return aligned;
    }
    const Value number = b.name("block", given.shift(given.shift.width() - 1, split.fine_bits),
                                "the block of the low half");
    return {given, fine, number, 1u << split.fine_bits};
}

std::vector<std::string> notes_on_blocks(const Architecture& architecture) {
    if (architecture.cells == Cells::ecp5 && architecture.sign == Sign::early)
        return {
            "The product is cut into parts of a block each. at<k> is 1 where the lowest part lies",
            "in block k; the next part then lies in block k + 1. Where no part lies, the adder's",
            "cells put the fill."};
    if (architecture.sign == Sign::late)
        return {
            "The product is cut into parts of a block each. at<k> is 1 where the lowest part lies",
            "in block k; the next part then lies in block k + 1."};
    return {
        "Each block of places shows the low half, the high half or the fill. Two bits say which:",
        "(high, low) = 01 the low half, 10 the high half, 11 ones, 00 zeros."};
}

namespace {

/// The parts of a finely shifted value, a block each, and where the lowest lies: one signal a block
/// number, shared by blocks.
struct Parts {
    std::vector<Value> parts;
    std::vector<Value> at;  ///< of first_number and up
    unsigned first_number, last_number;
};

Parts cut(Builder& b, const FinelyAligned& fine) {
    const Alignment& given = fine.given;
    const unsigned block = fine.block;
    const unsigned end = given.least_shift + given.places;
    Parts cut;
    cut.first_number = given.least_shift / block;
    cut.last_number = std::min((1u << fine.block_number->width()) - 1, ceil_divide(end, block) - 1);
    for (unsigned number = cut.first_number; number <= cut.last_number; ++number)
        cut.at.push_back(
            b.name(fmt::format("at{}", number), b.equal(*fine.block_number, number), ""));
    for (unsigned low = 0; low < fine.value.width(); low += block)
        cut.parts.push_back(b.name(fmt::format("part{}", low / block),
                                   fine.value(std::min(low + block, fine.value.width()) - 1, low),
                                   ""));
    return cut;
}

/// Each block shows the part that lies there, or 0.
Value place_parts(Builder& b, const FinelyAligned& fine) {
    const Alignment& given = fine.given;
    const unsigned block = fine.block;
    const unsigned end = given.least_shift + given.places;
    const auto [parts, at, first_number, last_number] = cut(b, fine);
    std::vector<Value> shown;  // the least block last, as a concatenation wants it
    for (unsigned index = first_number; index * block < end; ++index) {
        const unsigned from = std::max(index * block, given.least_shift) - index * block;
        const unsigned to = std::min((index + 1) * block, end) - 1 - index * block;
        Value sum = b.constant(to - from + 1, 0);
        for (unsigned number = first_number; number <= std::min(index, last_number); ++number) {
            const unsigned part = index - number;
            if (part >= parts.size() || parts[part].width() <= from) continue;
            const unsigned top = std::min(to, parts[part].width() - 1);
            const Value seen =
                parts[part](top, from) & b.repeat(at[number - first_number], top - from + 1);
            sum = sum | b.zero_extended(seen, to - from + 1);
        }
        shown.insert(shown.begin(),
                     b.name(fmt::format("block{}", index), sum,
                            fmt::format("places {} to {}", index * block + from - given.least_shift,
                                        index * block + to - given.least_shift)));
    }
    return b.concat(shown);
}

}  // namespace

std::optional<Shown> show_parts(Builder& b, const FinelyAligned& fine) {
    if (!fine.block_number) return std::nullopt;
    const Alignment& given = fine.given;
    const Parts made = cut(b, fine);
    std::vector<Value> selects, shown;  // the least stretch last
    for_each_stretch(given, static_cast<unsigned>(given.shift.width() - fine.block_number->width()),
                     [&](unsigned index, unsigned low, unsigned count, const auto& parts) {
                         Value select = b.constant(1, 0);
                         Value sum = b.constant(count, 0);
                         for (const auto& [part, number] : parts) {
                             const Value at = made.at[number - made.first_number];
                             const Value bits = made.parts[part](low + count - 1, low);
                             select = select | at;
                             sum = parts.size() == 1 ? bits : sum | (bits & b.repeat(at, count));
                         }
                         if (parts.size() > 1) {
                             const std::string name = fmt::format("block{}_from{}", index, low);
                             select = b.name(name + "_shows", select, "");
                             sum = b.name(name, sum, "");
                         }
                         selects.insert(selects.begin(), b.repeat(select, count));
                         shown.insert(shown.begin(), sum);
                     });
    return Shown{b.name("shows", b.concat(selects), "where a part lies"),
                 b.name("shown", b.concat(shown), "the part that lies there")};
}

std::optional<Choice> last_step(Builder& b, const FinelyAligned& fine) {
    if (!fine.last_bit) return std::nullopt;
    const Alignment& given = fine.given;
    const unsigned end = given.least_shift + given.places;
    const Choice step = step_of(b, given, fine.value, given.shift.width() - 1, given.least_shift,
                                end, fine.last_bit);
    const auto filled = [&](Value value) { return b.extended(value, given.places, given.fill); };
    return Choice{step.select, filled(step.if_one), filled(step.if_zero)};
}

Value place_blocks(Builder& b, const FinelyAligned& fine) {
    const Alignment& given = fine.given;
    if (!fine.block_number) return b.extended(fine.value, given.places, given.fill);
    if (given.sign == Sign::late) return place_parts(b, fine);
    const Value number = *fine.block_number;
    const unsigned block = fine.block;
    const unsigned end = given.least_shift + given.places;
    const unsigned blocks = ceil_divide(end, block);
    const unsigned first_number = given.least_shift / block;
    const unsigned number_limit = 1u << number.width();
    const Value padded =
        b.extended(fine.value, std::max(2 * block, fine.value.width()), given.fill);
    const Value low_half = b.name("low_half", padded(block - 1, 0), "");
    // With two blocks alone, the upper may end before all of the high half is seen.
    const unsigned high_width = blocks > 2 ? block : end > block ? end - block : 0;
    std::optional<Value> high_half;
    if (fine.value.width() > block && high_width > 0)
        high_half = b.name("high_half", padded(block + high_width - 1, block), "");

    std::vector<Value> parts;  // the least block last, as a concatenation wants it
    for (unsigned index = 0; index < blocks; ++index) {
        const unsigned from = std::max(index * block, given.least_shift) - index * block;
        const unsigned to = std::min((index + 1) * block, end) - 1 - index * block;
        if (index * block + to < given.least_shift) continue;
        const bool may_be_low = index >= first_number && index < number_limit;
        const bool may_be_high =
            high_half && index >= 1 && index - 1 >= first_number && index - 1 < number_limit;
        const unsigned width = to - from + 1;
        const Value rest = b.repeat(given.fill, width);
        const std::string why =
            fmt::format("places {} to {}", index * block + from - given.least_shift,
                        index * block + to - given.least_shift);
        Value part = rest;
        if (may_be_low && may_be_high) {
            const Value shows_low = b.equal(number, index);
            const Value shows_high = b.equal(number, index - 1);
            const Value high =
                b.name(fmt::format("high{}", index), shows_high | (given.fill & ~shows_low), "");
            const Value low =
                b.name(fmt::format("low{}", index), shows_low | (given.fill & ~shows_high), "");
            part = b.mux(high, (*high_half)(to, from) | b.repeat(low, width),
                         low_half(to, from) & b.repeat(low, width));
        } else if (may_be_low) {
            part = b.mux(b.equal(number, index), low_half(to, from), rest);
        } else if (may_be_high) {
            part = b.mux(b.equal(number, index - 1), (*high_half)(to, from), rest);
        }
        parts.insert(parts.begin(), b.name(fmt::format("block{}", index), part, why));
    }
    return b.concat(parts);
}

}  // namespace bitshed::mac
