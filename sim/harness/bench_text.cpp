#include "harness/bench_text.hpp"

#include <fmt/format.h>

#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::harness {

namespace {

std::string pin(const Field& field, const char* row, std::size_t first_word) {
    const std::size_t low = 32 * first_word + field.low;
    return fmt::format(",\n        .{}({}[{}:{}])", field.port, row, low + field.bits - 1, low);
}

/// Bits that no unit drives would be anything; the comparison reads whole words.
std::string zeros(std::size_t first, std::size_t end) {
    if (first == end) return "";
    return fmt::format("    assign response_o[{}:{}] = {}'d0;\n", end - 1, first, end - first);
}

/// The end of a unit's last output in its row.
unsigned output_bits(const Layout& layout) {
    const Field last = layout.outputs().back();
    return last.low + last.bits;
}

/// What stands between a unit that can refuse a pair and its row: a pair that was refused is
/// offered again, as AXI-Stream wants it, and the row gives way. in_ready is kept as it stood at
/// the edge.
std::string offering(const Instance& instance, std::size_t number) {
    const Layout& layout = *instance.layout;
    const std::size_t base = 32 * instance.stimulus_word;
    const std::size_t low = base + layout.in_valid->low;
    const std::size_t high = base + layout.activation.low + layout.activation.bits - 1;
    return fmt::format(
        "    wire ready_{0};\n"
        "    reg  ready_{0}_q, held_{0}_q;\n"
        "    reg  [{1}:0] kept_{0}_q;\n"
        "    wire [{1}:0] offer_{0} = held_{0}_q ? kept_{0}_q : stimulus_q[{2}:{3}];\n"
        "    always @(posedge clk_i) begin\n"
        "        ready_{0}_q <= ready_{0};\n"
        "        held_{0}_q <= stimulus_q[{4}] & offer_{0}[0] & ~ready_{0};\n"
        "        kept_{0}_q <= offer_{0};\n"
        "    end\n"
        "    assign response_o[{5}] = ready_{0}_q;\n",
        number, high - low, high, low, base + layout.reset->low,
        32 * instance.response_word + layout.in_ready->low);
}

/// The pins of an instance.
std::string pins(const Instance& instance, std::size_t number) {
    const Layout& layout = *instance.layout;
    std::string text;
    for (const Field& field : layout.inputs()) {
        const bool is_offered = layout.in_ready && field.low >= layout.in_valid->low;
        if (!is_offered) {
            text += pin(field, "stimulus_q", instance.stimulus_word);
            continue;
        }
        const Field moved{field.port, field.low - layout.in_valid->low, field.bits};
        text += pin(moved, fmt::format("offer_{}", number).c_str(), 0);
    }
    for (const Field& field : layout.outputs()) {
        const bool is_ready = layout.in_ready && field.low == layout.in_ready->low;
        text += is_ready ? fmt::format(",\n        .{}(ready_{})", field.port, number)
                         : pin(field, "response_o", instance.response_word);
    }
    return text;
}

}  // namespace

std::string bench_text(const std::vector<Instance>& instances, std::size_t stimulus_words,
                       std::size_t response_words) {
    std::string text;
    std::size_t driven = 0;
    for (std::size_t i = 0; i < instances.size(); ++i) {
        const Layout& layout = *instances[i].layout;
        if (layout.in_ready) text += offering(instances[i], i);
        text += fmt::format("    {} unit_{} (\n        .{}(clk_i){}\n    );\n", instances[i].module,
                            i, layout.clock, pins(instances[i], i));
        const std::size_t first = 32 * instances[i].response_word;
        driven = first + std::size_t{32} * layout.response_words;
        text += zeros(first + output_bits(layout), driven);
    }
    text += zeros(driven, 32 * response_words);
    return fill_page(templates::verilator_bench_v,
                     {{"STIMULUS_TOP", std::to_string(32 * stimulus_words - 1)},
                      {"RESPONSE_TOP", std::to_string(32 * response_words - 1)},
                      {"INSTANCES", text}});
}

std::vector<std::string> misfits(const std::vector<LintMessage>& messages) {
    std::vector<std::string> words;
    const auto quoted = [](const std::string& text) {
        const auto open = text.find('\'');
        const auto close = text.find('\'', open + 1);
        return open == std::string::npos || close == std::string::npos
                   ? std::string()
                   : printable(text.substr(open + 1, close - open - 1));
    };
    for (const LintMessage& message : messages) {
        if (message.file != bench_file) continue;
        // Pin not found: 'en_i'
        if (message.rule == "PINNOTFOUND")
            words.push_back(fmt::format("it has no port {}", quoted(message.text)));
        // Cell has missing pin: 'rst_ni'
        else if (message.rule == "PINMISSING")
            words.push_back(
                fmt::format("its port {} is not in the manifest", quoted(message.text)));
        // Output port connection 'acc_o' expects 8 bits on the pin connection, but ...
        else if (message.rule.starts_with("WIDTH"))
            words.push_back(
                fmt::format("its port {} is not as wide as in the manifest", quoted(message.text)));
        // Assigning to input/const variable: 'stimulus_i'
        else if (message.rule == "ASSIGNIN")
            words.emplace_back("a port that is an input in the manifest is an output");
        // Cannot find file containing module: 'mac_e4m3_e4m3_exact'
        // Can't resolve module reference: 'mac_e4m3_e4m3_exact'
        else if (message.text.starts_with("Cannot find file containing module: ") ||
                 message.text.starts_with("Can't resolve module reference: "))
            words.push_back(fmt::format("it has no module {}",
                                        quoted(message.text.substr(message.text.find(": ")))));
    }
    return words;
}

}  // namespace bitshed::harness
