#include "golden/special.hpp"

namespace bitshed::golden {

Special special_of(const format::Decoded& decoded) {
    switch (decoded.class_) {
        case format::Class::nan:
            return Special::nan;
        case format::Class::infinity:
            return decoded.negative ? Special::minus_infinity : Special::plus_infinity;
        default:
            return Special::finite;
    }
}

Special product_special(const Factor& w, const Factor& a) {
    if (w.special == Special::nan || a.special == Special::nan) return Special::nan;
    if (w.special == Special::finite && a.special == Special::finite) return Special::finite;
    // One is an infinity.
    if (w.is_zero || a.is_zero) return Special::nan;
    return w.negative != a.negative ? Special::minus_infinity : Special::plus_infinity;
}

Special sum_special(Special a, Special b) {
    if (a == Special::finite) return b;
    if (b == Special::finite || a == b) return a;
    return Special::nan;
}

}  // namespace bitshed::golden
