#include "mac/request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "format/parse.hpp"
#include "mac/canonical.hpp"
#include "mac/grid.hpp"
#include "support/text.hpp"

namespace bitshed::mac {

namespace {

constexpr int greatest_fixed_width = 512;
constexpr int greatest_lanes = 64;
constexpr int greatest_stages = 4;

/// Where a request has the word of each choice of an architecture.
constexpr std::array<std::optional<std::string> MacOptions::*, 5> architecture_options_of = {
    &MacOptions::shifter, &MacOptions::sign, &MacOptions::product, &MacOptions::carry,
    &MacOptions::cells};

/// Collects complaints while a request is read, so that a user sees all of them at once.
class Request {
  public:
    explicit Request(const MacOptions& options) : options_(options) {}

    Result<MacSpec> decide() {
        split_spec_string();
        read_formats();
        read_shape();
        read_architecture();
        read_accumulator();
        read_result_and_overflow();
        if (!complaints_.empty()) return Error(ErrorKind::request, std::move(complaints_));
        spec_.weight = *weight_;
        spec_.activation = *activation_;
        spec_.architecture = canonical_architecture(spec_);
        return spec_;
    }

  private:
    void complain(std::string problem, std::string allowed = {}) {
        complaints_.push_back({std::move(problem), std::move(allowed)});
    }

    template <class T>
    std::optional<T> keep(Result<T> result) {
        if (result) return std::move(result).value();
        for (const auto& complaint : result.error().complaints) complaints_.push_back(complaint);
        return std::nullopt;
    }

    void split_spec_string() {
        weight_text_ = options_.weight;
        activation_text_ = options_.activation;
        accumulator_text_ = options_.accumulator;
        if (options_.spec.empty()) {
            if (!weight_text_ || !activation_text_)
                complain("a unit needs a weight and an activation format",
                         "a spec such as 'e4m3*e4m3+exact', or --weight F --activation F");
            return;
        }
        if (weight_text_ || activation_text_ || accumulator_text_)
            complain(
                fmt::format("the spec {} stands beside --weight, --activation or --accumulator",
                            printable(options_.spec)),
                "either the spec or the flags");
        const auto star = options_.spec.find('*');
        if (star == std::string::npos || options_.spec.find('*', star + 1) != std::string::npos) {
            complain(fmt::format("the spec {} is not WEIGHT*ACTIVATION[+ACCUMULATOR]",
                                 printable(options_.spec)),
                     "for example 'e4m3*e4m3', 'int4*int8+exact'");
            return;
        }
        const auto plus = options_.spec.find('+', star);
        weight_text_ = options_.spec.substr(0, star);
        activation_text_ =
            options_.spec.substr(star + 1, plus == std::string::npos ? plus : plus - star - 1);
        if (plus != std::string::npos) accumulator_text_ = options_.spec.substr(plus + 1);
    }

    void read_formats() {
        if (weight_text_) weight_ = keep(format::parse(*weight_text_, format::Use::operand));
        if (activation_text_)
            activation_ = keep(format::parse(*activation_text_, format::Use::operand));
    }

    std::int64_t count(const char* option, const std::optional<std::string>& text,
                       std::int64_t fallback, std::int64_t least, std::int64_t most) {
        if (!text) return fallback;
        if (const auto value = parse_whole_number(*text, least, most)) return *value;
        complain(fmt::format("--{} {} is no count in range", option, printable(*text)),
                 fmt::format("a whole number from {} to {}", least, most));
        return fallback;
    }

    void read_shape() {
        spec_.lanes = static_cast<int>(count("lanes", options_.lanes, 1, 1, greatest_lanes));
        spec_.stages = static_cast<int>(count("stages", options_.stages, 0, 0, greatest_stages));
        terms_ = count("terms", options_.terms, default_terms, 1, std::int64_t{1} << 62);
        spec_.enable = options_.enable ? Enable::present : Enable::absent;
        const std::string handshake = options_.handshake.value_or("none");
        if (handshake == "valid")
            spec_.handshake = Handshake::valid;
        else if (handshake == "stream")
            spec_.handshake = Handshake::stream;
        else if (handshake != "none")
            complain(fmt::format("--handshake {} is unknown", printable(handshake)),
                     "none, valid, stream");
        if (options_.enable && spec_.handshake != Handshake::none)
            complain(fmt::format("--enable does not go with --handshake {}", handshake),
                     "--enable with --handshake none");
        const std::string width = options_.width.value_or("tight");
        if (width == "paper")
            spec_.accumulator.width_rule = WidthRule::paper;
        else if (width != "tight")
            complain(fmt::format("--width {} is unknown", printable(width)), "tight, paper");
    }

    void read_architecture() {
        Architecture& chosen = spec_.architecture;
        for (std::size_t i = 0; i < architecture_options_of.size(); ++i)
            choose(architecture_choices()[i], options_.*architecture_options_of[i]);
        const auto refuse_cells = [&](bool is_chosen, std::string_view with, std::string allowed) {
            if (is_chosen && chosen.cells == Cells::ecp5)
                complain(fmt::format("{} does not go with --cells ecp5", with),
                         allowed + ", or --cells portable");
        };
        refuse_cells(chosen.carry == Carry::deferred, "--carry deferred", "--carry ripple");
        refuse_cells(chosen.carry == Carry::retimed, "--carry retimed", "--carry ripple");
        refuse_cells(chosen.product == Product::tree, "--product tree", "--product multiply");
        if (!weight_ || !activation_) return;
        if (chosen.product == Product::table && !can_be_table(*weight_, *activation_))
            complain(fmt::format("--product table does not go with {} and {}",
                                 format::name(*weight_), format::name(*activation_)),
                     fmt::format("two minifloats without NaN and infinity, of at most {} bits "
                                 "together beside their signs; --product multiply",
                                 greatest_table_bits));
    }

    /// What an option's word stands for; nothing where the option is absent.
    void choose(const ArchitectureChoice& choice, const std::optional<std::string>& text) {
        if (!text) return;
        const auto word = std::find(choice.words.begin(), choice.words.end(), *text);
        if (word != choice.words.end())
            choice.set(spec_.architecture, static_cast<int>(word - choice.words.begin()));
        else
            complain(fmt::format("--{} {} is unknown", choice.option, printable(*text)),
                     fmt::format("{}", fmt::join(choice.words, ", ")));
    }

    void read_accumulator() {
        Accumulator& accumulator = spec_.accumulator;
        const std::string text = accumulator_text_.value_or("exact");
        if (weight_ && activation_)
            accumulator.lsb_exponent = grid_exponent(*weight_, *activation_);
        if (text == "exact") {
            accumulator.terms = terms_;
            if (weight_ && activation_) decide_exact_width();
            return;
        }
        // --terms and --width have nothing to decide here; a sweep may give them to every
        // accumulator.
        if (text.starts_with("fixed")) {
            accumulator.kind = AccumulatorKind::fixed;
            const auto bits =
                parse_whole_number(std::string_view(text).substr(5), 2, greatest_fixed_width);
            if (!bits)
                complain(fmt::format("the accumulator {} is unknown", printable(text)),
                         "fixed2 to fixed512");
            accumulator.bits = static_cast<int>(bits.value_or(2));
            return;
        }
        accumulator.kind = AccumulatorKind::floating;
        const auto parsed = format::parse(text, format::Use::any);
        if (!parsed || !format::is_minifloat(parsed.value())) {
            complain(fmt::format("the accumulator {} is unknown", printable(text)),
                     "exact, fixed<B> (fixed24), or a float format (fp32, fp16, bf16, e5m10ieee)");
            return;
        }
        accumulator.format = parsed.value();
        accumulator.bits = format::width(parsed.value());
        accumulator.lsb_exponent = 0;
    }

    void decide_exact_width() {
        Accumulator& accumulator = spec_.accumulator;
        accumulator.bits = tight_width(*weight_, *activation_, terms_);
        if (accumulator.width_rule == WidthRule::paper) {
            if (const auto bits = paper_width(*weight_, *activation_, terms_))
                accumulator.bits = *bits;
            else
                complain(fmt::format("--width paper has no formula for {} with {}",
                                     format::name(*weight_), format::name(*activation_)),
                         "two minifloats or two integers; --width tight");
        }
        if (accumulator.bits > greatest_fixed_width)
            complain(
                fmt::format("an exact sum of {} products of {} and {} takes {} bits", terms_,
                            format::name(*weight_), format::name(*activation_), accumulator.bits),
                fmt::format("at most {} bits: fewer --terms", greatest_fixed_width));
    }

    void read_result_and_overflow() {
        if (options_.result) spec_.result = keep(format::parse(*options_.result, format::Use::any));
        std::optional<Overflow> given;
        if (options_.overflow) {
            const std::string& text = *options_.overflow;
            if (text == "wrap")
                given = Overflow::wrap;
            else if (text == "saturate")
                given = Overflow::saturate;
            else if (text == "ieee")
                given = Overflow::ieee;
            else
                complain(fmt::format("--overflow {} is unknown", printable(text)),
                         "wrap, saturate, ieee");
        }
        Accumulator& accumulator = spec_.accumulator;
        switch (accumulator.kind) {
            case AccumulatorKind::exact:
                if (given == Overflow::wrap && spec_.result)
                    complain("--overflow wrap does not go with a result", "saturate, ieee");
                break;
            case AccumulatorKind::fixed:
                accumulator.overflow = given.value_or(Overflow::wrap);
                if (given == Overflow::ieee)
                    complain("--overflow ieee does not go with a fixed accumulator",
                             "wrap, saturate");
                break;
            case AccumulatorKind::floating:
                if (!accumulator.format) break;
                accumulator.overflow =
                    given.value_or(format::has_specials(*accumulator.format) ? Overflow::ieee
                                                                             : Overflow::saturate);
                if (given == Overflow::wrap)
                    complain("--overflow wrap does not go with a float accumulator",
                             "ieee, saturate");
                if (given == Overflow::ieee && !format::has_specials(*accumulator.format))
                    complain(fmt::format("--overflow ieee: {} has neither infinity nor NaN",
                                         format::name(*accumulator.format)),
                             "saturate");
                break;
        }
        if (!spec_.result) return;
        const bool can = format::has_specials(*spec_.result);
        // Beside an accumulator that takes ieee, a result that has neither infinity nor NaN
        // saturates.
        spec_.result_overflow =
            given == Overflow::ieee && can ? Overflow::ieee : Overflow::saturate;
        if (given == Overflow::ieee && accumulator.kind == AccumulatorKind::exact && !can)
            complain(fmt::format("--overflow ieee: {} has neither infinity nor NaN",
                                 format::name(*spec_.result)),
                     "saturate");
    }

    const MacOptions& options_;
    std::vector<Complaint> complaints_;
    std::optional<std::string> weight_text_, activation_text_, accumulator_text_;
    std::optional<format::Format> weight_, activation_;
    std::int64_t terms_ = default_terms;
    MacSpec spec_;
};

}  // namespace

Result<MacSpec> make_mac_spec(const MacOptions& options) {
    return Request(options).decide();
}

void ask_for(const Architecture& architecture, MacOptions& options) {
    for (std::size_t i = 0; i < architecture_options_of.size(); ++i) {
        const ArchitectureChoice& choice = architecture_choices()[i];
        auto& option = options.*architecture_options_of[i];
        if (!option) option = choice.words[static_cast<std::size_t>(choice.get(architecture))];
    }
}

}  // namespace bitshed::mac
