#include "flows/activity_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

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
void add_codes(const std::vector<CodePair>& pairs, std::size_t first, bool weights, int port_bits,
               int lanes, std::vector<bool>& bits) {
    const int width = port_bits / lanes;
    for (int lane = 0; lane < lanes; ++lane) {
        const auto& pair = pairs[(first + static_cast<std::size_t>(lane)) % pairs.size()];
        const std::uint32_t code = weights ? pair.first : pair.second;
        for (int bit = 0; bit < width; ++bit) bits.push_back((code >> bit & 1) != 0);
    }
}

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

Stimulus make_stimulus(const emit::Manifest& manifest, const std::vector<CodePair>& pairs) {
    check(!pairs.empty(), "a stream has pairs");
    Stimulus stimulus;
    const auto most =
        std::min<std::int64_t>(longest_sum, manifest.accumulator.terms.value_or(longest_sum));
    const int cycles_of_sum = std::max(1, static_cast<int>(most) / manifest.lanes);
    stimulus.terms = cycles_of_sum * manifest.lanes;
    const bool clear_takes_a_cycle = manifest.port("clear") != nullptr;
    const int period = cycles_of_sum + (clear_takes_a_cycle ? 1 : 0);
    for (const auto& port : manifest.ports)
        if (is_driven(port)) stimulus.bits += port.bits;
    for (int at = 0; at < warm_up_rows + counted_cycles; ++at) {
        Phase phase;
        phase.warming = at < warm_up_rows;
        const int place = phase.warming ? 0 : (at - warm_up_rows) % period;
        phase.clears = clear_takes_a_cycle && place == cycles_of_sum;
        phase.first = !phase.warming && place == 0;
        phase.last = !phase.warming && place == cycles_of_sum - 1;
        if (!phase.warming && !phase.clears) stimulus.macs += manifest.lanes;
        std::vector<bool> bits;
        for (const auto& port : manifest.ports) {
            if (!is_driven(port)) continue;
            const bool weights = port.role == "weight";
            if (weights || port.role == "activation")
                add_codes(pairs, static_cast<std::size_t>(at * manifest.lanes), weights, port.bits,
                          manifest.lanes, bits);
            else
                bits.insert(bits.end(), static_cast<std::size_t>(port.bits),
                            control_level(port.role, phase));
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
