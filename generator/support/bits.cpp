#include "support/bits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "support/check.hpp"

namespace bitshed {

namespace {
constexpr unsigned limb_bits = 64;
unsigned limbs_for(unsigned width) {
    return (width + limb_bits - 1) / limb_bits;
}
}  // namespace

Bits::Bits(unsigned width, std::uint64_t low) : width_(width), limbs_(limbs_for(width), 0) {
    check(width >= 1, "a bit vector has a bit");
    limbs_[0] = low;
    drop_excess();
}

Bits Bits::from_limbs(unsigned width, std::vector<std::uint64_t> limbs) {
    Bits made(width);
    limbs.resize(made.limbs_.size(), 0);
    made.limbs_ = std::move(limbs);
    made.drop_excess();
    return made;
}

Bits Bits::all_ones(unsigned width) {
    return ~Bits(width);
}

void Bits::drop_excess() {
    if (const unsigned used = width_ % limb_bits; used != 0)
        limbs_.back() &= (std::uint64_t{1} << used) - 1;
}

bool Bits::bit(unsigned index) const {
    check(index < width_, "a bit index lies inside the vector");
    return (limbs_[index / limb_bits] >> (index % limb_bits)) & 1u;
}

void Bits::set_bit(unsigned index, bool value) {
    check(index < width_, "a bit index lies inside the vector");
    const std::uint64_t mask = std::uint64_t{1} << (index % limb_bits);
    if (value)
        limbs_[index / limb_bits] |= mask;
    else
        limbs_[index / limb_bits] &= ~mask;
}

bool Bits::is_zero() const {
    return std::all_of(limbs_.begin(), limbs_.end(), [](std::uint64_t limb) { return limb == 0; });
}

std::uint64_t Bits::to_u64() const {
    check(
        std::all_of(limbs_.begin() + 1, limbs_.end(), [](std::uint64_t limb) { return limb == 0; }),
        "the value fits 64 bits");
    return limbs_[0];
}

Bits Bits::slice(unsigned low, unsigned count) const {
    check(count >= 1 && low + count <= width_, "a slice lies inside the vector");
    Bits part(count);
    const unsigned first = low / limb_bits;
    const unsigned shift = low % limb_bits;
    for (unsigned i = 0; i < part.limbs_.size(); ++i) {
        part.limbs_[i] = limbs_[first + i] >> shift;
        if (shift != 0 && first + i + 1 < limbs_.size())
            part.limbs_[i] |= limbs_[first + i + 1] << (limb_bits - shift);
    }
    part.drop_excess();
    return part;
}

Bits Bits::resized(unsigned width) const {
    return from_limbs(width, limbs_);
}

Bits Bits::sign_extended(unsigned width) const {
    if (width <= width_ || !bit(width_ - 1)) return resized(width);
    return ~(~*this).resized(width);
}

std::string Bits::hex() const {
    std::string digits;
    for (unsigned digit = (width_ + 3) / 4; digit-- > 0;)
        digits += fmt::format("{:x}", (limbs_[digit / 16] >> (4 * (digit % 16))) & 0xf);
    return digits;
}

namespace {
template <class Operation>
Bits limbwise(const Bits& a, const Bits& b, Operation operation) {
    check(a.width() == b.width(), "operands have one width");
    std::vector<std::uint64_t> limbs(a.limbs().size());
    for (std::size_t i = 0; i < limbs.size(); ++i) limbs[i] = operation(a.limbs()[i], b.limbs()[i]);
    return Bits::from_limbs(a.width(), std::move(limbs));
}
}  // namespace

Bits operator&(const Bits& a, const Bits& b) {
    return limbwise(a, b, [](std::uint64_t x, std::uint64_t y) { return x & y; });
}
Bits operator|(const Bits& a, const Bits& b) {
    return limbwise(a, b, [](std::uint64_t x, std::uint64_t y) { return x | y; });
}
Bits operator^(const Bits& a, const Bits& b) {
    return limbwise(a, b, [](std::uint64_t x, std::uint64_t y) { return x ^ y; });
}
Bits operator+(const Bits& a, const Bits& b) {
    std::uint64_t carry = 0;
    return limbwise(a, b, [&carry](std::uint64_t x, std::uint64_t y) {
        const std::uint64_t partial = x + y;
        const std::uint64_t sum = partial + carry;
        carry = static_cast<std::uint64_t>(partial < x) | static_cast<std::uint64_t>(sum < partial);
        return sum;
    });
}
Bits operator~(const Bits& a) {
    return limbwise(a, a, [](std::uint64_t x, std::uint64_t) { return ~x; });
}

}  // namespace bitshed
