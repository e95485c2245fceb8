// bitshed decode F [CODE...]: what codes of a format mean.
#include <fmt/format.h>

#include <memory>

#include "cli/codes.hpp"
#include "cli/given.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"
#include "format/decoded.hpp"
#include "format/parse.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace {

struct DecodeOptions {
    std::string format;
    std::vector<std::string> codes;
};

void print_decoded(const format::Format& format, const std::vector<std::uint32_t>& codes,
                   const Session& session) {
    const auto class_of = [&](std::uint32_t code) {
        return std::string(format::class_name(format::decode(format, code).class_));
    };
    if (session.json) {
        auto document = nlohmann::ordered_json::array();
        for (const std::uint32_t code : codes)
            document.push_back({{"code", code_hex(format, code)},
                                {"class", class_of(code)},
                                {"value", value_hexfloat(format, code)}});
        Session::print_json(document);
        return;
    }
    TextTable table({{"code"}, {"bits"}, {"class"}, {"value", Align::right}, {"hexfloat"}});
    for (const std::uint32_t code : codes)
        table.add({code_hex(format, code), code_bits(format, code), class_of(code),
                   value_decimal(format, code), value_hexfloat(format, code)});
    Session::print(table.text());
}

ExitCode decode(const DecodeOptions& options, const Session& session) {
    const auto parsed = format::parse(options.format, format::Use::any);
    const auto given = arguments_or_lines(options.codes);
    if (!parsed) return Session::fail(parsed.error());
    if (!given) return Session::fail(given.error());
    const format::Format& format = parsed.value();

    std::vector<Complaint> complaints;
    std::vector<std::uint32_t> codes;
    const std::uint32_t greatest = format::code_mask(format);
    for (const auto& [text, place] : given.value()) {
        const auto code = parse_code(text, greatest);
        if (code) {
            codes.push_back(static_cast<std::uint32_t>(*code));
        } else {
            complaints.push_back({fmt::format("{}{} is not a code of {}", place, printable(text),
                                              format::name(format)),
                                  fmt::format("0 to {}, in decimal or as 0x0 to {}", greatest,
                                              code_hex(format, greatest))});
        }
    }
    if (!complaints.empty()) return Session::fail(Error(ErrorKind::request, complaints));
    print_decoded(format, codes, session);
    return done;
}

}  // namespace

void add_decode(CLI::App& app, Session& session) {
    const auto options = std::make_shared<DecodeOptions>();
    CLI::App* verb = add_verb(app, session, "decode", "Give the values of a format's codes",
                              "  bitshed decode e4m3 0x7f 0x80 1\n"
                              "  printf '0x3c00\\n0xfc00\\n' | bitshed decode fp16 --json",
                              [options, &session] { return decode(*options, session); });
    verb->add_option("F", options->format, "The format, such as e4m3, e5m2ieee, int8 or fp16")
        ->required();
    verb->add_option("CODE", options->codes,
                     "Codes, decimal or 0x.. (without any: the lines of standard input)");
}

}  // namespace bitshed::cli
