#include "rtl/carry_cell.hpp"

#include <algorithm>
#include <vector>

namespace bitshed::rtl {

namespace {

constexpr std::size_t pins = 4;

bool is_gate(Op op) {
    return op == Op::bit_not || op == Op::bit_and || op == Op::bit_or || op == Op::bit_xor ||
           op == Op::mux;
}

bool is_taken_in(const Module& module, NodeId id) {
    return module.nodes[id].name.empty() && is_gate(module.nodes[id].op);
}

/// The values at which the gates before an operand begin.
void find_inputs(const Module& module, NodeId id, std::vector<NodeId>& inputs) {
    if (is_taken_in(module, id)) {
        for (const NodeId operand : module.nodes[id].operands) find_inputs(module, operand, inputs);
    } else if (std::find(inputs.begin(), inputs.end(), id) == inputs.end()) {
        inputs.push_back(id);
    }
}

/// One place of a value, where bit i of `bits` is that of inputs[i].
bool evaluate(const Module& module, NodeId id, const std::vector<NodeId>& inputs, unsigned bits) {
    if (!is_taken_in(module, id)) {
        const auto place = std::find(inputs.begin(), inputs.end(), id) - inputs.begin();
        return (bits >> place & 1u) != 0;
    }
    const auto operand = [&](std::size_t i) {
        return evaluate(module, module.nodes[id].operands[i], inputs, bits);
    };
    switch (module.nodes[id].op) {
        case Op::bit_not:
            return !operand(0);
        case Op::bit_and:
            return operand(0) && operand(1);
        case Op::bit_or:
            return operand(0) || operand(1);
        case Op::bit_xor:
            return operand(0) != operand(1);
        default:
            return operand(0) ? operand(1) : operand(2);
    }
}

/// INIT where input i of an adder goes to pin pin_of[i]; nothing where the carry needs more than
/// A and B.
std::optional<std::uint16_t> table_for(const Module& module, const Node& adder,
                                       const std::vector<NodeId>& inputs,
                                       const std::vector<std::size_t>& pin_of) {
    unsigned used = 0;  // pins that are not a constant 1
    for (std::size_t i = 0; i < inputs.size(); ++i) used |= 1u << pin_of[i];
    std::array<std::optional<bool>, 16> table;
    std::array<std::optional<bool>, 4> carry;  // by A and B
    for (unsigned row = 0; row < 16; ++row) {
        if ((row | used) != 15) continue;  // a pin that is always 1
        unsigned bits = 0;
        for (std::size_t i = 0; i < inputs.size(); ++i) bits |= (row >> pin_of[i] & 1u) << i;
        const bool first = evaluate(module, adder.operands[0], inputs, bits);
        const bool second = evaluate(module, adder.operands[1], inputs, bits);
        table[row] = first != second;
        if (first != second) continue;
        auto& known = carry[row & 3];
        if (known && *known != first) return std::nullopt;
        known = first;
    }
    std::uint16_t init = 0;
    for (unsigned row = 0; row < 16; ++row) {
        if (row < 4 && carry[row]) {
            if (table[row] && *table[row] != *carry[row]) return std::nullopt;
            table[row] = carry[row];
        }
        if (table[row].value_or(false)) init = static_cast<std::uint16_t>(init | 1u << row);
    }
    return init;
}

}  // namespace

std::optional<CarryCell> fit_carry_cell(const Module& module, NodeId id) {
    const Node& adder = module.nodes[id];
    std::vector<NodeId> inputs;
    find_inputs(module, adder.operands[0], inputs);
    find_inputs(module, adder.operands[1], inputs);
    if (inputs.size() > pins) return std::nullopt;
    std::vector<std::size_t> order = {0, 1, 2, 3};
    do {
        const std::vector<std::size_t> pin_of(
            order.begin(), order.begin() + static_cast<std::ptrdiff_t>(inputs.size()));
        const auto init = table_for(module, adder, inputs, pin_of);
        if (!init) continue;
        CarryCell cell;
        cell.init = *init;
        for (std::size_t i = 0; i < inputs.size(); ++i) cell.inputs[pin_of[i]] = inputs[i];
        return cell;
    } while (std::next_permutation(order.begin(), order.end()));
    return std::nullopt;
}

}  // namespace bitshed::rtl
