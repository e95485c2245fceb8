// bitshed format F: what a format is, and with --table what each of its codes means.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/codes.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"
#include "format/decoded.hpp"
#include "format/parse.hpp"

namespace bitshed::cli {

namespace {

struct FormatOptions {
    std::string format;
    bool table = false;
};

constexpr int greatest_table_width = 16;

std::string_view rule(const format::Format& format) {
    switch (format.specials) {
        case format::Specials::none:
            return "none: every code is finite; +0 and -0";
        case format::Specials::fn:
            return "fn: magnitude bits all ones are NaN; no infinity";
        case format::Specials::ieee:
            return "ieee: exponent all ones is infinity (fraction 0) or NaN";
        case format::Specials::fnuz:
            return "fnuz: the code of -0 is the only NaN; no infinity";
    }
    return {};
}

std::string layout(const format::Format& format) {
    switch (format.family) {
        case format::Family::minifloat:
            return fmt::format("{} bits: 1 sign, {} exponent, {} fraction", format::width(format),
                               format.exponent_bits, format.fraction_bits);
        case format::Family::signed_integer:
            return fmt::format("{} bits, two's complement", format::width(format));
        case format::Family::unsigned_integer:
            return fmt::format("{} bits, unsigned", format::width(format));
    }
    return {};
}

std::string table_of_codes(const format::Format& format) {
    TextTable table({{"code"}, {"bits"}, {"class"}, {"value", Align::right}, {"hexfloat"}});
    for (std::uint32_t code = 0; code <= format::code_mask(format); ++code)
        table.add({code_hex(format, code), code_bits(format, code),
                   std::string(format::class_name(format::decode(format, code).class_)),
                   value_decimal(format, code), value_hexfloat(format, code)});
    return table.text();
}

std::string table_of_landmarks(const format::Format& format) {
    TextTable table({{""}, {"value", Align::right}, {"hexfloat"}, {"code"}, {"bits"}});
    const auto add = [&](const char* what, std::optional<std::uint32_t> code) {
        if (!code) return;
        table.add({what, value_decimal(format, *code), value_hexfloat(format, *code),
                   code_hex(format, *code), code_bits(format, *code)});
    };
    add("largest", format::largest_finite_code(format));
    add("least normal", format::least_normal_code(format));
    add("least subnormal", format::least_subnormal_code(format));
    add("most negative", format::least_finite_code(format));
    if (format::has_infinity(format)) add("infinity", format::infinity_code(format, false));
    if (format::has_nan(format)) add("NaN", format::nan_code(format));
    return table.text();
}

void describe_as_text(const format::Format& format) {
    TextTable head({{"format"}, {format::name(format)}});
    head.add({"layout", layout(format)});
    if (format::is_minifloat(format)) {
        head.add({"bias", fmt::to_string(format.bias)});
        head.add({"special codes", std::string(rule(format))});
    }
    const auto aliases = format::aliases_of(format);
    if (!aliases.empty()) head.add({"aliases", fmt::format("{}", fmt::join(aliases, " "))});
    Session::print(head.text() + "\n" + table_of_landmarks(format));
}

void describe_as_json(const format::Format& format, bool with_codes) {
    auto document = facts(format);
    if (with_codes) {
        auto codes = nlohmann::ordered_json::array();
        for (std::uint32_t code = 0; code <= format::code_mask(format); ++code)
            codes.push_back({{"code", code_hex(format, code)},
                             {"class", format::class_name(format::decode(format, code).class_)},
                             {"value", value_hexfloat(format, code)}});
        document["codes"] = std::move(codes);
    }
    Session::print_json(document);
}

ExitCode describe(const FormatOptions& options, const Session& session) {
    const auto parsed = format::parse(options.format, format::Use::any);
    if (!parsed) return Session::fail(parsed.error());
    const format::Format& format = parsed.value();
    if (options.table && format::width(format) > greatest_table_width)
        return Session::fail(Error(
            ErrorKind::request,
            fmt::format("--table: the table of {} has 2^{} lines", format::name(format),
                        format::width(format)),
            fmt::format("formats of up to {} bits; `bitshed decode {} CODE...` gives single codes",
                        greatest_table_width, format::name(format))));
    if (session.json) {
        describe_as_json(format, options.table);
    } else {
        describe_as_text(format);
        if (options.table) Session::print("\n" + table_of_codes(format));
    }
    return done;
}

}  // namespace

void add_format(CLI::App& app, Session& session) {
    const auto options = std::make_shared<FormatOptions>();
    CLI::App* verb = add_verb(app, session, "format", "Describe a format: layout, range, codes",
                              "  bitshed format e4m3\n"
                              "  bitshed format e2m1 --table\n"
                              "  bitshed format float8_e4m3fn --table --json",
                              [options, &session] { return describe(*options, session); });
    verb->add_option("F", options->format, "The format, such as e4m3, e5m2ieee, int8 or fp16")
        ->required();
    verb->add_flag("--table", options->table, "Also list every code (formats of up to 16 bits)");
}

}  // namespace bitshed::cli
