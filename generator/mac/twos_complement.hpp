// Widths and signs of two's complement values.
#pragma once

#include "format/format.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// Two's complement to more bits; the value must have a name or be a concatenation.
rtl::Value sign_extended(rtl::Builder& b, rtl::Value value, unsigned width);

/// The low bits of a value, or the value sign-extended.
rtl::Value sign_fitted(rtl::Builder& b, rtl::Value value, unsigned width);

/// An integer code as two's complement: uint gets a sign bit of 0.
rtl::Value as_signed(rtl::Builder& b, const format::Format& format, rtl::Value code);

}  // namespace bitshed::mac
