#include "mac/grid.hpp"

#include <algorithm>

#include "format/decoded.hpp"
#include "support/text.hpp"

namespace bitshed::mac {

using format::Format;
using format::Integer;

Integer in_quanta(const Format& format, std::uint32_t code) {
    const format::Decoded decoded = format::decode(format, code);
    if (decoded.class_ == format::Class::zero) return 0;
    Integer value = decoded.significand;
    value <<= decoded.exponent - format::quantum_exponent(format);
    return decoded.negative ? Integer(-value) : value;
}

ProductRange product_range(const Format& weight, const Format& activation) {
    const Integer corners[] = {in_quanta(weight, format::least_finite_code(weight)) *
                                   in_quanta(activation, format::least_finite_code(activation)),
                               in_quanta(weight, format::least_finite_code(weight)) *
                                   in_quanta(activation, format::largest_finite_code(activation)),
                               in_quanta(weight, format::largest_finite_code(weight)) *
                                   in_quanta(activation, format::least_finite_code(activation)),
                               in_quanta(weight, format::largest_finite_code(weight)) *
                                   in_quanta(activation, format::largest_finite_code(activation))};
    return {*std::min_element(std::begin(corners), std::end(corners)),
            *std::max_element(std::begin(corners), std::end(corners))};
}

int twos_complement_width(const Integer& least, const Integer& greatest) {
    // -2^n..2^n - 1 takes n + 1 bits; for a negative value v, ~v = -v - 1 has the same n.
    const auto magnitude_bits = [](const Integer& value) {
        const Integer magnitude = value < 0 ? Integer(-value - 1) : value;
        return magnitude == 0 ? 0 : static_cast<int>(boost::multiprecision::msb(magnitude)) + 1;
    };
    return std::max(magnitude_bits(least), magnitude_bits(greatest)) + 1;
}

int grid_exponent(const Format& weight, const Format& activation) {
    return format::quantum_exponent(weight) + format::quantum_exponent(activation);
}

int tight_width(const Format& weight, const Format& activation, std::int64_t terms) {
    const ProductRange product = product_range(weight, activation);
    const Integer zero = 0;
    return twos_complement_width(std::min(zero, Integer(product.least * terms)),
                                 std::max(zero, Integer(product.greatest * terms)));
}

std::optional<int> paper_width(const Format& weight, const Format& activation, std::int64_t terms) {
    if (format::is_minifloat(weight) != format::is_minifloat(activation)) return std::nullopt;
    const int growth = static_cast<int>(ceil_log2(static_cast<std::uint64_t>(terms)));
    if (!format::is_minifloat(weight))
        return format::width(weight) + format::width(activation) + growth + 1;
    return (1 << weight.exponent_bits) + weight.fraction_bits + (1 << activation.exponent_bits) +
           activation.fraction_bits + growth - 1;
}

}  // namespace bitshed::mac
