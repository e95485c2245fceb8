// A module under test, spoken to by port names and in whole numbers of any width. The numbers are
// Boost's, so that expectations share nothing with the limbs of the interpreter or of Bits.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "rtl/builder.hpp"
#include "rtl/findings.hpp"
#include "rtl/interpreter.hpp"

namespace bitshed::test {

using Number = boost::multiprecision::cpp_int;

inline Number power_of_two(unsigned exponent) {
    return Number(1) << exponent;
}

/// The number modulo 2^width.
inline Number wrapped(const Number& number, unsigned width) {
    const Number modulus = power_of_two(width);
    Number rest = number % modulus;
    if (rest < 0) rest += modulus;
    return rest;
}

/// `count` bits from `low` up.
inline Number bits_of(const Number& number, unsigned low, unsigned count) {
    return wrapped(number >> low, count);
}

inline std::vector<std::uint64_t> to_limbs(const Number& number, unsigned width) {
    std::vector<std::uint64_t> limbs;
    for (unsigned low = 0; low < width; low += 64)
        limbs.push_back(static_cast<std::uint64_t>(bits_of(number, low, 64)));
    return limbs;
}

inline Bits to_bits(const Number& number, unsigned width) {
    return Bits::from_limbs(width, to_limbs(number, width));
}

/// 0, all ones, the least and the greatest bit alone turn up often.
inline Number random_number(std::mt19937_64& random, unsigned width) {
    switch (random() % 8) {
        case 0:
            return 0;
        case 1:
            return power_of_two(width) - 1;
        case 2:
            return 1;
        case 3:
            return power_of_two(width - 1);
        default:
            break;
    }
    Number number = 0;
    for (unsigned low = 0; low < width; low += 64) number |= Number(random()) << low;
    return wrapped(number, width);
}

class Bench {
  public:
    explicit Bench(rtl::Module module) : module_(std::move(module)), interpreter_(module_) {}

    void set(const std::string& input, const Number& value) {
        interpreter_.set(interpreter_.input(input), to_limbs(value, width(input)));
    }
    void clock() { interpreter_.clock(); }
    Number get(const std::string& output) {
        Number value = 0;
        unsigned low = 0;
        for (const std::uint64_t limb : interpreter_.get(interpreter_.output(output))) {
            value |= Number(limb) << low;
            low += 64;
        }
        return value;
    }
    [[nodiscard]] const rtl::Module& module() const { return module_; }

  private:
    [[nodiscard]] unsigned width(const std::string& port) const {
        for (const auto& each : module_.ports)
            if (each.name == port) return each.width;
        return 1;
    }

    rtl::Module module_;
    rtl::Interpreter interpreter_;
};

/// How many living nodes of a kind the module has: 0 where an operation was folded away.
inline std::size_t count_of(const rtl::Module& module, rtl::Op op) {
    const auto live = rtl::live_nodes(module);
    std::size_t count = 0;
    for (rtl::NodeId id = 0; id < module.nodes.size(); ++id)
        if (live[id] && module.nodes[id].op == op) ++count;
    return count;
}

}  // namespace bitshed::test
