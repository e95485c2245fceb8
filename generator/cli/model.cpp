// bitshed model: the golden model as a calculator, a line of operands at a time.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "cli/mac_options.hpp"
#include "cli/session.hpp"
#include "emit/artifacts.hpp"
#include "format/real.hpp"
#include "golden/mac.hpp"
#include "harness/golden_unit.hpp"
#include "mac/build.hpp"
#include "support/bits.hpp"
#include "support/text.hpp"

namespace bitshed::cli {

namespace {

/// The words of a line: what stands between blanks and tabs.
std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    std::size_t begin = 0;
    while ((begin = line.find_first_not_of(" \t\r", begin)) != std::string_view::npos) {
        const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
        words.emplace_back(line.substr(begin, end - begin));
        begin = end;
    }
    return words;
}

class Calculator {
  public:
    Calculator(const golden::Unit& unit, const emit::Manifest& manifest)
        : unit_(unit), mac_(unit), has_special_(manifest.port("special") != nullptr) {}

    /// Does what a line says. Error (request): it says nothing that can be done.
    Outcome obey(std::string_view line) {
        const auto words = words_of(line);
        if (words.size() == 1 && words[0] == "clear") {
            mac_.clear();
            return success();
        }
        if (words.size() != 2)
            return Error(ErrorKind::request, fmt::format("{} is no pair", printable(line)),
                         "`w a`, two codes in hex with a blank between (lanes joined by commas), "
                         "or `clear`");
        std::vector<Complaint> complaints;
        const auto w = codes("weight", words[0], unit_.weight, complaints);
        const auto a = codes("activation", words[1], unit_.activation, complaints);
        if (!complaints.empty()) return Error(ErrorKind::request, std::move(complaints));
        mac_.step(w, a);
        return success();
    }

    /// One line of JSON.
    [[nodiscard]] std::string state() const {
        const auto bits = static_cast<unsigned>(golden::accumulator_bits(unit_));
        std::vector<std::uint64_t> limbs((bits + 63) / 64);
        mac_.accumulator_code(limbs);
        nlohmann::ordered_json json;
        json["acc"] = "0x" + Bits::from_limbs(bits, std::move(limbs)).hex();
        json["value"] = format::hexfloat(mac_.value());
        json["special"] = nullptr;
        json["result"] = nullptr;
        if (has_special_) json["special"] = static_cast<int>(mac_.special());
        if (const auto result = mac_.result_code())
            json["result"] =
                "0x" +
                Bits(static_cast<unsigned>(format::width(unit_.result->format)), *result).hex();
        return json.dump();
    }

  private:
    std::vector<std::uint32_t> codes(const char* operand, const std::string& word,
                                     const format::Format& format,
                                     std::vector<Complaint>& complaints) const {
        std::vector<std::uint32_t> codes;
        const auto pieces = split(word, ',');
        for (const std::string& piece : pieces) {
            const bool is_prefixed = piece.starts_with("0x") || piece.starts_with("0X");
            const auto code =
                parse_code((is_prefixed ? "" : "0x") + piece, format::code_mask(format));
            if (!code)
                complaints.push_back(
                    {fmt::format("{}: {} is no code of {}", operand, printable(piece),
                                 format::name(format)),
                     fmt::format("hex from 0 to {:x}", format::code_mask(format))});
            codes.push_back(static_cast<std::uint32_t>(code.value_or(0)));
        }
        if (pieces.size() != static_cast<std::size_t>(unit_.lanes))
            complaints.push_back(
                {fmt::format("{}: {} has {} codes", operand, printable(word), pieces.size()),
                 fmt::format("{}, one a lane, joined by commas", unit_.lanes)});
        return codes;
    }

    golden::Unit unit_;
    golden::Mac mac_;
    bool has_special_;
};

ExitCode calculate(const mac::MacOptions& options) {
    const auto spec = mac::make_mac_spec(options);
    if (!spec) return Session::fail(spec.error());
    const auto manifest = emit::make_manifest(spec.value(), mac::build_mac(spec.value()));
    const auto unit = harness::golden_unit(manifest);
    if (!unit) return Session::fail(unit.error());

    Calculator calculator(unit.value(), manifest);
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
        const auto told = trim(std::string_view(line).substr(0, line.find('#')));
        if (told.empty()) continue;
        if (const auto outcome = calculator.obey(told); !outcome) {
            Error error = outcome.error();
            for (auto& complaint : error.complaints)
                complaint.problem = fmt::format("line {}: {}", number, complaint.problem);
            return Session::fail(error);
        }
        Session::print(calculator.state() + "\n");
        // A program on the other side may wait for the answer. Where nobody reads any more, stop.
        if (std::fflush(stdout) != 0) break;
    }
    // A folder in the place of a file, for one, looks like an empty file to a stream.
    if (std::cin.bad() || std::ferror(stdin) != 0)
        return Session::fail(Error(ErrorKind::files, "standard input cannot be read"));
    return done;
}

}  // namespace

void add_model(CLI::App& app, Session& session) {
    const auto options = std::make_shared<mac::MacOptions>();
    CLI::App* verb =
        add_verb(app, session, "model",
                 "The golden model: reads `w a` (codes in hex) or `clear` a line, prints the state "
                 "as JSON; # begins a remark",
                 "  printf '0x7f 0x7f\\n38 b8\\nclear\\n' | bitshed model 'e4m3*e4m3+exact'",
                 [options] { return calculate(*options); });
    add_mac_options(verb, *options);
}

}  // namespace bitshed::cli
