#include "mac/table.hpp"

#include <fmt/format.h>

#include "mac/grid.hpp"

namespace bitshed::mac {

std::vector<rtl::Value> make_tables(rtl::Builder& b, const format::Format& weight,
                                    const format::Format& activation, unsigned places) {
    const auto w_count = 1u << (format::width(weight) - 1);
    const auto a_count = 1u << (format::width(activation) - 1);
    std::vector<Bits> tables(places, Bits(w_count * a_count));
    for (unsigned w = 0; w < w_count; ++w)
        for (unsigned a = 0; a < a_count; ++a) {
            const format::Integer product = in_quanta(weight, w) * in_quanta(activation, a);
            for (unsigned place = 0; place < places; ++place)
                if (boost::multiprecision::bit_test(product, place))
                    tables[place].set_bit(w * a_count + a, true);
        }
    std::vector<rtl::Value> named;
    for (unsigned place = 0; place < places; ++place)
        named.push_back(b.name(fmt::format("table{}", place), b.constant(tables[place]),
                               fmt::format("place {} of every product", place)));
    return named;
}

}  // namespace bitshed::mac
