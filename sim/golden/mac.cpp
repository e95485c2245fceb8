#include "golden/mac.hpp"

#include "golden/state.hpp"
#include "support/check.hpp"

namespace bitshed::golden {

format::Real real_of(Special special) {
    format::Real real;
    real.class_ = special == Special::nan ? format::Class::nan : format::Class::infinity;
    real.negative = special == Special::minus_infinity;
    return real;
}

format::Real real_of(const Integer& multiple, int exponent) {
    format::Real real;
    if (multiple == 0) return real;
    real.class_ = format::Class::normal;
    real.negative = multiple < 0;
    real.significand = abs(multiple);
    real.exponent = exponent;
    return real;
}

Mac::Mac(const Unit& unit, Arithmetic arithmetic)
    : result_(unit.result),
      state_(is_on_grid(unit) ? make_grid_state(unit, arithmetic) : make_float_state(unit)) {}
Mac::~Mac() = default;
Mac::Mac(Mac&&) noexcept = default;
Mac& Mac::operator=(Mac&&) noexcept = default;

void Mac::clear() {
    state_->clear();
}

void Mac::resume(std::uint32_t code) {
    state_->resume(code);
}

void Mac::step(std::span<const std::uint32_t> w, std::span<const std::uint32_t> a) {
    state_->step(w, a);
}

void Mac::accumulator_code(std::span<std::uint64_t> limbs) const {
    state_->code(limbs);
}

Special Mac::special() const {
    return state_->special();
}

format::Real Mac::value() const {
    return state_->value();
}

std::optional<std::uint32_t> Mac::result_code() const {
    if (!result_) return std::nullopt;
    return format::encode(result_->format, value(), result_->overflow).value_or(0);
}

bool Mac::outgrew_its_width() const {
    return state_->outgrew_its_width();
}

}  // namespace bitshed::golden
