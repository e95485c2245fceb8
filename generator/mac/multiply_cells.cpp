#include "mac/multiply_cells.hpp"

#include <fmt/format.h>

#include <optional>

#include "mac/multiply_parts.hpp"
#include "mac/twos_complement.hpp"
#include "support/check.hpp"

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

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

std::unique_ptr<Multiplier> multiplier_in_ecp5_cells(Builder& b, const Factor& x, const Factor& y) {
    const bool swapped = x.value.width() < y.value.width();
    const Factor& factor = swapped ? y : x;
    const Factor& digits = swapped ? x : y;
    if (digits.value.width() == 1) return multiplier_of_tools(b, factor.value, digits.value);
    return std::make_unique<Ecp5Cells>(b, factor, digits);
}

}  // namespace bitshed::mac
