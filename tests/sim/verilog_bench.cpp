#include "verilog_bench.hpp"

#include <fmt/format.h>

#include <chrono>
#include <random>
#include <stdexcept>

#include "rtl/interpreter.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace bitshed::test {

namespace {

namespace fs = std::filesystem;
using rtl::Direction;
using rtl::Port;

void write(const fs::path& path, const std::string& text) {
    if (const auto written = write_file(path, text); !written)
        throw std::runtime_error(written.error().complaints[0].problem);
}

/// Runs a tool in a folder; gives its output, and throws where it fails and may not.
enum class Failing { is_an_error, is_an_answer };
std::string output_of(std::vector<std::string> arguments, const fs::path& folder, Failing failing) {
    Command command{.arguments = std::move(arguments), .folder = folder};
    command.log = folder / "tool.log";
    command.limit = std::chrono::seconds(300);
    const auto ended = run(command);
    if (!ended) throw std::runtime_error(ended.error().complaints[0].problem);
    const auto log = read_file(command.log);
    const std::string text = log ? log.value() : "";
    if (ended.value().status != 0 && failing == Failing::is_an_error)
        throw std::runtime_error(fmt::format("{} exits {}:\n{}", command.arguments[0],
                                             ended.value().status, text.substr(0, 4000)));
    if (ended.value().status != 0 && text.empty()) return "it fails without a word";
    return text;
}

std::vector<const Port*> ports_of(const rtl::Module& module, Direction direction) {
    std::vector<const Port*> ports;
    for (const auto& port : module.ports)
        if (port.direction == direction && (!module.clock || port.node != *module.clock))
            ports.push_back(&port);
    return ports;
}

unsigned total_width(const std::vector<const Port*>& ports) {
    unsigned width = 0;
    for (const Port* port : ports) width += port->width;
    return width;
}

/// Values side by side, the first port in the most significant bits, as a line of $readmemh.
class Line {
  public:
    explicit Line(unsigned width) : bits_(width), next_(width) {}
    void append(std::span<const std::uint64_t> limbs, unsigned width) {
        next_ -= width;
        for (unsigned i = 0; i < width; ++i)
            bits_.set_bit(next_ + i, ((limbs[i / 64] >> (i % 64)) & 1) != 0);
    }
    [[nodiscard]] std::string text() const { return bits_.hex() + "\n"; }

  private:
    Bits bits_;
    unsigned next_;
};

std::vector<std::uint64_t> random_limbs(std::mt19937_64& random, unsigned width) {
    std::vector<std::uint64_t> limbs((width + 63) / 64);
    const auto kind = random() % 8;
    for (auto& limb : limbs) limb = kind == 0 ? 0 : kind == 1 ? ~std::uint64_t{0} : random();
    return limbs;
}

/// The vectors of a module: stimulus from the seed, expectations from the interpreter.
void write_vectors(const rtl::Module& module, const fs::path& folder, int cycles, int settling,
                   std::uint64_t seed) {
    std::mt19937_64 random(seed);
    rtl::Interpreter interpreter(module);
    const auto inputs = ports_of(module, Direction::input);
    const auto outputs = ports_of(module, Direction::output);
    std::string given, expected;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        Line in(total_width(inputs)), out(total_width(outputs));
        for (const Port* port : inputs) {
            auto limbs = random_limbs(random, port->width);
            if (port->name == "clear_i") limbs[0] = cycle < settling || random() % 16 == 0 ? 1 : 0;
            if (port->name == "en_i") limbs[0] = cycle < settling || random() % 4 != 0 ? 1 : 0;
            if (port->name == "rst_ni") limbs[0] = cycle < settling || random() % 16 != 0 ? 1 : 0;
            in.append(limbs, port->width);
            interpreter.set(interpreter.input(port->name), limbs);
        }
        for (const Port* port : outputs)
            out.append(interpreter.get(interpreter.output(port->name)), port->width);
        interpreter.clock();
        given += in.text();
        expected += out.text();
    }
    write(folder / (module.name + ".in"), given);
    write(folder / (module.name + ".out"), expected);
}

std::string bench_of(const rtl::Module& module, int cycles, int settling) {
    const auto inputs = ports_of(module, Direction::input);
    const auto outputs = ports_of(module, Direction::output);
    const unsigned in_width = total_width(inputs), out_width = total_width(outputs);
    std::string connections, checks;
    const auto connect = [&](const std::string& port, const std::string& to) {
        connections += fmt::format("{}    .{}({})", connections.empty() ? "" : ",\n", port, to);
    };
    if (module.clock) connect(module.nodes[*module.clock].name, "clk");
    unsigned next = in_width;
    for (const Port* port : inputs) {
        next -= port->width;
        connect(port->name, fmt::format("in[{} +: {}]", next, port->width));
    }
    next = out_width;
    for (const Port* port : outputs) {
        next -= port->width;
        const std::string here = fmt::format("[{} +: {}]", next, port->width);
        connect(port->name, "out" + here);
        checks += fmt::format(
            "        if (out{0} !== want{0}) $display(\"MISMATCH {1} cycle %0d {2}: %h, not %h\", "
            "i, "
            "out{0}, want{0});\n",
            here, module.name, port->name);
    }
    return fmt::format(
        "module bench_{0};\n"
        "  reg clk;\n  reg [{1}:0] in;\n  wire [{2}:0] out;\n  reg [{2}:0] want;\n"
        "  reg [{1}:0] stimulus [0:{3}];\n  reg [{2}:0] expected [0:{3}];\n  integer i, checked;\n"
        "  {0} dut (\n{4}\n  );\n"
        "  initial begin\n"
        "    $readmemh(\"{0}.in\", stimulus);\n    $readmemh(\"{0}.out\", expected);\n"
        "    clk = 0;\n    checked = 0;\n"
        "    for (i = 0; i <= {3}; i = i + 1) begin\n"
        "      in = stimulus[i];\n      want = expected[i];\n      #1;\n"
        "      if (i >= {5}) begin\n        checked = checked + 1;\n{6}      end\n"
        "      #1 clk = 1;\n      #1 clk = 0;\n"
        "    end\n"
        "    $display(\"CHECKED {0} %0d\", checked);\n"
        "  end\nendmodule\n\n",
        module.name, in_width - 1, out_width - 1, cycles - 1, connections, settling, checks);
}

}  // namespace

BenchResult simulate(const std::vector<Printed>& modules, int cycles, int settling,
                     std::uint64_t seed) {
    const ScratchFolder scratch("printer");
    std::vector<std::string> compile = {"iverilog", "-g2005", "-o", "all.vvp", "bench.v"};
    std::string bench;
    for (const auto& each : modules) {
        write(scratch.path() / (each.module.name + ".v"), each.verilog);
        write_vectors(each.module, scratch.path(), cycles, settling, seed++);
        bench += bench_of(each.module, cycles, settling);
        compile.push_back(each.module.name + ".v");
    }
    write(scratch.path() / "bench.v", bench);
    output_of(compile, scratch.path(), Failing::is_an_error);
    BenchResult result;
    for (const auto& line :
         split(output_of({"vvp", "-n", "all.vvp"}, scratch.path(), Failing::is_an_error), '\n')) {
        if (line.starts_with("MISMATCH ")) result.mismatches.push_back(line);
        if (!line.starts_with("CHECKED ")) continue;
        ++result.modules;
        result.cycles += std::stoul(line.substr(line.rfind(' ') + 1));
    }
    return result;
}

std::string lint(const std::vector<Printed>& modules) {
    const ScratchFolder scratch("lint");
    std::vector<std::string> command = {"verilator",    "--lint-only", "-Wall",
                                        "--top-module", "all",         "all.v"};
    std::string ports, instances;
    for (const auto& each : modules) {
        write(scratch.path() / (each.module.name + ".v"), each.verilog);
        command.push_back(each.module.name + ".v");
        std::string connections;
        for (const auto& port : each.module.ports) {
            const std::string outside = each.module.name + "__" + port.name;
            ports += fmt::format("{}  {} wire [{}:0] {}", ports.empty() ? "" : ",\n",
                                 port.direction == Direction::input ? "input" : "output",
                                 port.width - 1, outside);
            connections +=
                fmt::format("{}.{}({})", connections.empty() ? "" : ", ", port.name, outside);
        }
        instances += fmt::format("  {0} i_{0} ({1});\n", each.module.name, connections);
    }
    write(scratch.path() / "all.v",
          fmt::format("module all (\n{}\n);\n{}endmodule\n", ports, instances));
    return output_of(command, scratch.path(), Failing::is_an_answer);
}

}  // namespace bitshed::test
