#include "harness/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "support/bits.hpp"
#include "support/check.hpp"

namespace bitshed::harness {

namespace {

constexpr unsigned word_bits = 32;

unsigned words_for(unsigned bits) {
    return (bits + word_bits - 1) / word_bits;
}

std::size_t limbs_for(unsigned bits) {
    return (bits + 63) / 64;
}

std::uint32_t low_ones(unsigned bits) {
    return bits >= word_bits ? ~0u : (1u << bits) - 1;
}

/// Hands out the bits of a row.
class Allocator {
  public:
    explicit Allocator(const emit::Manifest& manifest) : manifest_(manifest) {}

    std::optional<Field> optional_field(const std::string& role) {
        const emit::ManifestPort* port = manifest_.port(role);
        if (port == nullptr) return std::nullopt;
        Field field{port->name, used_, static_cast<unsigned>(port->bits)};
        used_ += field.bits;
        return field;
    }

    Field field(const std::string& role) {
        auto found = optional_field(role);
        check(found.has_value(), fmt::format("the manifest has a port of the role {}", role));
        return *found;
    }

    [[nodiscard]] unsigned words() const { return words_for(used_); }

  private:
    const emit::Manifest& manifest_;
    unsigned used_ = 0;
};

}  // namespace

Layout make_layout(const emit::Manifest& manifest) {
    Layout layout;
    const emit::ManifestPort* clock = manifest.port("clock");
    check(clock != nullptr, "the manifest has a port of the role clock");
    if (clock != nullptr) layout.clock = clock->name;  // a static analyser does not know check()
    Allocator inputs(manifest);
    layout.clear = inputs.optional_field("clear");
    layout.enable = inputs.optional_field("enable");
    layout.reset = inputs.optional_field("reset");
    layout.out_ready = inputs.optional_field("out_ready");
    layout.in_valid = inputs.optional_field("in_valid");
    layout.in_first = inputs.optional_field("in_first");
    layout.in_last = inputs.optional_field("in_last");
    layout.weight = inputs.field("weight");
    layout.activation = inputs.field("activation");
    layout.stimulus_words = inputs.words();
    Allocator outputs(manifest);
    layout.accumulator = outputs.field("accumulator");
    layout.special = outputs.optional_field("special");
    layout.result = outputs.optional_field("result");
    layout.out_valid = outputs.optional_field("out_valid");
    layout.in_ready = outputs.optional_field("in_ready");
    layout.response_words = outputs.words();
    return layout;
}

namespace {
std::vector<Field> present(std::initializer_list<std::optional<Field>> fields) {
    std::vector<Field> list;
    for (const auto& field : fields)
        if (field) list.push_back(*field);
    return list;
}
}  // namespace

std::vector<Field> Layout::inputs() const {
    return present(
        {clear, enable, reset, out_ready, in_valid, in_first, in_last, weight, activation});
}

std::vector<Field> Layout::outputs() const {
    return present({accumulator, special, result, out_valid, in_ready});
}

std::uint32_t get_bits(std::span<const std::uint32_t> row, unsigned low, unsigned bits) {
    const unsigned word = low / word_bits;
    const unsigned shift = low % word_bits;
    std::uint64_t both = row[word];
    if (shift + bits > word_bits) both |= std::uint64_t{row[word + 1]} << word_bits;
    return static_cast<std::uint32_t>(both >> shift) & low_ones(bits);
}

void put_bits(std::span<std::uint32_t> row, unsigned low, unsigned bits, std::uint32_t value) {
    const unsigned word = low / word_bits;
    const unsigned shift = low % word_bits;
    const std::uint64_t mask = std::uint64_t{low_ones(bits)} << shift;
    const std::uint64_t placed = (std::uint64_t{value} << shift) & mask;
    row[word] =
        (row[word] & ~static_cast<std::uint32_t>(mask)) | static_cast<std::uint32_t>(placed);
    if (shift + bits > word_bits)
        row[word + 1] = (row[word + 1] & ~static_cast<std::uint32_t>(mask >> word_bits)) |
                        static_cast<std::uint32_t>(placed >> word_bits);
}

void get_limbs(std::span<const std::uint32_t> row, const Field& field,
               std::span<std::uint64_t> limbs) {
    check(limbs.size() == limbs_for(field.bits), "a field gets all its limbs");
    std::fill(limbs.begin(), limbs.end(), 0);
    for (unsigned at = 0; at < field.bits; at += word_bits)
        limbs[at / 64] |=
            std::uint64_t{get_bits(row, field.low + at, std::min(word_bits, field.bits - at))}
            << (at % 64);
}

void put_limbs(std::span<std::uint32_t> row, const Field& field,
               std::span<const std::uint64_t> limbs) {
    check(limbs.size() == limbs_for(field.bits), "a field gets all its limbs");
    for (unsigned at = 0; at < field.bits; at += word_bits)
        put_bits(row, field.low + at, std::min(word_bits, field.bits - at),
                 static_cast<std::uint32_t>(limbs[at / 64] >> (at % 64)));
}

std::string hex(std::span<const std::uint32_t> row, const Field& field) {
    std::vector<std::uint64_t> limbs(limbs_for(field.bits));
    get_limbs(row, field, limbs);
    return "0x" + Bits::from_limbs(field.bits, std::move(limbs)).hex();
}

}  // namespace bitshed::harness
