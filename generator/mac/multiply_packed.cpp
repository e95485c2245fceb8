#include "mac/multiply_packed.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "mac/twos_complement.hpp"

namespace bitshed::mac {

namespace {

using rtl::Builder;
using rtl::Value;

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

}  // namespace

bool can_be_packed(const format::Format& weight, const format::Format& activation) {
    const bool is_signed = has_signed_factors(weight, activation);
    const unsigned w = factor_bits(weight, is_signed), a = factor_bits(activation, is_signed);
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

}  // namespace bitshed::mac
