// A builder with a few inputs, ready for expressions; shared by the tests of the builder.
#pragma once

#include <functional>

#include "rtl/builder.hpp"

namespace bitshed::test {

using rtl::Builder;
using rtl::Value;

/// A builder in its first section, with two inputs of 8 bits, one of 4 and one of 1.
struct Given {
    Builder b{"unit"};
    Value x, y, narrow, one;
    explicit Given(int stage = 0)
        : x((b.clock("clk_i", ""), b.input("x_i", 8, "", ""))),
          y(b.input("y_i", 8, "", "")),
          narrow(b.input("narrow_i", 4, "", "")),
          one(b.input("one_i", 1, "", "")) {
        b.section("work", {}, stage);
    }
};

/// The module that shows make(x, y, narrow, one) as y_o.
inline rtl::Module shown(const std::function<Value(Given&)>& make) {
    Given given;
    given.b.output("y_o", given.b.name("made", make(given), ""), "", "");
    return given.b.finish();
}

}  // namespace bitshed::test
