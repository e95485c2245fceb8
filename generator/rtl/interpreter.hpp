// Runs a module in C++: a third opinion beside the golden model and the simulated Verilog. Where it
// agrees with golden and the Verilog does not, the printer is wrong; where it does not, the
// datapath is.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rtl/module.hpp"

namespace bitshed::rtl {

/// Two-valued and cycle based. Registers start at 0 (hardware starts at anything: clear first).
/// The module must have no findings (rtl/findings.hpp).
class Interpreter {
  public:
    explicit Interpreter(const Module& module);
    ~Interpreter();
    Interpreter(Interpreter&&) noexcept;

    /// Numbers of ports by name; a name that is no input (no output) is a bug of the caller's.
    [[nodiscard]] std::size_t input(std::string_view name) const;
    [[nodiscard]] std::size_t output(std::string_view name) const;

    /// Limbs of 64 bits, the least first, as many as the port's width takes.
    void set(std::size_t input, std::span<const std::uint64_t> limbs);
    void set(std::size_t input, std::uint64_t value);

    /// The rising edge: registers take what the inputs and registers before it give.
    void clock();

    /// An output as it stands with the present inputs and registers.
    [[nodiscard]] std::span<const std::uint64_t> get(std::size_t output);

  private:
    struct Step;  // one node, compiled: where its operands and result lie
    void evaluate();

    std::vector<Step> steps_;
    std::vector<Step> registers_;
    std::vector<std::uint64_t> values_;  // all nodes' limbs, one after the other
    std::vector<std::uint64_t> next_;    // what the registers will hold
    struct PortPlace {
        std::string name;
        std::size_t at;
        unsigned width;
    };
    std::vector<PortPlace> inputs_, outputs_;
    std::size_t enable_ = absent;
    std::size_t reset_n_ = absent;
    bool stale_ = true;
    static constexpr std::size_t absent = static_cast<std::size_t>(-1);
};

}  // namespace bitshed::rtl
