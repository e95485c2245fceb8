// bitshed formats: the formats that have a name of their own and the shapes of 2 to 8 bits.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/codes.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"
#include "format/parse.hpp"
#include "support/check.hpp"

namespace bitshed::cli {

namespace {

/// Every operand shape of kind none, the integers, then what else an alias names.
std::vector<format::Format> listed_formats() {
    auto listed = format::shapes(format::least_width, format::greatest_operand_width);
    for (const format::Alias& alias : format::aliases()) {
        const auto target = format::parse(alias.canonical, format::Use::any);
        check(target.ok(), "an alias names a format");
        if (std::find(listed.begin(), listed.end(), target.value()) == listed.end())
            listed.push_back(target.value());
    }
    return listed;
}

ExitCode list_as_json(const std::vector<format::Format>& listed) {
    auto document = nlohmann::ordered_json::array();
    for (const format::Format& format : listed) {
        const auto all_facts = facts(format);
        nlohmann::ordered_json entry = {{"name", all_facts["name"]},
                                        {"aliases", format::aliases_of(format)}};
        entry.update(all_facts);
        document.push_back(std::move(entry));
    }
    Session::print_json(document);
    return done;
}

ExitCode list_as_text(const std::vector<format::Format>& listed) {
    TextTable table({{"format"},
                     {"bits", Align::right},
                     {"bias", Align::right},
                     {"kind"},
                     {"least subnormal", Align::right},
                     {"least normal", Align::right},
                     {"largest", Align::right},
                     {"aliases"}});
    const auto value_or_dash = [](const format::Format& format, std::optional<std::uint32_t> code) {
        return code ? value_decimal(format, *code) : std::string("-");
    };
    for (const format::Format& format : listed) {
        const bool is_minifloat = format::is_minifloat(format);
        table.add({format::name(format), fmt::to_string(format::width(format)),
                   is_minifloat ? fmt::to_string(format.bias) : "-",
                   is_minifloat ? std::string(format::kind_name(format.specials)) : "-",
                   value_or_dash(format, format::least_subnormal_code(format)),
                   value_or_dash(format, format::least_normal_code(format)),
                   value_decimal(format, format::largest_finite_code(format)),
                   fmt::format("{}", fmt::join(format::aliases_of(format), " "))});
    }
    Session::print(table.text());
    Session::print(
        "\nThese and every e<E>m<M>[b<BIAS>][fn|ieee|fnuz] of up to 8 bits as an operand, up to 32 "
        "elsewhere.\n");
    return done;
}

}  // namespace

void add_formats(CLI::App& app, Session& session) {
    add_verb(app, session, "formats", "List the named formats and the shapes of 2 to 8 bits",
             "  bitshed formats\n"
             "  bitshed formats --json",
             [&session] {
                 const auto listed = listed_formats();
                 return session.json ? list_as_json(listed) : list_as_text(listed);
             });
}

}  // namespace bitshed::cli
