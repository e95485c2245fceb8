#include "mac/choice.hpp"

namespace bitshed::mac {

const std::vector<MeasuredChoice>& measured_choices() {
    static const std::vector<MeasuredChoice> rows = {};
    return rows;
}

}  // namespace bitshed::mac
