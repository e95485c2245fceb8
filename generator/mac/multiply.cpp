#include "mac/multiply.hpp"

#include <optional>

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

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

}  // namespace

bool has_signed_factors(const format::Format& weight, const format::Format& activation) {
    return !format::is_minifloat(weight) && !format::is_minifloat(activation) &&
           (format::is_signed(weight) || format::is_signed(activation));
}

unsigned factor_bits(const format::Format& format, bool among_signed) {
    const auto bits = static_cast<unsigned>(format::is_minifloat(format) ? format.fraction_bits + 1
                                                                         : format::width(format));
    return among_signed && !format::is_signed(format) ? bits + 1 : bits;
}

std::unique_ptr<Multiplier> multiplier_of_tools(Builder& b, Value x, Value y) {
    return std::make_unique<MultiplierOfTools>(b, x, y);
}

std::unique_ptr<Multiplier> integer_multiplier_of_tools(Builder& b, const format::Format& weight,
                                                        Value w, const format::Format& activation,
                                                        Value a) {
    return std::make_unique<IntegersByTools>(b, weight, w, activation, a);
}

}  // namespace bitshed::mac
