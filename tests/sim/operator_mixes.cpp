#include <fmt/format.h>

#include "random_module.hpp"
#include "rtl/builder.hpp"

namespace bitshed::test {

namespace {

using rtl::Builder;
using rtl::Value;

/// An operator as a function of its operands.
struct Mix {
    const char* name;
    std::vector<unsigned> widths;  ///< of its operands; 0 stands for the width of the mix
    Value (*make)(Builder&, unsigned width, const std::vector<Value>&);
};

const std::vector<Mix>& mixes() {
    using Given = const std::vector<Value>&;
    static const std::vector<Mix> all = {
        {"not", {0}, [](Builder&, unsigned, Given v) { return ~v[0]; }},
        {"and", {0, 0}, [](Builder&, unsigned, Given v) { return v[0] & v[1]; }},
        {"or", {0, 0}, [](Builder&, unsigned, Given v) { return v[0] | v[1]; }},
        {"xor", {0, 0}, [](Builder&, unsigned, Given v) { return v[0] ^ v[1]; }},
        {"add", {0, 0}, [](Builder&, unsigned, Given v) { return v[0] + v[1]; }},
        {"add_carry",
         {0, 0, 1},
         [](Builder& b, unsigned, Given v) { return b.add(v[0], v[1], v[2]); }},
        {"mux", {1, 0, 0}, [](Builder& b, unsigned, Given v) { return b.mux(v[0], v[1], v[2]); }},
        {"concat",
         {0, 0},
         [](Builder& b, unsigned, Given v) {
             return b.concat({v[1], v[0]});
         }},
        {"repeat", {0}, [](Builder& b, unsigned, Given v) { return b.repeat(v[0], 3); }},
        {"equal", {0, 0}, [](Builder& b, unsigned, Given v) { return b.equal(v[0], v[1]); }},
        {"any", {0}, [](Builder& b, unsigned, Given v) { return b.any(v[0]); }},
        {"all", {0}, [](Builder& b, unsigned, Given v) { return b.all(v[0]); }},
        {"multiply", {0, 0}, [](Builder& b, unsigned, Given v) { return b.multiply(v[0], v[1]); }},
    };
    return all;
}

/// What operands of a mix are made of: two values of 6 bits, one of 9, two of one bit, and a table
/// of 16.
struct Ports {
    Value x, y, z, s, t, table;
};

Ports swapped(const Ports& given) {
    return {given.y, given.x, given.z, given.t, given.s, given.table};
}

/// An operator of `width` bits (1 or 6), to be an operand of another.
Value operand(Builder& b, const std::string& kind, unsigned width, const Ports& from) {
    const auto& [x, y, z, s, t, table] = from;
    const bool narrow = width == 1;
    const Value p = narrow ? s : x, q = narrow ? t : y;
    if (kind == "name") return p;
    if (kind == "slice") return z(width + 1, 2);
    if (kind == "constant") return b.constant(width, narrow ? 1 : 0x2b);
    if (kind == "not") return ~p;
    if (kind == "and") return p & q;
    if (kind == "or") return p | q;
    if (kind == "xor") return p ^ q;
    if (kind == "add") return p + q;
    if (kind == "add_carry") return b.add(p, q, t);
    if (kind == "mux") return b.mux(t, p, q);
    if (kind == "equal") return narrow ? b.equal(x, y) : b.repeat(b.equal(x, y), 6);
    if (kind == "any") return narrow ? b.any(z) : b.repeat(b.any(z), 6);
    if (kind == "all") return narrow ? b.all(z) : b.repeat(b.all(z), 6);
    if (kind == "lookup") {
        const Value bit = b.lookup(table, b.concat({q.bit(0), z(2, 0)}));
        return narrow ? bit : b.repeat(bit, 6);
    }
    if (kind == "concat") return narrow ? b.any(b.concat({x, s})) : b.concat({s, z(4, 0)});
    return narrow ? b.all(b.repeat(s ^ t, 4)) : b.repeat(t, 6);  // repeat
}

constexpr const char* operand_kinds[] = {"name",  "slice",  "constant", "not",       "and", "or",
                                         "xor",   "add",    "mux",      "add_carry", "any", "all",
                                         "equal", "repeat", "concat",   "lookup"};

}  // namespace

std::vector<rtl::Module> operator_mixes(const std::string& prefix) {
    std::vector<rtl::Module> modules;
    for (const Mix& mix : mixes())
        for (const unsigned width : {1u, 6u}) {
            Builder b(fmt::format("{}_{}_w{}", prefix, mix.name, width));
            const Value x = b.input("x_i", 6, "", ""), y = b.input("y_i", 6, "", "");
            const Value z = b.input("z_i", 9, "", "");
            const Value s = b.input("s_i", 1, "", ""), t = b.input("t_i", 1, "", "");
            b.section("mixes", {}, 0);
            const Ports from{x, y, z, s, t, b.name("bits", b.concat({y(3, 0), x, x}), "")};
            unsigned count = 0;
            for (std::size_t place = 0; place < mix.widths.size(); ++place)
                for (const char* inner : operand_kinds)
                    for (const char* other : {"name", "xor", "mux"}) {
                        std::vector<Value> given;
                        for (std::size_t i = 0; i < mix.widths.size(); ++i)
                            given.push_back(operand(b, i == place ? inner : other,
                                                    mix.widths[i] == 0 ? width : mix.widths[i],
                                                    i % 2 == 0 ? from : swapped(from)));
                        const std::string name = fmt::format("m{}", count++);
                        const Value made = b.name(name, mix.make(b, width, given),
                                                  fmt::format("{} of {}", mix.name, inner));
                        b.output(name + "_o", made, "", "");
                    }
            // Some mixes fold to nothing; no bit stays unread for that.
            b.output("x_o", from.x, "", "");
            b.output("y_o", from.y, "", "");
            b.output("z_o", from.z, "", "");
            b.output("s_o", from.s, "", "");
            b.output("t_o", from.t, "", "");
            modules.push_back(b.finish());
        }
    return modules;
}

}  // namespace bitshed::test
