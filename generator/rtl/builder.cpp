#include "rtl/builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "rtl/findings.hpp"
#include "support/check.hpp"

namespace bitshed::rtl {

namespace {

bool is_all_ones(const Bits& bits) {
    return (~bits).is_zero();
}

/// s1_product_q for the product on stage 1: without what the name already says of ports and stages.
std::string carried_name(std::string base, int stage) {
    if (base.size() > 3 && base[0] == 's' && base[1] >= '0' && base[1] <= '9' && base[2] == '_')
        base = base.substr(3);
    for (const char* suffix : {"_i", "_ni", "_q"})
        if (base.ends_with(suffix)) base = base.substr(0, base.rfind('_'));
    return fmt::format("s{}_{}_q", stage, base);
}

}  // namespace

unsigned Value::width() const {
    return builder_->node(*this).width;
}

Value Value::operator()(unsigned high, unsigned low) const {
    return builder_->slice(*this, high, low);
}

Builder::Builder(std::string module_name) {
    module_.name = std::move(module_name);
}

Value Builder::add_node(Node node) {
    check(node.width >= 1, "a value has a bit");
    if (!module_.sections.empty()) node.section = module_.sections.size() - 1;
    if (node.op == Op::constant) node.stage = 0;
    module_.nodes.push_back(std::move(node));
    return {*this, module_.nodes.size() - 1};
}

const Bits* Builder::constant_of(Value value) const {
    const Node& given = node(value);
    return given.op == Op::constant && given.name.empty() ? &*given.constant : nullptr;
}

void Builder::take_name(const std::string& name) {
    check(!name.empty(), "a name has letters");
    check(names_.insert(name).second, fmt::format("the name {} is new", name));
}

Value Builder::input(const std::string& name, unsigned width, const std::string& role,
                     const std::string& why) {
    check(module_.sections.empty(), "inputs come before the first section");
    take_name(name);
    const Value value = add_node({.op = Op::input, .width = width, .name = name});
    module_.ports.push_back({name, Direction::input, width, role, value.id_, why});
    return value;
}

void Builder::output(const std::string& name, Value value, const std::string& role,
                     const std::string& why) {
    take_name(name);
    check(!node(value).name.empty(), "what an output shows has a name");
    module_.ports.push_back({name, Direction::output, value.width(), role, value.id_, why});
}

void Builder::clock(const std::string& name, const std::string& why) {
    module_.clock = input(name, 1, "clock", why).id_;
}

Value Builder::reset(const std::string& name, const std::string& why) {
    const Value value = input(name, 1, "reset", why);
    module_.reset_n = value.id_;
    return value;
}

void Builder::resets(Value value) {
    check(module_.reset_n.has_value(), "there is a reset");
    if (node(value).op == Op::reg) module_.nodes[value.id_].resets = true;
    resets_.insert(value.id_);
}

void Builder::enable(Value value) {
    check(value.width() == 1 && !node(value).name.empty(), "an enable is a named bit");
    module_.enable = value.id_;
}

void Builder::section(const std::string& title, std::vector<std::string> notes, int stage) {
    check(module_.sections.empty() || stage >= module_.sections.back().stage, "stages never fall");
    module_.sections.push_back({title, std::move(notes), stage});
}

Value Builder::here(Value value) {
    check(!module_.sections.empty(), "values are read inside a section");
    const int stage = module_.sections.back().stage;
    const Node given = node(value);
    if (given.op == Op::constant || given.stage == stage) return value;
    check(given.stage < stage, "a value is not read before its stage");
    if (const auto found = carried_.find({value.id_, stage}); found != carried_.end())
        return {*this, found->second};
    check(!given.name.empty(), "a value that crosses a register has a name");
    Value before = value;
    for (int next = given.stage + 1; next <= stage; ++next) {
        auto& carried = carried_[{value.id_, next}];
        if (carried == 0) {
            const std::string name = carried_name(given.name, next);
            take_name(name);
            Node made{.op = Op::reg,
                      .width = given.width,
                      .operands = {before.id_},
                      .resets = resets_.contains(value.id_),
                      .name = name,
                      .stage = next};
            carried = add_node(std::move(made)).id_;
        }
        before = {*this, carried};
    }
    return before;
}

Value Builder::name(const std::string& given_name, Value value, const std::string& why) {
    const std::string name = prefix_ + given_name;
    take_name(name);
    value = here(value);
    Node& given = module_.nodes[value.id_];
    const bool last = value.id_ + 1 == module_.nodes.size();
    if (given.name.empty() && last && given.op != Op::slice) {
        given.name = name;
        given.why = why;
        return value;
    }
    // Already named, a bare slice or shared: a node of its own that only passes the value on.
    return add_node({.op = Op::concat,
                     .width = given.width,
                     .operands = {value.id_},
                     .name = name,
                     .why = why,
                     .stage = module_.sections.back().stage});
}

Value Builder::constant(const Bits& value) {
    return add_node({.op = Op::constant, .width = value.width(), .constant = value});
}

Value Builder::constant(unsigned width, std::uint64_t value) {
    return constant(Bits(width, value));
}

Value Builder::fold_bitwise(Op op, Value a, Value b) {
    // One operand is constant and plain: 0 or all ones. b is the constant.
    const Bits& fixed = *constant_of(b);
    const bool zero = fixed.is_zero();
    switch (op) {
        case Op::bit_and:
            return zero ? b : a;
        case Op::bit_or:
            return zero ? a : b;
        default:
            return zero ? a : ~a;
    }
}

Value Builder::binary(Op op, Value a, Value b) {
    a = here(a);
    b = here(b);
    check(a.width() == b.width(), "both operands have one width");
    const unsigned width = op == Op::equal ? 1 : a.width();
    const Bits* left = constant_of(a);
    const Bits* right = constant_of(b);
    if (op == Op::add) {
        if (left != nullptr && right != nullptr) return constant(*left + *right);
        if (left != nullptr && left->is_zero()) return b;
        if (right != nullptr && right->is_zero()) return a;
    } else if (op == Op::equal) {
        if (left != nullptr && right != nullptr) return constant(1, *left == *right ? 1 : 0);
    } else {
        if (left != nullptr && right != nullptr)
            return constant(op == Op::bit_and  ? *left & *right
                            : op == Op::bit_or ? *left | *right
                                               : *left ^ *right);
        if (left != nullptr && (left->is_zero() || is_all_ones(*left)))
            return fold_bitwise(op, b, a);
        if (right != nullptr && (right->is_zero() || is_all_ones(*right)))
            return fold_bitwise(op, a, b);
    }
    return add_node({.op = op,
                     .width = width,
                     .operands = {a.id_, b.id_},
                     .stage = module_.sections.back().stage});
}

Value operator&(Value a, Value b) {
    return a.builder().binary(Op::bit_and, a, b);
}
Value operator|(Value a, Value b) {
    return a.builder().binary(Op::bit_or, a, b);
}
Value operator^(Value a, Value b) {
    return a.builder().binary(Op::bit_xor, a, b);
}
Value operator+(Value a, Value b) {
    return a.builder().binary(Op::add, a, b);
}

Value operator~(Value a) {
    Builder& b = a.builder();
    a = b.here(a);
    if (const Bits* fixed = b.constant_of(a)) return b.constant(~*fixed);
    const Node& given = b.node(a);
    if (given.op == Op::bit_not && given.name.empty()) return {b, given.operands[0]};
    return b.add_node({.op = Op::bit_not,
                       .width = a.width(),
                       .operands = {a.id()},
                       .stage = b.module_.sections.back().stage});
}

Value Builder::add(Value a, Value b, Value carry) {
    check(carry.width() == 1, "a carry is one bit");
    if (const Bits* fixed = constant_of(carry); fixed != nullptr && fixed->is_zero()) return a + b;
    if (const Bits* fixed = constant_of(b); fixed != nullptr && fixed->is_zero())
        return a + zero_extended(carry, a.width());
    a = here(a);
    b = here(b);
    carry = here(carry);
    check(a.width() == b.width(), "both operands have one width");
    return add_node({.op = Op::add,
                     .width = a.width(),
                     .operands = {a.id_, b.id_, carry.id_},
                     .stage = module_.sections.back().stage});
}

Value Builder::add_in_ecp5_cells(Value a, Value b, Value carry) {
    const Value sum = add(a, b, carry);
    Node& made = module_.nodes[sum.id_];
    if (made.op == Op::add && made.name.empty()) made.adder = Adder::ecp5_cells;
    return sum;
}

Value Builder::multiply(Value a, Value b) {
    a = here(a);
    b = here(b);
    return add_node({.op = Op::multiply,
                     .width = a.width() + b.width(),
                     .operands = {a.id_, b.id_},
                     .stage = module_.sections.back().stage});
}

Value Builder::mux(Value select, Value if_one, Value if_zero) {
    check(select.width() == 1, "a select is one bit");
    check(if_one.width() == if_zero.width(), "both branches have one width");
    if (const Bits* fixed = constant_of(select)) return here(fixed->is_zero() ? if_zero : if_one);
    const Bits* one = constant_of(if_one);
    const Bits* zero = constant_of(if_zero);
    if (if_one.id_ == if_zero.id_ || (one != nullptr && zero != nullptr && *one == *zero))
        return here(if_one);
    select = here(select);
    if_one = here(if_one);
    if_zero = here(if_zero);
    return add_node({.op = Op::mux,
                     .width = if_one.width(),
                     .operands = {select.id_, if_one.id_, if_zero.id_},
                     .stage = module_.sections.back().stage});
}

Value Builder::concat(const std::vector<Value>& parts) {
    check(!parts.empty(), "a concatenation has a part");
    // Constants side by side become one, and a concatenation inside is taken apart.
    std::vector<Value> flat;
    const auto append = [&](Value part) {
        const Bits* low = constant_of(part);
        const Bits* high = flat.empty() ? nullptr : constant_of(flat.back());
        if (low == nullptr || high == nullptr) {
            flat.push_back(part);
            return;
        }
        Bits joined = low->resized(low->width() + high->width());
        for (unsigned i = 0; i < high->width(); ++i) joined.set_bit(low->width() + i, high->bit(i));
        flat.back() = constant(joined);
    };
    for (const Value given : parts) {
        const Value part = here(given);
        const Node inside = node(part);
        if (inside.op == Op::concat && inside.name.empty()) {
            for (const NodeId inner : inside.operands) append({*this, inner});
        } else {
            append(part);
        }
    }
    if (flat.size() == 1) return flat[0];
    Node made{.op = Op::concat, .width = 0, .stage = module_.sections.back().stage};
    for (const Value part : flat) {
        made.width += part.width();
        made.operands.push_back(part.id_);
    }
    return add_node(std::move(made));
}

Value Builder::repeat(Value value, unsigned count) {
    check(count >= 1, "a repetition has a copy");
    return concat(std::vector<Value>(count, value));
}

Value Builder::slice(Value value, unsigned high, unsigned low) {
    value = here(value);
    const Node given = node(value);
    check(low <= high && high < given.width, "a slice lies inside its value");
    if (low == 0 && high + 1 == given.width) return value;
    if (const Bits* fixed = constant_of(value)) return constant(fixed->slice(low, high - low + 1));
    if (given.op == Op::concat && given.name.empty()) {
        std::vector<Value> kept;
        unsigned base = given.width;
        for (const NodeId id : given.operands) {
            const Value part{*this, id};
            base -= part.width();
            const unsigned top = base + part.width() - 1;
            if (top < low || base > high) continue;
            kept.push_back(part(std::min(top, high) - base, std::max(base, low) - base));
        }
        return concat(kept);
    }
    if (given.op == Op::slice && given.name.empty())
        return slice({*this, given.operands[0]}, high + given.low, low + given.low);
    check(!given.name.empty(), "what is sliced has a name");
    return add_node({.op = Op::slice,
                     .width = high - low + 1,
                     .operands = {value.id_},
                     .low = low,
                     .stage = module_.sections.back().stage});
}

Value Builder::equal(Value a, Value b) {
    return binary(Op::equal, a, b);
}
Value Builder::equal(Value a, std::uint64_t b) {
    return equal(a, constant(a.width(), b));
}

Value Builder::any(Value value) {
    value = here(value);
    if (const Bits* fixed = constant_of(value)) return constant(1, fixed->is_zero() ? 0 : 1);
    if (value.width() == 1) return value;
    return add_node({.op = Op::reduce_or,
                     .width = 1,
                     .operands = {value.id_},
                     .stage = module_.sections.back().stage});
}

Value Builder::all(Value value) {
    value = here(value);
    if (const Bits* fixed = constant_of(value)) return constant(1, is_all_ones(*fixed) ? 1 : 0);
    if (value.width() == 1) return value;
    return add_node({.op = Op::reduce_and,
                     .width = 1,
                     .operands = {value.id_},
                     .stage = module_.sections.back().stage});
}

Value Builder::lookup(Value table, Value index) {
    table = here(table);
    index = here(index);
    check(index.width() <= 16 && table.width() == 1u << index.width(),
          "a table has a bit for each value of its index");
    check(!node(table).name.empty(), "a table has a name");
    if (const Bits* fixed = constant_of(index)) {
        unsigned place = 0;
        for (unsigned i = fixed->width(); i-- > 0;) place = 2 * place + (fixed->bit(i) ? 1 : 0);
        return slice(table, place, place);
    }
    return add_node({.op = Op::lookup,
                     .width = 1,
                     .operands = {table.id_, index.id_},
                     .stage = module_.sections.back().stage});
}

Value Builder::zero_extended(Value value, unsigned width) {
    return extended(value, width, constant(1, 0));
}

Value Builder::extended(Value value, unsigned width, Value fill) {
    check(width >= value.width(), "an extension does not shorten");
    check(fill.width() == 1, "a fill is one bit");
    if (width == value.width()) return here(value);
    return concat({repeat(fill, width - value.width()), value});
}

Value Builder::reg(const std::string& given_name, unsigned width, const std::string& why) {
    const std::string name = prefix_ + given_name;
    take_name(name);
    return add_node({.op = Op::reg,
                     .width = width,
                     .name = name,
                     .why = why,
                     .stage = module_.sections.back().stage});
}

void Builder::connect(Value reg, Value d) {
    d = here(d);
    Node& given = module_.nodes[reg.id_];
    check(given.op == Op::reg && given.operands.empty(), "a register is connected once");
    check(d.width() == given.width, "a register is as wide as what it takes");
    given.operands = {d.id_};
}

void Builder::connect(Value reg, Value d, Value clear) {
    check(clear.width() == 1, "a clear is one bit");
    clear = here(clear);
    connect(reg, d);
    Node& given = module_.nodes[reg.id_];
    given.operands.push_back(clear.id_);
    given.clears = true;
}

Module Builder::finish() {
    for (const Node& each : module_.nodes)
        check(each.op != Op::reg || !each.operands.empty(),
              fmt::format("the register {} is connected", each.name));
    gather_unread();
    return std::move(module_);
}

void Builder::gather_unread() {
    if (!leaves_unread_ && left_unread_.empty()) return;
    const auto live = live_nodes(module_);
    if (leaves_unread_)
        for (NodeId id = 0; id < module_.nodes.size(); ++id)
            if (!live[id] && module_.nodes[id].op != Op::input) module_.nodes[id].name.clear();
    std::vector<Value> unread;
    const auto bits = unread_bits(module_);
    const NodeId count = module_.nodes.size();
    for (NodeId id = 0; id < count; ++id) {
        if (module_.nodes[id].name.empty()) continue;
        if (!leaves_unread_ && left_unread_.count(id) == 0) continue;
        for (unsigned low = 0; low < bits[id].width();) {
            unsigned high = low;
            while (high < bits[id].width() && bits[id].bit(high)) ++high;
            if (high > low) {
                Node slice{.op = Op::slice,
                           .width = high - low,
                           .operands = {id},
                           .low = low,
                           .stage = module_.nodes[id].stage};
                const bool whole = high - low == bits[id].width();
                unread.push_back(whole ? Value{*this, id} : add_node(std::move(slice)));
            }
            low = high + 1;
        }
    }
    if (unread.empty()) return;
    Node all{.op = Op::concat, .width = 0, .stage = module_.sections.back().stage};
    for (const Value part : unread) {
        all.width += part.width();
        all.operands.push_back(part.id_);
    }
    const NodeId joined = add_node(std::move(all)).id_;
    module_.unread = add_node({.op = Op::reduce_or,
                               .width = 1,
                               .operands = {joined},
                               .name = "unused_bits",
                               .why = "left out on purpose",
                               .stage = module_.sections.back().stage})
                         .id_;
}

}  // namespace bitshed::rtl
