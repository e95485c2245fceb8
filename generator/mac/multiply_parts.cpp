#include "mac/multiply_parts.hpp"

#include <fmt/format.h>

namespace bitshed::mac {

using rtl::Value;

void LowPlaces::keep(unsigned part) {
    if (parts_.empty()) return;
    parts_ = {b_.name(fmt::format("finished{}", part), below({}), "the least places")};
}

Value LowPlaces::below(std::vector<Value> above) const {
    above.insert(above.end(), parts_.rbegin(), parts_.rend());
    return b_.concat(above);
}

}  // namespace bitshed::mac
