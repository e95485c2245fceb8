#include "rtl/interpreter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rtl/findings.hpp"
#include "support/check.hpp"

namespace bitshed::rtl {

namespace {
using Limb = std::uint64_t;
constexpr unsigned limb_bits = 64;
std::size_t limbs_for(unsigned width) {
    return (width + limb_bits - 1) / limb_bits;
}
Limb top_mask(unsigned width) {
    const unsigned used = width % limb_bits;
    return used == 0 ? ~Limb{0} : (Limb{1} << used) - 1;
}
}  // namespace

struct Interpreter::Step {
    Op op;
    unsigned width;
    unsigned low;
    bool clears;
    bool resets;
    std::size_t at;                     // where the result lies in values_
    std::vector<std::size_t> operands;  // where they lie
    std::vector<unsigned> widths;       // how wide they are
};

Interpreter::~Interpreter() = default;
Interpreter::Interpreter(Interpreter&&) noexcept = default;

Interpreter::Interpreter(const Module& module) {
    const auto live = live_nodes(module);
    std::vector<std::size_t> at;
    std::size_t total = 0;
    for (const Node& node : module.nodes) {
        at.push_back(total);
        total += limbs_for(node.width);
    }
    values_.assign(total, 0);
    for (NodeId id = 0; id < module.nodes.size(); ++id) {
        const Node& node = module.nodes[id];
        if (node.op == Op::constant)
            std::copy(node.constant->limbs().begin(), node.constant->limbs().end(),
                      values_.begin() + static_cast<std::ptrdiff_t>(at[id]));
        if (!live[id] || node.op == Op::input || node.op == Op::constant) continue;
        Step step{node.op, node.width, node.low, node.clears, node.resets, at[id], {}, {}};
        for (const NodeId operand : node.operands) {
            step.operands.push_back(at[operand]);
            step.widths.push_back(module.nodes[operand].width);
        }
        (node.op == Op::reg ? registers_ : steps_).push_back(std::move(step));
    }
    std::size_t register_limbs = 0;
    for (const Step& step : registers_) register_limbs += limbs_for(step.width);
    next_.assign(register_limbs, 0);
    for (const Port& port : module.ports)
        (port.direction == Direction::input ? inputs_ : outputs_)
            .push_back({port.name, at[port.node], port.width});
    if (module.enable) enable_ = at[*module.enable];
    if (module.reset_n) reset_n_ = at[*module.reset_n];
}

std::size_t Interpreter::input(std::string_view name) const {
    const auto found = std::find_if(inputs_.begin(), inputs_.end(),
                                    [&](const PortPlace& p) { return p.name == name; });
    check(found != inputs_.end(), fmt::format("the module has an input {}", name));
    return static_cast<std::size_t>(found - inputs_.begin());
}

std::size_t Interpreter::output(std::string_view name) const {
    const auto found = std::find_if(outputs_.begin(), outputs_.end(),
                                    [&](const PortPlace& p) { return p.name == name; });
    check(found != outputs_.end(), fmt::format("the module has an output {}", name));
    return static_cast<std::size_t>(found - outputs_.begin());
}

void Interpreter::set(std::size_t input, std::span<const std::uint64_t> limbs) {
    const PortPlace& place = inputs_[input];
    check(limbs.size() >= limbs_for(place.width), "an input gets all its limbs");
    for (std::size_t i = 0; i < limbs_for(place.width); ++i) values_[place.at + i] = limbs[i];
    values_[place.at + limbs_for(place.width) - 1] &= top_mask(place.width);
    stale_ = true;
}

void Interpreter::set(std::size_t input, std::uint64_t value) {
    set(input, std::span(&value, 1));
}

std::span<const std::uint64_t> Interpreter::get(std::size_t output) {
    evaluate();
    const PortPlace& place = outputs_[output];
    return {values_.data() + place.at, limbs_for(place.width)};
}

void Interpreter::clock() {
    evaluate();
    const bool enabled = enable_ == absent || values_[enable_] != 0;
    const bool in_reset = reset_n_ != absent && values_[reset_n_] == 0;
    if (!enabled && !in_reset) return;
    Limb* next = next_.data();
    for (const Step& step : registers_) {
        const bool becomes_zero = step.resets && in_reset;
        const bool cleared = enabled && step.clears && values_[step.operands[1]] != 0;
        const std::size_t from = enabled ? step.operands[0] : step.at;
        for (std::size_t i = 0; i < limbs_for(step.width); ++i)
            *next++ = becomes_zero || cleared ? 0 : values_[from + i];
    }
    next = next_.data();
    for (const Step& step : registers_)
        for (std::size_t i = 0; i < limbs_for(step.width); ++i) values_[step.at + i] = *next++;
    stale_ = true;
}

namespace {

/// Puts `width` bits of `from` at bit `position` of `to`, which is 0 there.
void place_bits(Limb* to, unsigned position, const Limb* from, unsigned width) {
    for (std::size_t i = 0; i < limbs_for(width); ++i) {
        const unsigned bit = position + static_cast<unsigned>(i) * limb_bits;
        const unsigned shift = bit % limb_bits;
        const unsigned left = std::min(limb_bits, width - static_cast<unsigned>(i) * limb_bits);
        to[bit / limb_bits] |= from[i] << shift;
        if (shift != 0 && shift + left > limb_bits)
            to[bit / limb_bits + 1] |= from[i] >> (limb_bits - shift);
    }
}

void take_bits(Limb* to, const Limb* from, unsigned low, unsigned width, unsigned from_width) {
    const std::size_t first = low / limb_bits;
    const unsigned shift = low % limb_bits;
    for (std::size_t i = 0; i < limbs_for(width); ++i) {
        to[i] = from[first + i] >> shift;
        if (shift != 0 && first + i + 1 < limbs_for(from_width))
            to[i] |= from[first + i + 1] << (limb_bits - shift);
    }
}

void multiply(Limb* to, const Limb* a, std::size_t a_limbs, const Limb* b, std::size_t b_limbs,
              std::size_t limbs) {
    std::fill(to, to + limbs, 0);
    for (std::size_t i = 0; i < a_limbs; ++i) {
        Limb carry = 0;
        for (std::size_t j = 0; i + j < limbs; ++j) {
            __extension__ using Wide = unsigned __int128;
            const Wide sum = static_cast<Wide>(a[i]) * (j < b_limbs ? b[j] : 0) + to[i + j] + carry;
            to[i + j] = static_cast<Limb>(sum);
            carry = static_cast<Limb>(sum >> limb_bits);
        }
    }
}

bool is_all_ones(const Limb* from, unsigned width) {
    const std::size_t limbs = limbs_for(width);
    for (std::size_t i = 0; i + 1 < limbs; ++i)
        if (from[i] != ~Limb{0}) return false;
    return from[limbs - 1] == top_mask(width);
}

}  // namespace

void Interpreter::evaluate() {
    if (!stale_) return;
    stale_ = false;
    Limb* const all = values_.data();
    for (const Step& step : steps_) {
        Limb* const to = all + step.at;
        const Limb* const a = all + step.operands[0];
        const Limb* const b = step.operands.size() > 1 ? all + step.operands[1] : a;
        const std::size_t limbs = limbs_for(step.width);
        const std::size_t a_limbs = limbs_for(step.widths[0]);
        switch (step.op) {
            case Op::bit_not:
                for (std::size_t i = 0; i < limbs; ++i) to[i] = ~a[i];
                to[limbs - 1] &= top_mask(step.width);
                break;
            case Op::bit_and:
                for (std::size_t i = 0; i < limbs; ++i) to[i] = a[i] & b[i];
                break;
            case Op::bit_or:
                for (std::size_t i = 0; i < limbs; ++i) to[i] = a[i] | b[i];
                break;
            case Op::bit_xor:
                for (std::size_t i = 0; i < limbs; ++i) to[i] = a[i] ^ b[i];
                break;
            case Op::add: {
                Limb carry = step.operands.size() == 3 ? all[step.operands[2]] : 0;
                for (std::size_t i = 0; i < limbs; ++i) {
                    const Limb partial = a[i] + b[i];
                    const Limb sum = partial + carry;
                    carry = static_cast<Limb>(partial < a[i]) | static_cast<Limb>(sum < partial);
                    to[i] = sum;
                }
                to[limbs - 1] &= top_mask(step.width);
                break;
            }
            case Op::multiply:
                multiply(to, a, a_limbs, b, limbs_for(step.widths[1]), limbs);
                break;
            case Op::mux: {
                const Limb* const chosen = all + step.operands[*a != 0 ? 1 : 2];
                std::copy(chosen, chosen + limbs, to);
                break;
            }
            case Op::concat: {
                std::fill(to, to + limbs, 0);
                unsigned position = step.width;
                for (std::size_t i = 0; i < step.operands.size(); ++i) {
                    position -= step.widths[i];
                    place_bits(to, position, all + step.operands[i], step.widths[i]);
                }
                break;
            }
            case Op::slice:
                take_bits(to, a, step.low, step.width, step.widths[0]);
                to[limbs - 1] &= top_mask(step.width);
                break;
            case Op::equal:
                to[0] = std::equal(a, a + a_limbs, b) ? 1 : 0;
                break;
            case Op::reduce_or:
                to[0] = std::any_of(a, a + a_limbs, [](Limb limb) { return limb != 0; }) ? 1 : 0;
                break;
            case Op::reduce_and:
                to[0] = is_all_ones(a, step.widths[0]) ? 1 : 0;
                break;
            case Op::lookup:
                to[0] = (a[*b / limb_bits] >> (*b % limb_bits)) & 1;
                break;
            case Op::input:
            case Op::constant:
            case Op::reg:
                check(false, "only computed nodes are steps");
        }
    }
}

}  // namespace bitshed::rtl
