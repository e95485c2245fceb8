#include "flows/activity_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "flows/synth_plan.hpp"
#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::flows {

namespace {

bool is_driven(const emit::ManifestPort& port) {
    return port.direction == "input" && port.role != "clock";
}

/// Where a row of inputs is within its sum.
struct Phase {
    bool warming = false;
    bool clears = false;  ///< a cycle in which a unit with a clear drops its pair
    bool first = false;
    bool last = false;
};

bool control_level(const std::string& role, const Phase& phase) {
    if (role == "clear") return phase.warming || phase.clears;
    if (role == "reset") return !phase.warming;  // active low
    if (role == "in_valid") return !phase.warming;
    if (role == "in_first") return phase.first;
    if (role == "in_last") return phase.last;
    return role == "enable" || role == "out_ready";
}

/// Bits, the first lowest, as hex digits.
std::string hex_digits(const std::vector<bool>& bits) {
    std::string digits((bits.size() + 3) / 4, '0');
    for (std::size_t i = 0; i < digits.size(); ++i) {
        unsigned nibble = 0;
        for (std::size_t bit = 0; bit < 4 && 4 * i + bit < bits.size(); ++bit)
            nibble |= (bits[4 * i + bit] ? 1u : 0u) << bit;
        digits[digits.size() - 1 - i] = "0123456789abcdef"[nibble];
    }
    return digits;
}

/// The codes of all lanes of one operand as bits of its port.
void add_codes(const std::vector<CodePair>& lanes, bool weights, int port_bits,
               std::vector<bool>& bits) {
    const int width = port_bits / static_cast<int>(lanes.size());
    for (const auto& [weight, activation] : lanes) {
        const std::uint32_t code = weights ? weight : activation;
        for (int bit = 0; bit < width; ++bit) bits.push_back((code >> bit & 1) != 0);
    }
}

/// What a unit is given in a cycle.
struct Cycle {
    Phase phase;
    std::vector<CodePair> lanes;
    int macs = 0;
};

/// Sums of `cycles_of_sum` cycles, whatever the pairs are.
class EvenSums {
  public:
    EvenSums(const Operands& operands, int lanes, int cycles_of_sum, bool clear_takes_a_cycle)
        : pairs_(operands.pairs),
          lanes_(lanes),
          cycles_of_sum_(cycles_of_sum),
          clear_takes_a_cycle_(clear_takes_a_cycle) {}

    Cycle cycle(int at) const {
        Cycle cycle;
        Phase& phase = cycle.phase;
        phase.warming = at < warm_up_rows;
        const int period = cycles_of_sum_ + (clear_takes_a_cycle_ ? 1 : 0);
        const int place = phase.warming ? 0 : (at - warm_up_rows) % period;
        phase.clears = clear_takes_a_cycle_ && place == cycles_of_sum_;
        phase.first = !phase.warming && place == 0;
        phase.last = !phase.warming && place == cycles_of_sum_ - 1;
        for (int lane = 0; lane < lanes_; ++lane)
            cycle.lanes.push_back(
                pairs_[static_cast<std::size_t>(at * lanes_ + lane) % pairs_.size()]);
        if (!phase.warming && !phase.clears) cycle.macs = lanes_;
        return cycle;
    }

  private:
    const std::vector<CodePair>& pairs_;
    int lanes_;
    int cycles_of_sum_;
    bool clear_takes_a_cycle_;
};

/// Sums as the operands tell them, one cycle after the other.
class ToldSums {
  public:
    ToldSums(const Operands& operands, int lanes, bool clear_takes_a_cycle)
        : operands_(operands),
          lanes_(static_cast<std::size_t>(lanes)),
          clear_takes_a_cycle_(clear_takes_a_cycle) {}

    Cycle cycle(int at) {
        Cycle cycle;
        cycle.lanes.resize(lanes_);  // what is not filled are zeros
        cycle.phase.warming = at < warm_up_rows;
        if (cycle.phase.warming) return cycle;
        cycle.phase.clears = std::exchange(must_clear_, false);
        if (cycle.phase.clears) {
            cycle.lanes.assign(lanes_, operands_.pairs[next_]);  // the pair of a clear is dropped
            return cycle;
        }
        cycle.phase.first = std::exchange(begins_, false);
        const std::size_t end = operands_.sum_ends[sum_];
        for (auto& pair : cycle.lanes) {
            if (next_ == end) break;
            pair = operands_.pairs[next_++];
            ++cycle.macs;
        }
        cycle.phase.last = next_ == end;
        if (cycle.phase.last) {
            sum_ = (sum_ + 1) % operands_.sum_ends.size();
            next_ %= operands_.pairs.size();
            begins_ = true;
            must_clear_ = clear_takes_a_cycle_;
        }
        return cycle;
    }

  private:
    const Operands& operands_;
    std::size_t lanes_;
    bool clear_takes_a_cycle_;
    std::size_t next_ = 0;  // pair
    std::size_t sum_ = 0;   // it belongs to
    bool begins_ = true;
    bool must_clear_ = false;
};

}  // namespace

Result<std::vector<CodePair>> drawn_pairs(const emit::Manifest& manifest,
                                          const ActivityOptions& asked) {
    const std::size_t count = static_cast<std::size_t>(warm_up_rows + counted_cycles) *
                              static_cast<std::size_t>(manifest.lanes);
    // Weights and activations of one format are not the same numbers.
    const auto weights = draw_codes(asked.stream, manifest.weight, count, 2 * asked.seed);
    if (!weights) return weights.error();
    const auto activations =
        draw_codes(asked.stream, manifest.activation, count, 2 * asked.seed + 1);
    if (!activations) return activations.error();
    std::vector<CodePair> pairs;
    for (std::size_t i = 0; i < count; ++i)
        pairs.emplace_back(weights.value()[i], activations.value()[i]);
    return pairs;
}

Stimulus make_stimulus(const emit::Manifest& manifest, const Operands& operands) {
    check(!operands.pairs.empty(), "a stream has pairs");
    Stimulus stimulus;
    const bool told = !operands.sum_ends.empty();
    const auto most =
        std::min<std::int64_t>(longest_sum, manifest.accumulator.terms.value_or(longest_sum));
    const int cycles_of_sum = std::max(1, static_cast<int>(most) / manifest.lanes);
    stimulus.terms =
        told ? static_cast<int>(operands.longest_sum()) : cycles_of_sum * manifest.lanes;
    const bool clear_takes_a_cycle = manifest.port("clear") != nullptr;
    const EvenSums even(operands, manifest.lanes, cycles_of_sum, clear_takes_a_cycle);
    ToldSums as_told(operands, manifest.lanes, clear_takes_a_cycle);
    for (const auto& port : manifest.ports)
        if (is_driven(port)) stimulus.bits += port.bits;
    for (int at = 0; at < warm_up_rows + counted_cycles; ++at) {
        const Cycle cycle = told ? as_told.cycle(at) : even.cycle(at);
        stimulus.macs += cycle.macs;
        std::vector<bool> bits;
        for (const auto& port : manifest.ports) {
            if (!is_driven(port)) continue;
            const bool weights = port.role == "weight";
            if (weights || port.role == "activation")
                add_codes(cycle.lanes, weights, port.bits, bits);
            else
                bits.insert(bits.end(), static_cast<std::size_t>(port.bits),
                            control_level(port.role, cycle.phase));
        }
        stimulus.rows.push_back(hex_digits(bits));
    }
    return stimulus;
}

std::string activity_bench(const emit::Manifest& manifest, const Stimulus& stimulus) {
    std::string connections;
    int low = 0;
    for (const auto& port : manifest.ports) {
        std::string wire;
        if (port.role == "clock") {
            wire = "clk";
        } else if (is_driven(port)) {
            wire = fmt::format("row[{}:{}]", low + port.bits - 1, low);
            low += port.bits;
        }
        connections +=
            fmt::format("{}        .{}({})", connections.empty() ? "" : ",\n", port.name, wire);
    }
    return fill_page(templates::activity_bench_v,
                     {{"MODULE", manifest.module},
                      {"TOP", std::to_string(stimulus.bits - 1)},
                      {"LAST", std::to_string(stimulus.rows.size() - 1)},
                      {"CONNECTIONS", connections},
                      {"STIMULUS", activity_files::stimulus},
                      {"WAVES", activity_files::waves}});
}

std::string activity_script(const emit::Manifest& manifest, const Target& target,
                            const std::string& unit_netlist) {
    std::string models;
    for (const auto& pass : target.cell_models) models += pass + "\n";
    return fill_page(templates::activity_ys, {{"MODULE", manifest.module},
                                              {"MODELS", models},
                                              {"NETLIST", unit_netlist},
                                              {"CONNECTIONS", activity_files::connections},
                                              {"SIMULATED", activity_files::simulated},
                                              {"UNIT", activity_files::unit}});
}

std::string slews_script(const emit::Manifest& manifest, const SynthOptions& options) {
    std::string inputs;
    std::string clock;
    for (const auto& port : manifest.ports) {
        if (port.role == "clock") clock = port.name;
        if (is_driven(port)) inputs += (inputs.empty() ? "" : " ") + port.name;
    }
    return fill_page(templates::slews_tcl,
                     {{"LIBRARY", work_files::library},
                      {"NETLIST", activity_files::unit},
                      {"MODULE", manifest.module},
                      {"PERIOD", fmt::format("{:.6f}", 1000 / options.freq_mhz)},
                      {"CLOCK", clock},
                      {"INPUTS", inputs}});
}

std::vector<std::string> verilator_arguments() {
    // Not optimized: it runs for less time than it would take to compile it well.
    return {"--binary",
            "--trace",
            "--trace-depth",
            "2",
            "-Wno-fatal",
            "-Wno-lint",
            "-Wno-style",
            "--top-module",
            "bitshed_activity",
            "-Mdir",
            activity_files::build_folder,
            "-o",
            activity_files::program,
            "-CFLAGS",
            "-O0",
            "-MAKEFLAGS",
            "OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0",
            activity_files::bench,
            activity_files::simulated};
}

}  // namespace bitshed::flows
