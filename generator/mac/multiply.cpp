#include "mac/multiply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>
#include <vector>

#include "support/check.hpp"

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

/// Of the narrower significand.
constexpr unsigned least_digits_of_rows = 4;

Value sign_extended(Builder& b, Value value, unsigned width) {
    return b.extended(value, width, value.bit(value.width() - 1));
}

/// Where part `part` of `parts` ends, of so many adders one behind the other: later parts have
/// those that are over.
unsigned end_of_part(unsigned adders, unsigned part, unsigned parts) {
    return adders * (part + 1) / parts;
}

/// The places of a product that are finished, the least first.
class LowPlaces {
  public:
    explicit LowPlaces(Builder& b) : b_(b) {}

    void add(Value value) { parts_.push_back(value); }
    /// Before a stage ends: gives them a name, by which they are carried on.
    void keep(unsigned part) {
        if (parts_.empty()) return;
        const Value kept = b_.name(fmt::format("finished{}", part), below({}), "the least places");
        parts_ = {kept};
    }
    /// These places below others.
    Value below(std::vector<Value> above) const {
        above.insert(above.end(), parts_.rbegin(), parts_.rend());
        return b_.concat(above);
    }

  private:
    Builder& b_;
    std::vector<Value> parts_;
};

class MultiplierOfTools : public Multiplier {
  public:
    MultiplierOfTools(Builder& b, Value x, Value y) : b_(b), x_(x), y_(y) {}

    [[nodiscard]] unsigned most_parts() const override { return 1; }
    void make_part(unsigned, unsigned) override {
        if (x_.width() == 1)
            product_ =
                b_.name("product", y_ & b_.repeat(x_, y_.width()), "one factor is a single bit");
        else if (y_.width() == 1)
            product_ =
                b_.name("product", x_ & b_.repeat(y_, x_.width()), "one factor is a single bit");
        else
            product_ = b_.name("product", b_.multiply(x_, y_), "");
    }
    CarriedProduct product() override { return {*product_, b_.constant(1, 0)}; }

  private:
    Builder& b_;
    Value x_, y_;
    std::optional<Value> product_;
};

/// Of integers: the low places of the product of both, extended to as many bits as the product has.
class IntegersByTools : public Multiplier {
  public:
    IntegersByTools(Builder& b, const format::Format& weight, Value w,
                    const format::Format& activation, Value a)
        : b_(b),
          w_(w),
          a_(a),
          w_signed_(format::is_signed(weight)),
          a_signed_(format::is_signed(activation)) {}

    [[nodiscard]] unsigned most_parts() const override { return 1; }
    void make_part(unsigned, unsigned) override {
        const unsigned width = w_.width() + a_.width();
        const auto wide = [&](Value code, bool is_signed) {
            return is_signed ? b_.extended(code, width, code.bit(code.width() - 1))
                             : b_.zero_extended(code, width);
        };
        const Value product =
            b_.name("wide_product", b_.multiply(wide(w_, w_signed_), wide(a_, a_signed_)),
                    "of the operands, extended to the width of the product");
        b_.leave_unread(product);
        product_ = b_.name("product", product(width - 1, 0), "modulo 2 to its width");
    }
    CarriedProduct product() override { return {*product_, b_.constant(1, 0)}; }

  private:
    Builder& b_;
    Value w_, a_;
    bool w_signed_, a_signed_;
    std::optional<Value> product_;
};

/// Two products by one *, for the multipliers of two lanes.
class PackedProducts {
  public:
    PackedProducts(Builder& b, const Factors& low, const Factors& high)
        : b_(b),
          low_(low),
          high_(high),
          bits_(low.weight.value.width() + low.activation.value.width()),
          is_signed_(low.weight.kind == Factor::Kind::twos_complement) {}

    void make() {
        const Value weights = packed("weights", low_.weight.value, high_.weight.value);
        const Value activations =
            packed("activations", low_.activation.value, high_.activation.value);
        // Of signed factors Verilog's * of unsigned ones has the low places, of factors as wide.
        const unsigned width = 2 * place() + bits_;
        const auto factor = [&](Value value) {
            return is_signed_ ? sign_extended(b_, value, width) : value;
        };
        const Value all = b_.multiply(factor(weights), factor(activations));
        products_ = b_.name("products", all, "of both lanes, and those across in between");
        b_.leave_unread(*products_);
    }
    CarriedProduct low() { return {(*products_)(bits_ - 1, 0), b_.constant(1, 0)}; }
    /// What is below is negative where its highest bit says so, and then lacks a 1 here.
    CarriedProduct high() {
        const unsigned first = 2 * place();
        return {(*products_)(first + bits_ - 1, first),
                is_signed_ ? products_->bit(first - 1) : b_.constant(1, 0)};
    }

  private:
    /// Of a lane's factor above the other's.
    [[nodiscard]] unsigned place() const { return bits_ + 1; }
    Value packed(const std::string& name, Value low, Value high) {
        const std::string why = "of both lanes";
        if (!is_signed_)
            return b_.name(name, b_.concat({high, b_.constant(place() - low.width(), 0), low}),
                           why);
        const unsigned width = place() + high.width() + 1;
        const Value above =
            b_.concat({sign_extended(b_, high, high.width() + 1), b_.constant(place(), 0)});
        return b_.name(name, above + sign_extended(b_, low, width), why);
    }

    Builder& b_;
    Factors low_, high_;
    unsigned bits_;  ///< of a product
    bool is_signed_;
    std::optional<Value> products_;
};

class PackedMultiplier : public Multiplier {
  public:
    enum class Half { low, high };
    PackedMultiplier(Builder& b, std::shared_ptr<PackedProducts> products, Half half)
        : b_(b), products_(std::move(products)), half_(half) {}

    [[nodiscard]] unsigned most_parts() const override { return 1; }
    void make_part(unsigned, unsigned) override {
        if (half_ == Half::low) products_->make();
    }
    CarriedProduct product() override {
        const CarriedProduct made = half_ == Half::low ? products_->low() : products_->high();
        if (b_.is_constant(made.carry)) return {b_.name("product", made.product, ""), made.carry};
        return {b_.name("product", made.product, "lacks what was borrowed"),
                b_.name("borrowed", made.carry, "what is below is negative")};
    }

  private:
    Builder& b_;
    std::shared_ptr<PackedProducts> products_;
    Half half_;
};

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

Value resized_signed(Builder& b, Value value, unsigned width) {
    return width < value.width() ? value(width - 1, 0) : sign_extended(b, value, width);
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
        return b_.add(resized_signed(b_, above, width), resized_signed(b_, sum.term, width),
                      sum.carry);
    }
    [[nodiscard]] std::string comment(const Span& rows, unsigned from) const override {
        return fmt::format("rows {} to {}, from place {} up", rows.first, rows.last, 2 * from);
    }

  private:
    Value factor_, digits_;
};

/// In carry cells of ECP5, which take in the gates that multiply by a digit.
class Ecp5Cells : public Multiplier {
  public:
    Ecp5Cells(Builder& b, const Factor& factor, const Factor& digits)
        : b_(b), factor_(factor), digits_(digits), count_(digits.value.width()), low_places_(b) {}

    [[nodiscard]] unsigned most_parts() const override { return count_ - 1; }
    void make_part(unsigned part, unsigned parts) override {
        for (const unsigned end = end_of_part(count_ - 1, part, parts) + 1; next_ < end;)
            next_ == 1 ? add_first_two() : add_digit();
        if (part + 1 == parts) return;
        if (part == 0) factor_.value = b_.name("factor", factor_.value, "of all rows");
        digits_.value = b_.name(fmt::format("digits{}", part),
                                digits_.value(digits_.value.width() - 1, next_ - first_digit_),
                                fmt::format("from bit {} up", next_));
        first_digit_ = next_;
        above_ = b_.name(fmt::format("above{}", part), *above_, "");
        low_places_.keep(part);
    }
    CarriedProduct product() override {
        const Value product = b_.name("product", low_places_.below({*above_}), "");
        const bool has_sign =
            factor_.kind == Kind::twos_complement || digits_.kind == Kind::twos_complement;
        check(product.width() == factor_.value.width() + count_ || !has_sign,
              "a product is as wide as its factors");
        return {product, b_.constant(1, 0)};
    }

  private:
    using Kind = Factor::Kind;

    Value extended(Value value, unsigned width) {
        return factor_.kind == Kind::magnitude ? b_.zero_extended(value, width)
                                               : sign_extended(b_, value, width);
    }
    Value times(Value value, unsigned digit) {
        return value & b_.repeat(digits_.value.bit(digit - first_digit_), value.width());
    }

    void add_first_two() {
        const Value factor = factor_.value;
        // Two places are a cell: where their number is odd, a gate makes the least, into which
        // nothing is carried.
        const unsigned alone = factor.width() % 2;
        const unsigned width = factor.width() + 2 - alone;
        if (alone == 1)
            low_places_.add(b_.name("least", factor.bit(0) & digits_.value.bit(0), "place 0"));
        const Value once = extended(factor, factor.width() + 2)(factor.width() + 1, alone);
        const Value twice = b_.concat({extended(factor, factor.width() + 1), b_.constant(1, 0)})(
            factor.width() + 1, alone);
        const Value sum = b_.name(
            "sum1", b_.add_in_ecp5_cells(times(once, 0), times(twice, 1), b_.constant(1, 0)),
            "bits 0 and 1 times the factor");
        low_places_.add(sum(1 - alone, 0));
        above_ = sum(width - 1, 2 - alone);
        next_ = 2;
    }
    void add_digit() {
        const unsigned width = factor_.value.width() + 1;
        const bool negative = next_ + 1 == count_ && digits_.kind == Kind::twos_complement;
        const Value row = times(extended(factor_.value, width), next_);
        const Value sum =
            b_.name(fmt::format("sum{}", next_),
                    b_.add_in_ecp5_cells(extended(*above_, width), negative ? ~row : row,
                                         b_.constant(1, negative ? 1 : 0)),
                    negative ? "less the last bit's row: its complement, and a 1 carried in"
                             : fmt::format("and bit {}, from place {} up", next_, next_));
        if (++next_ < count_) {
            low_places_.add(sum.bit(0));
            above_ = sum(width - 1, 1);
        } else {
            above_ = sum;
        }
    }

    Builder& b_;
    Factor factor_, digits_;
    unsigned count_;            ///< digits in all
    unsigned first_digit_ = 0;  ///< the first in digits_
    unsigned next_ = 1;         ///< the digit that the next adder adds
    LowPlaces low_places_;
    std::optional<Value> above_;  ///< the sum so far, from the place of the next digit up
};

}  // namespace

Value as_signed(Builder& b, const format::Format& format, Value code) {
    return format::is_signed(format) ? code : b.zero_extended(code, code.width() + 1);
}

std::unique_ptr<Multiplier> multiplier_of_tools(Builder& b, Value x, Value y) {
    return std::make_unique<MultiplierOfTools>(b, x, y);
}

std::unique_ptr<Multiplier> integer_multiplier_of_tools(Builder& b, const format::Format& weight,
                                                        Value w, const format::Format& activation,
                                                        Value a) {
    return std::make_unique<IntegersByTools>(b, weight, w, activation, a);
}

unsigned rows_of_multiplier(const format::Format& weight, const format::Format& activation) {
    const bool integers = !format::is_minifloat(weight) && !format::is_minifloat(activation);
    const bool any_signed = format::is_signed(weight) || format::is_signed(activation);
    if (integers && !any_signed) return 0;
    const auto digits = [&](const format::Format& format) {
        const auto bits = static_cast<unsigned>(
            format::is_minifloat(format) ? format.fraction_bits + 1 : format::width(format));
        return integers && !format::is_signed(format) ? bits + 1 : bits;
    };
    const unsigned least = std::min(digits(weight), digits(activation));
    return integers || least >= least_digits_of_rows ? (least + 1) / 2 : 0;
}

std::unique_ptr<Multiplier> multiplier_by_rows(Builder& b, Value x, Value y, RowOrder order) {
    if (std::min(x.width(), y.width()) < least_digits_of_rows) return multiplier_of_tools(b, x, y);
    if (x.width() < y.width()) std::swap(x, y);
    return std::make_unique<GateRows>(b, x, y, order);
}

bool can_be_packed(const format::Format& weight, const format::Format& activation) {
    const bool integers = !format::is_minifloat(weight) && !format::is_minifloat(activation);
    const bool is_signed = integers && (format::is_signed(weight) || format::is_signed(activation));
    const auto bits_of = [&](const format::Format& format) {
        const auto bits = static_cast<unsigned>(
            format::is_minifloat(format) ? format.fraction_bits + 1 : format::width(format));
        return is_signed && !format::is_signed(format) ? bits + 1 : bits;
    };
    const unsigned w = bits_of(weight), a = bits_of(activation);
    // A single bit needs no *.
    return std::min(w, a) > 1 &&
           std::max(w, a) + w + a + 1 + (is_signed ? 1 : 0) <= greatest_packed_factor;
}

std::pair<std::unique_ptr<Multiplier>, std::unique_ptr<Multiplier>> packed_multipliers(
    Builder& b, const Factors& low, const Factors& high) {
    const auto products = std::make_shared<PackedProducts>(b, low, high);
    return {std::make_unique<PackedMultiplier>(b, products, PackedMultiplier::Half::low),
            std::make_unique<PackedMultiplier>(b, products, PackedMultiplier::Half::high)};
}

std::unique_ptr<Multiplier> multiplier_in_ecp5_cells(Builder& b, const Factor& x, const Factor& y) {
    const bool swapped = x.value.width() < y.value.width();
    const Factor& factor = swapped ? y : x;
    const Factor& digits = swapped ? x : y;
    if (digits.value.width() == 1) return multiplier_of_tools(b, factor.value, digits.value);
    return std::make_unique<Ecp5Cells>(b, factor, digits);
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
