#include "harness/interpreted.hpp"

namespace bitshed::harness {

Interpreted::Interpreted(const rtl::Module& module, const Layout& layout)
    : interpreter_(module), row_(layout.response_words) {
    for (const Field& field : layout.inputs())
        inputs_.push_back({interpreter_.input(field.port), field});
    for (const Field& field : layout.outputs()) {
        const bool is_ready = layout.in_ready && field.low == layout.in_ready->low;
        (is_ready ? before_ : outputs_).push_back({interpreter_.output(field.port), field});
    }
}

void Interpreted::take(const Place& place) {
    put_limbs(row_, place.field, interpreter_.get(place.number));
}

std::span<const std::uint32_t> Interpreted::clock(std::span<const std::uint32_t> given) {
    for (const Place& place : inputs_) {
        limbs_.assign((place.field.bits + 63) / 64, 0);
        get_limbs(given, place.field, limbs_);
        interpreter_.set(place.number, limbs_);
    }
    for (const Place& place : before_) take(place);
    interpreter_.clock();
    for (const Place& place : outputs_) take(place);
    return row_;
}

}  // namespace bitshed::harness
