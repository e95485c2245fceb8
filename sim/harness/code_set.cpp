#include "harness/code_set.hpp"

namespace bitshed::harness {

CodeSet::CodeSet(const format::Format& format)
    : table(golden::operand_table<golden::Integer>(format)),
      greatest(format::largest_finite_code(format)),
      least(format::least_finite_code(format)) {
    format::Class before = format::Class::nan;
    for (std::uint32_t code = 0; code < table.size(); ++code) {
        if (is_finite(code)) finite.push_back(code);
        // A code beside a change of class is a corner, and so is what is next to a zero.
        const format::Class class_ = format::decode(format, code).class_;
        const bool is_corner = class_ != before || code == greatest || code == least ||
                               code + 1 == table.size() ||
                               format::decode(format, code + 1).class_ != class_;
        before = class_;
        if (!is_corner) continue;
        corners.push_back(code);
        if (is_finite(code)) finite_corners.push_back(code);
    }
}

}  // namespace bitshed::harness
