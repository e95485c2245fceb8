#include "mac/multiply_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>
#include <vector>

#include "mac/multiply_parts.hpp"
#include "mac/twos_complement.hpp"

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

/// Of the narrower significand.
constexpr unsigned least_digits_of_rows = 4;

/// A multiplier of rows, each for two bits of the digits.
class RowMultiplier : public Multiplier {
  public:
    [[nodiscard]] unsigned most_parts() const override { return depth() + 1; }
    void make_part(unsigned part, unsigned parts) override {
        row(0);
        const unsigned end = end_of_part(depth(), part, parts);
        order_ == RowOrder::chain ? add_in_a_chain(end) : add_in_a_tree(end);
        if (part + 1 == parts) return;
        // The rows that are left are narrower than what they are made of.
        for (unsigned index = 0; index < rows_; ++index) row(index);
        if (order_ == RowOrder::chain) low_places_.keep(part);
    }

  protected:
    struct Row {
        Value term;   ///< named
        Value carry;  ///< 1 bit at its least place
    };
    /// Rows next to each other.
    struct Span {
        unsigned first, last;
    };

    RowMultiplier(Builder& b, unsigned rows, RowOrder order)
        : b_(b), rows_(rows), order_(order), low_places_(b), made_(rows) {}
    virtual Row make_row(unsigned index) = 0;
    /// The sum of the rows `next` with that of those just before, both from the place of next.first
    /// up.
    virtual Value add(Value above, const Span& next, const Row& sum) = 0;
    /// About the sum of rows, without the places below the row `from`.
    [[nodiscard]] virtual std::string comment(const Span& rows, unsigned from) const = 0;
    const Row& row(unsigned index) {
        if (!made_[index]) made_[index] = make_row(index);
        return *made_[index];
    }
    Value joined(const std::string& why) {
        if (order_ == RowOrder::tree) return b_.name("product", sums_[0].sum.term, why);
        return b_.name("product", low_places_.below({*sum_}), why);
    }

    Builder& b_;

  private:
    /// The sum of rows from the place of the first up; it lacks the carry of that one.
    struct Sum {
        Span rows;
        Row sum;
    };

    /// Adders behind each other.
    [[nodiscard]] unsigned depth() const {
        return order_ == RowOrder::chain ? rows_ - 1
                                         : static_cast<unsigned>(std::bit_width(rows_ - 1));
    }
    void add_in_a_chain(unsigned end) {
        if (!sum_) sum_ = row(0).term;
        while (added_ < end) {
            const Row next = row(++added_);
            low_places_.add((*sum_)(1, 0));
            sum_ = b_.name(fmt::format("sum{}", added_),
                           add((*sum_)(sum_->width() - 1, 2), {added_, added_}, next),
                           comment({0, added_}, added_));
        }
    }
    void add_in_a_tree(unsigned end) {
        if (sums_.empty())
            for (unsigned index = 0; index < rows_; ++index)
                sums_.push_back({{index, index}, row(index)});
        for (; added_ < end; ++added_) {
            std::vector<Sum> sums;
            for (std::size_t i = 0; i + 1 < sums_.size(); i += 2)
                sums.push_back(together(sums_[i], sums_[i + 1]));
            if (sums_.size() % 2 == 1) sums.push_back(sums_.back());
            sums_ = std::move(sums);
        }
    }
    Sum together(const Sum& low, const Sum& high) {
        const Span rows{low.rows.first, high.rows.last};
        const unsigned finished = 2 * (high.rows.first - low.rows.first);
        const Value below = low.sum.term;
        const Value sum = b_.name(fmt::format("sum{}to{}", rows.first, rows.last),
                                  add(below(below.width() - 1, finished), high.rows, high.sum),
                                  comment(rows, high.rows.first));
        return {rows,
                {b_.name(fmt::format("rows{}to{}", rows.first, rows.last),
                         b_.concat({sum, below(finished - 1, 0)}), ""),
                 low.sum.carry}};
    }

    unsigned rows_;
    RowOrder order_;
    unsigned added_ = 0;  ///< rows, behind the first; of a tree, its levels
    LowPlaces low_places_;
    std::vector<std::optional<Row>> made_;
    std::optional<Value> sum_;
    std::vector<Sum> sums_;  ///< of a tree
};

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

/// Of magnitudes, the rows of gates.
class GateRows : public RowMultiplier {
  public:
    GateRows(Builder& b, Value factor, Value digits, RowOrder order)
        : RowMultiplier(b, (digits.width() + 1) / 2, order), factor_(factor), digits_(digits) {}

    CarriedProduct product() override { return {joined(""), b_.constant(1, 0)}; }

  protected:
    Row make_row(unsigned index) override {
        const unsigned place = 2 * index;
        const auto bits_of = [](Value value, unsigned places_up) {
            Bits bits(places_up);
            for (unsigned i = 0; i < value.width(); ++i) bits.emplace_back(value.bit(i));
            return bits;
        };
        const Value first = times(place);
        if (place + 1 == digits_.width()) return {first, b_.constant(1, 0)};
        const std::string name = fmt::format("row{}", index);
        return {b_.name(name,
                        mac::joined(
                            b_, add_by_place(b_, name, bits_of(first, 0),
                                             bits_of(times(place + 1), 1), factor_.width() + 2)),
                        fmt::format("bits {} and {} times the factor", place, place + 1)),
                b_.constant(1, 0)};
    }
    Value add(Value above, const Span& next, const Row& sum) override {
        // The product of these digits fits; of a single row the sum is as wide as all of it.
        const unsigned end = next.first == next.last ? digits_.width() : 2 * (next.last + 1);
        const unsigned width = factor_.width() + std::min(end, digits_.width()) - 2 * next.first;
        return b_.zero_extended(above, width) + b_.zero_extended(sum.term, width);
    }
    [[nodiscard]] std::string comment(const Span&, unsigned from) const override {
        return fmt::format("from place {} up", 2 * from);
    }

  private:
    Value times(unsigned index) {
        return b_.name(fmt::format("times_bit{}", index),
                       factor_ & b_.repeat(digits_.bit(index), factor_.width()), "");
    }

    Value factor_, digits_;
};

/// Bit `index` of a two's complement value; the sign bit repeats above it, 0 stands below.
Value signed_bit(Builder& b, Value value, int index) {
    if (index < 0) return b.constant(1, 0);
    return value.bit(std::min(static_cast<unsigned>(index), value.width() - 1));
}

/// Of two's complement values, rows of -2, -1, 0, 1 or 2 times the factor.
class BoothRows : public RowMultiplier {
  public:
    BoothRows(Builder& b, Value factor, Value digits, RowOrder order)
        : RowMultiplier(b, (digits.width() + 1) / 2, order), factor_(factor), digits_(digits) {}

    CarriedProduct product() override {
        return {joined("lacks the first row's carry"), row(0).carry};
    }

  protected:
    Row make_row(unsigned index) override {
        const unsigned row_width = factor_.width() + 1;  // holds twice the factor
        const Value twice = b_.concat({factor_, b_.constant(1, 0)});
        const Value once = sign_extended(b_, factor_, row_width);
        const int place = static_cast<int>(2 * index);
        const Value high = signed_bit(b_, digits_, place + 1);
        const Value middle = signed_bit(b_, digits_, place);
        const Value low = signed_bit(b_, digits_, place - 1);
        const Value is_one =
            b_.name(fmt::format("one{}", index), middle ^ low, "the digit is 1 or -1");
        const Value is_two =
            b_.name(fmt::format("two{}", index), (high & ~middle & ~low) | (~high & middle & low),
                    "the digit is 2 or -2");
        const Value negative = b_.name(fmt::format("minus{}", index), high,
                                       "the digit is negative: one's complement, 1 carried in");
        const Value magnitude =
            (once & b_.repeat(is_one, row_width)) | (twice & b_.repeat(is_two, row_width));
        return {b_.name(fmt::format("row{}", index), magnitude ^ b_.repeat(negative, row_width),
                        fmt::format("digit {} times the factor", index)),
                negative};
    }
    Value add(Value above, const Span& next, const Row& sum) override {
        // The product of n and m bits fits n + m: the last sum ends there.
        const unsigned product_width = digits_.width() + factor_.width();
        const unsigned width = std::min(factor_.width() + 2 * (next.last - next.first + 1),
                                        product_width - 2 * next.first);
        return b_.add(sign_fitted(b_, above, width), sign_fitted(b_, sum.term, width), sum.carry);
    }
    [[nodiscard]] std::string comment(const Span& rows, unsigned from) const override {
        return fmt::format("rows {} to {}, from place {} up", rows.first, rows.last, 2 * from);
    }

  private:
    Value factor_, digits_;
};

}  // namespace

unsigned rows_of_multiplier(const format::Format& weight, const format::Format& activation) {
    const bool integers = !format::is_minifloat(weight) && !format::is_minifloat(activation);
    const bool is_signed = has_signed_factors(weight, activation);
    const unsigned least =
        std::min(factor_bits(weight, is_signed), factor_bits(activation, is_signed));
    const bool has_rows = integers ? is_signed : least >= least_digits_of_rows;
    return has_rows ? (least + 1) / 2 : 0;
}

std::unique_ptr<Multiplier> multiplier_by_rows(Builder& b, Value x, Value y, RowOrder order) {
    if (std::min(x.width(), y.width()) < least_digits_of_rows) return multiplier_of_tools(b, x, y);
    if (x.width() < y.width()) std::swap(x, y);
    return std::make_unique<GateRows>(b, x, y, order);
}

std::unique_ptr<Multiplier> booth_multiplier(Builder& b, const format::Format& weight, Value w,
                                             const format::Format& activation, Value a,
                                             RowOrder order) {
    Value factor = as_signed(b, weight, w);
    Value digits = as_signed(b, activation, a);
    // The narrower operand is recoded into digits -2..2, so that there are few rows.
    if (factor.width() <= digits.width()) std::swap(factor, digits);
    return std::make_unique<BoothRows>(b, factor, digits, order);
}

}  // namespace bitshed::mac
