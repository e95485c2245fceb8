// bitshed encode F [X...]: real numbers rounded to a format, once, nearest even.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "cli/codes.hpp"
#include "cli/given.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"
#include "format/encode.hpp"
#include "format/parse.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace {

struct EncodeOptions {
    std::string format;
    std::string overflow = "saturate";
    std::vector<std::string> positionals;
    CLI::App* verb = nullptr;
    CLI::Option* reals = nullptr;
    std::vector<CLI::Option*> minus_letters;  ///< see add_minus_letters
};

/// CLI11 leaves "-1.5" alone but takes "-inf", "-nan" and "-.5" for short options. So these letters
/// are options here, hidden from --help, whose values are the rest of the word.
void add_minus_letters(EncodeOptions& options) {
    for (const char letter : {'i', 'I', 'n', 'N', '.'})
        options.minus_letters.push_back(options.verb->add_option(std::string{'-', letter})
                                            ->group("")
                                            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll));
}

/// The numbers among the arguments as they were written, in their order.
std::vector<std::string> written_reals(const EncodeOptions& options) {
    std::vector<std::string> texts;
    std::map<const CLI::Option*, std::size_t> taken;
    for (const CLI::Option* option : options.verb->parse_order()) {
        const auto next = [&] { return option->results().at(taken[option]++); };
        if (option == options.reals) texts.push_back(next());
        for (const CLI::Option* minus : options.minus_letters)
            if (option == minus) texts.push_back("-" + option->get_single_name() + next());
    }
    return texts;
}

struct Encoded {
    std::string input;
    std::uint32_t code;
};

void print_encoded(const format::Format& format, const std::vector<Encoded>& encoded,
                   const Session& session) {
    if (session.json) {
        auto document = nlohmann::ordered_json::array();
        for (const auto& [input, code] : encoded)
            document.push_back({{"input", input},
                                {"code", code_hex(format, code)},
                                {"value", value_hexfloat(format, code)}});
        Session::print_json(document);
        return;
    }
    constexpr std::size_t longest_shown = 40;
    TextTable table({{"input", Align::right}, {"code"}, {"bits"}, {"value", Align::right}});
    for (const auto& [input, code] : encoded)
        table.add({input.size() <= longest_shown ? input : input.substr(0, longest_shown) + "...",
                   code_hex(format, code), code_bits(format, code), value_decimal(format, code)});
    Session::print(table.text());
}

void append(std::vector<Complaint>& complaints, const Error& error, const std::string& place = {}) {
    for (const Complaint& complaint : error.complaints)
        complaints.push_back({place + complaint.problem, complaint.allowed});
}

std::optional<format::Overflow> overflow_named(const std::string& text) {
    if (text == "saturate") return format::Overflow::saturate;
    if (text == "ieee") return format::Overflow::ieee;
    return std::nullopt;
}

ExitCode encode(const EncodeOptions& options, const Session& session) {
    std::vector<Complaint> complaints;
    const auto format = format::parse(options.format, format::Use::any);
    if (!format) append(complaints, format.error());

    const auto overflow = overflow_named(options.overflow);
    if (!overflow) {
        complaints.push_back(
            {fmt::format("--overflow {}: there is no such rule", printable(options.overflow)),
             "saturate or ieee"});
    } else if (format && *overflow == format::Overflow::ieee &&
               !format::allows_ieee_overflow(format.value())) {
        complaints.push_back({fmt::format("--overflow ieee: {} has neither infinity nor NaN",
                                          format::name(format.value())),
                              "--overflow saturate"});
    }

    const auto given = arguments_or_lines(written_reals(options));
    if (!given) return Session::fail(given.error());
    std::vector<Encoded> encoded;
    for (const auto& [text, place] : given.value()) {
        const auto real = format::parse_real(text);
        if (!real) {
            append(complaints, real.error(), place);
        } else if (format && real.value().class_ == format::Class::nan &&
                   !format::has_nan(format.value())) {
            complaints.push_back({fmt::format("{}{}: {} has no NaN", place, printable(text),
                                              format::name(format.value())),
                                  "a number or an infinity"});
        } else if (complaints.empty()) {
            encoded.push_back({text, *format::encode(format.value(), real.value(), *overflow)});
        }
    }
    if (!complaints.empty()) return Session::fail(Error(ErrorKind::request, complaints));
    print_encoded(format.value(), encoded, session);
    return done;
}

}  // namespace

void add_encode(CLI::App& app, Session& session) {
    const auto options = std::make_shared<EncodeOptions>();
    options->verb = add_verb(app, session, "encode", "Round real numbers to a format's codes",
                             "  bitshed encode e4m3 0.3 -1.5 0x1.8p-3 -inf\n"
                             "  bitshed encode fp16 1e6 --overflow ieee\n"
                             "  printf '0.1\\n-7\\n' | bitshed encode int4 --json",
                             [options, &session] { return encode(*options, session); });
    options->verb
        ->add_option("F", options->format, "The format, such as e4m3, e5m2ieee, int8 or fp16")
        ->required();
    options->reals = options->verb->add_option(
        "X", options->positionals,
        "Numbers: decimal, C hexfloat, inf, nan (without any: the lines of "
        "standard input)");
    options->verb->add_option("--overflow", options->overflow,
                              "Beyond the largest value: saturate (default), or ieee: infinity, "
                              "else NaN");
    add_minus_letters(*options);
}

}  // namespace bitshed::cli
