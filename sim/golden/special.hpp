// NaN and infinity as IEEE 754-2019 has them, apart from any format: clauses 6.1, 6.2 and 7.2.
#pragma once

#include "format/decoded.hpp"

namespace bitshed::golden {

/// The values are those of the port special_o.
enum class Special { finite = 0, plus_infinity = 1, minus_infinity = 2, nan = 3 };

/// What a decoded operand is.
Special special_of(const format::Decoded& decoded);

/// What one side of a product is: special or not, its sign, and whether it is a zero.
struct Factor {
    Special special = Special::finite;
    bool negative = false;
    bool is_zero = false;
};

/// What their product is: NaN from a NaN or from infinity times zero, else infinity from an
/// infinity with the signs' exclusive or, else finite.
Special product_special(const Factor& w, const Factor& a);

/// What their sum is: NaN from a NaN or from opposing infinities. Associative, so the order in
/// which the lanes of a step are added does not matter.
Special sum_special(Special a, Special b);

}  // namespace bitshed::golden
