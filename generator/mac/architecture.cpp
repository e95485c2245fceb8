#include "mac/architecture.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bitshed::mac {

namespace {

template <auto member>
ArchitectureChoice choice(std::string_view option, std::vector<std::string_view> words) {
    return {option, std::move(words),
            [](const Architecture& from) { return static_cast<int>(from.*member); },
            [](Architecture& into, int index) {
                using Enumeration = std::remove_reference_t<decltype(into.*member)>;
                into.*member = static_cast<Enumeration>(index);
            }};
}

/// The options of an architecture that `shown` is true of.
template <class Shown>
std::string options_where(const Architecture& architecture, Shown shown) {
    std::vector<std::string> options;
    for (const ArchitectureChoice& each : architecture_choices())
        if (shown(each))
            options.push_back(
                fmt::format("--{} {}", each.option,
                            each.words[static_cast<std::size_t>(each.get(architecture))]));
    return fmt::format("{}", fmt::join(options, " "));
}

}  // namespace

const std::vector<ArchitectureChoice>& architecture_choices() {
    static const std::vector<ArchitectureChoice> all = {
        choice<&Architecture::shifter>("shifter", {"blocks", "chain"}),
        choice<&Architecture::sign>("sign", {"early", "late"}),
        choice<&Architecture::product>("product", {"multiply", "table", "dsp", "tree", "packed"}),
        choice<&Architecture::carry>("carry", {"ripple", "deferred", "retimed"}),
        choice<&Architecture::cells>("cells", {"portable", "ecp5"}),
    };
    return all;
}

std::vector<Architecture> every_architecture() {
    std::vector<Architecture> all = {{}};
    for (const ArchitectureChoice& each : architecture_choices()) {
        std::vector<Architecture> more;
        for (int index = 0; index < static_cast<int>(each.words.size()); ++index)
            for (Architecture architecture : all) {
                each.set(architecture, index);
                more.push_back(architecture);
            }
        all = std::move(more);
    }
    return all;
}

std::string architecture_words(const Architecture& architecture) {
    return options_where(architecture, [](const ArchitectureChoice&) { return true; });
}

std::string architecture_options(const Architecture& architecture, const Architecture& other) {
    return options_where(architecture, [&](const ArchitectureChoice& each) {
        return each.get(architecture) != each.get(other);
    });
}

bool can_be_table(const format::Format& weight, const format::Format& activation) {
    for (const auto* format : {&weight, &activation})
        if (!format::is_minifloat(*format) || format::has_specials(*format)) return false;
    return format::width(weight) + format::width(activation) - 2 <= greatest_table_bits;
}

}  // namespace bitshed::mac
