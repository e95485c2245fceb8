#include "rtl/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "rtl/carry_cell.hpp"
#include "rtl/keywords.hpp"

namespace bitshed::rtl {

namespace {

std::string label(const Module& module, NodeId id) {
    const Node& node = module.nodes[id];
    return node.name.empty() ? fmt::format("node {}", id) : node.name;
}

/// How many operands a kind of node takes; least and most.
std::pair<std::size_t, std::size_t> arity(const Node& node) {
    switch (node.op) {
        case Op::input:
        case Op::constant:
            return {0, 0};
        case Op::bit_not:
        case Op::slice:
        case Op::reduce_or:
        case Op::reduce_and:
            return {1, 1};
        case Op::bit_and:
        case Op::bit_or:
        case Op::bit_xor:
        case Op::multiply:
        case Op::equal:
        case Op::lookup:
            return {2, 2};
        case Op::add:
            return {2, 3};
        case Op::mux:
            return {3, 3};
        case Op::concat:
            return {1, SIZE_MAX};
        case Op::reg:
            return node.clears ? std::pair<std::size_t, std::size_t>{2, 2}
                               : std::pair<std::size_t, std::size_t>{1, 1};
    }
    return {0, 0};
}

bool widths_agree(const Module& module, const Node& node) {
    const auto width = [&](std::size_t operand) {
        return module.nodes[node.operands[operand]].width;
    };
    switch (node.op) {
        case Op::input:
            return true;
        case Op::constant:
            return node.constant && node.constant->width() == node.width;
        case Op::bit_not:
            return width(0) == node.width;
        case Op::bit_and:
        case Op::bit_or:
        case Op::bit_xor:
            return width(0) == node.width && width(1) == node.width;
        case Op::add:
            return width(0) == node.width && width(1) == node.width &&
                   (node.operands.size() == 2 || width(2) == 1);
        case Op::multiply:
            return width(0) + width(1) == node.width;
        case Op::mux:
            return width(0) == 1 && width(1) == node.width && width(2) == node.width;
        case Op::equal:
            return width(0) == width(1) && node.width == 1;
        case Op::lookup:
            return width(1) <= 16 && width(0) == 1u << width(1) && node.width == 1;
        case Op::slice:
            return node.low + node.width <= width(0);
        case Op::reduce_or:
        case Op::reduce_and:
            return node.width == 1;
        case Op::reg:
            return width(0) == node.width && (!node.clears || width(1) == 1);
        case Op::concat: {
            unsigned sum = 0;
            for (std::size_t i = 0; i < node.operands.size(); ++i) sum += width(i);
            return sum == node.width;
        }
    }
    return false;
}

void find_broken_structure(const Module& module, std::vector<std::string>& found) {
    for (NodeId id = 0; id < module.nodes.size(); ++id) {
        const Node& node = module.nodes[id];
        const auto [least, most] = arity(node);
        if (node.operands.size() < least || node.operands.size() > most) {
            found.push_back(
                fmt::format("{} has {} operands", label(module, id), node.operands.size()));
            continue;
        }
        const bool in_order =
            std::all_of(node.operands.begin(), node.operands.end(), [&](NodeId operand) {
                return operand < module.nodes.size() && (operand < id || node.op == Op::reg);
            });
        if (!in_order)
            found.push_back(fmt::format("{} reads what stands after it", label(module, id)));
        else if (!widths_agree(module, node))
            found.push_back(
                fmt::format("{}: the widths of its operands do not fit", label(module, id)));
    }
    for (const Port& port : module.ports)
        if (port.node >= module.nodes.size() || module.nodes[port.node].width != port.width)
            found.push_back(fmt::format("the port {} does not fit its value", port.name));
    const auto is_bit = [&](const std::optional<NodeId>& id) {
        return !id || (*id < module.nodes.size() && module.nodes[*id].width == 1);
    };
    const auto is_input = [&](const std::optional<NodeId>& id) {
        return is_bit(id) && (!id || module.nodes[*id].op == Op::input);
    };
    if (!is_input(module.clock)) found.emplace_back("the clock is no input of one bit");
    if (!is_input(module.reset_n)) found.emplace_back("the reset is no input of one bit");
    if (!is_bit(module.enable)) found.emplace_back("the enable is no value of one bit");
    if (!is_bit(module.unread)) found.emplace_back("the unread bits are no value of one bit");
}

/// The printer goes through the sections, stage by stage, and declares what they hold.
void find_broken_sections(const Module& module, std::vector<std::string>& found) {
    for (std::size_t i = 1; i < module.sections.size(); ++i)
        if (module.sections[i].stage < module.sections[i - 1].stage)
            found.push_back(fmt::format("the section '{}' stands before an earlier stage",
                                        module.sections[i - 1].title));
    for (NodeId id = 0; id < module.nodes.size(); ++id) {
        const Node& node = module.nodes[id];
        if (node.op == Op::input || node.op == Op::constant) continue;
        if (node.section >= module.sections.size())
            found.push_back(fmt::format("{} stands in no section", label(module, id)));
        for (const NodeId operand : node.operands)
            if (node.op != Op::reg && module.nodes[operand].stage > node.stage)
                found.push_back(
                    fmt::format("{} reads a value of a later stage", label(module, id)));
    }
}

bool is_good_name(const std::string& name) {
    const bool letters = !name.empty() && name[0] >= 'a' && name[0] <= 'z' &&
                         std::all_of(name.begin(), name.end(), [](char c) {
                             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                         });
    const auto tail = name.rfind('_');
    const bool numbered = tail != std::string::npos && tail + 1 < name.size() &&
                          name.find_first_not_of("0123456789", tail + 1) == std::string::npos;
    return letters && !numbered && name.back() != '_' && !is_keyword(name);
}

/// What the Verilog can only read by name, or only hold in a named net.
void find_missing_names(const Module& module, std::vector<std::string>& found) {
    const auto live = live_nodes(module);
    for (NodeId id = 0; id < module.nodes.size(); ++id) {
        const Node& node = module.nodes[id];
        if (!live[id]) continue;
        if (node.op == Op::slice && module.nodes[node.operands[0]].name.empty())
            found.push_back(fmt::format("{} slices a value without a name", label(module, id)));
        if (node.op == Op::lookup && module.nodes[node.operands[0]].name.empty())
            found.push_back(
                fmt::format("{} looks up in a table without a name", label(module, id)));
        if ((node.op == Op::multiply || node.op == Op::reg) && node.name.empty())
            found.push_back(fmt::format("{} needs a name", label(module, id)));
    }
    if (module.enable && module.nodes[*module.enable].name.empty())
        found.emplace_back("the enable needs a name");
}

void find_broken_cells(const Module& module, std::vector<std::string>& found) {
    for (NodeId id = 0; id < module.nodes.size(); ++id) {
        const Node& node = module.nodes[id];
        if (node.adder == Adder::plus) continue;
        if (node.op != Op::add || node.name.empty() || !fit_carry_cell(module, id))
            found.push_back(
                fmt::format("{} is no named sum that fits carry cells", label(module, id)));
    }
}

void find_bad_names(const Module& module, std::vector<std::string>& found) {
    if (!is_good_name(module.name))
        found.push_back(fmt::format("'{}' is no good name", module.name));
    std::set<std::string> seen;
    const auto look = [&](const std::string& name) {
        if (!is_good_name(name)) found.push_back(fmt::format("'{}' is no good name", name));
        if (!seen.insert(name).second) found.push_back(fmt::format("'{}' stands twice", name));
    };
    for (const Node& node : module.nodes) {
        if (!node.name.empty()) look(node.name);
        if (node.op == Op::reg && !node.name.empty() && !node.name.ends_with("_q"))
            found.push_back(fmt::format("the register {} does not end in _q", node.name));
    }
    for (const Port& port : module.ports) {
        const bool input = port.direction == Direction::input;
        if (!input) look(port.name);
        const bool suffix = input ? port.name.ends_with("_i") || port.name.ends_with("_ni")
                                  : port.name.ends_with("_o");
        if (!suffix)
            found.push_back(
                fmt::format("the port {} does not end in {}", port.name, input ? "_i" : "_o"));
    }
}

void find_unread_bits(const Module& module, std::vector<std::string>& found) {
    const auto unread = unread_bits(module);
    for (NodeId id = 0; id < module.nodes.size(); ++id)
        if (!module.nodes[id].name.empty() && !unread[id].is_zero())
            found.push_back(fmt::format("{}: nothing reads the bits {}", module.nodes[id].name,
                                        unread[id].hex()));
}

}  // namespace

std::vector<Bits> unread_bits(const Module& module) {
    const auto live = live_nodes(module);
    std::vector<Bits> read;
    for (const Node& node : module.nodes) read.emplace_back(node.width);
    const auto read_all = [&](NodeId id) { read[id] = Bits::all_ones(module.nodes[id].width); };
    for (NodeId id = 0; id < module.nodes.size(); ++id) {
        const Node& node = module.nodes[id];
        if (!live[id]) continue;
        for (const NodeId operand : node.operands) {
            if (node.op != Op::slice) read_all(operand);
            for (unsigned i = 0; node.op == Op::slice && i < node.width; ++i)
                read[operand].set_bit(node.low + i, true);
        }
    }
    for (const Port& port : module.ports)
        if (port.direction == Direction::output) read_all(port.node);
    if (module.unread) read_all(*module.unread);
    for (NodeId id = 0; id < module.nodes.size(); ++id) {
        const Node& node = module.nodes[id];
        if (!live[id] || node.op != Op::reg) continue;
        if (module.clock) read_all(*module.clock);
        if (module.enable) read_all(*module.enable);
        if (module.reset_n && node.resets) read_all(*module.reset_n);
    }
    for (Bits& bits : read) bits = ~bits;
    return read;
}

std::vector<bool> live_nodes(const Module& module) {
    std::vector<bool> live(module.nodes.size(), false);
    std::vector<NodeId> open;
    for (const auto& root : {module.enable, module.unread})
        if (root) open.push_back(*root);
    for (const Port& port : module.ports)
        if (port.direction == Direction::output) open.push_back(port.node);
    while (!open.empty()) {
        const NodeId id = open.back();
        open.pop_back();
        if (live[id]) continue;
        live[id] = true;
        for (const NodeId operand : module.nodes[id].operands) open.push_back(operand);
    }
    return live;
}

std::vector<std::string> findings(const Module& module) {
    std::vector<std::string> found;
    find_broken_structure(module, found);
    if (!found.empty()) return found;  // the rest walks the structure
    find_broken_sections(module, found);
    find_missing_names(module, found);
    find_broken_cells(module, found);
    find_bad_names(module, found);
    find_unread_bits(module, found);
    const bool has_register = std::any_of(module.nodes.begin(), module.nodes.end(),
                                          [](const Node& node) { return node.op == Op::reg; });
    if (has_register && !module.clock) found.emplace_back("there are registers but no clock");
    const bool resets = std::any_of(module.nodes.begin(), module.nodes.end(),
                                    [](const Node& node) { return node.resets; });
    if (resets && !module.reset_n)
        found.emplace_back("there are registers that reset but no reset");
    return found;
}

}  // namespace bitshed::rtl
