#include "mac/twos_complement.hpp"

namespace bitshed::mac {

using rtl::Builder;
using rtl::Value;

Value sign_extended(Builder& b, Value value, unsigned width) {
    return b.extended(value, width, value.bit(value.width() - 1));
}

Value sign_fitted(Builder& b, Value value, unsigned width) {
    return width < value.width() ? value(width - 1, 0) : sign_extended(b, value, width);
}

Value as_signed(Builder& b, const format::Format& format, Value code) {
    return format::is_signed(format) ? code : b.zero_extended(code, code.width() + 1);
}

}  // namespace bitshed::mac
