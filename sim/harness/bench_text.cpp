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
    const Field& last = layout.result    ? *layout.result
                        : layout.special ? *layout.special
                                         : layout.accumulator;
    return last.low + last.bits;
}

}  // namespace

std::string bench_text(const std::vector<Instance>& instances, std::size_t stimulus_words,
                       std::size_t response_words) {
    std::string text;
    std::size_t driven = 0;
    for (std::size_t i = 0; i < instances.size(); ++i) {
        const Layout& layout = *instances[i].layout;
        text += fmt::format("    {} unit_{} (\n        .{}(clk_i)", instances[i].module, i,
                            layout.clock);
        for (const auto& field : {layout.clear, layout.enable, std::optional(layout.weight),
                                  std::optional(layout.activation)})
            if (field) text += pin(*field, "stimulus_q", instances[i].stimulus_word);
        for (const auto& field : {std::optional(layout.accumulator), layout.special, layout.result})
            if (field) text += pin(*field, "response_o", instances[i].response_word);
        text += "\n    );\n";
        const std::size_t first = 32 * instances[i].response_word;
        text += zeros(first + output_bits(layout), first + 32 * layout.response_words);
        driven = first + 32 * layout.response_words;
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
