#include "proof/reference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "proof/reference_parts.hpp"
#include "support/check.hpp"
#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::proof {

using golden::FixedAccumulator;
using golden::FloatAccumulator;

namespace {

/// Lines of the reference's body, a part at a time.
class Writer {
  public:
    Writer(const emit::Manifest& manifest, const golden::Unit& unit, Seed seed)
        : manifest_(manifest), unit_(unit), seed_(seed) {}

    std::string text() {
        write_control();
        write_lanes();
        if (golden::is_on_grid(unit_))
            write_grid();
        else
            write_float();
        if (manifest_.port("result") != nullptr) write_result();
        write_registers();
        std::string ports;
        for (const emit::ManifestPort& port : manifest_.ports)
            ports += fmt::format("{}  {} wire [{}:0] {}", ports.empty() ? "" : ",\n",
                                 port.direction, port.bits - 1, reference_port(port.role));
        return fill_page(templates::reference_unit_v, {{"MODULE", manifest_.module},
                                                       {"NAME", reference_module},
                                                       {"PORTS", ports},
                                                       {"BODY", body_},
                                                       {"MODULES", modules_}});
    }

    [[nodiscard]] int widest() const {
        int widest = std::max(sum_bits(), term_bits(unit_));
        if (!golden::is_on_grid(unit_)) widest = std::max(widest, rounder_bits(step_rounding()));
        if (unit_.result) widest = std::max(widest, rounder_bits(result_rounding()));
        return widest;
    }

  private:
    template <class... Args>
    void line(fmt::format_string<Args...> format, Args&&... args) {
        body_ += "  " + fmt::format(format, std::forward<Args>(args)...) + "\n";
    }

    [[nodiscard]] bool has(const char* role) const { return manifest_.port(role) != nullptr; }
    [[nodiscard]] bool has_minifloat() const {
        return format::is_minifloat(unit_.weight) || format::is_minifloat(unit_.activation);
    }
    [[nodiscard]] bool has_handshake() const { return has("in_valid"); }
    [[nodiscard]] const FloatAccumulator& floating() const {
        return std::get<FloatAccumulator>(unit_.accumulator);
    }

    /// A value with the delay of the pipeline; on_reset: it becomes 0 at a reset.
    enum class OnReset { kept, zero };
    void delay(const std::string& name, int bits, const std::string& source, OnReset on_reset) {
        const int stages = manifest_.stages;
        line("wire [{}:0] {}_0 = {};", bits - 1, name, source);
        for (int k = 1; k <= stages; ++k) {
            line("reg  [{}:0] {}_{};", bits - 1, name, k);
            moving_ += fmt::format("      {0}_{1} <= {0}_{2};\n", name, k, k - 1);
            if (on_reset == OnReset::zero)
                resetting_ += fmt::format("      {}_{} <= {}'d0;\n", name, k, bits);
        }
        line("wire [{}:0] {} = {}_{};", bits - 1, name, name, stages);
    }

    /// When anything moves, when a sum begins, and when a pair is taken.
    void write_control() {
        const bool streams = has("in_ready");
        line("wire moves = {};", has("enable") ? "en_i"
                                 : streams     ? "out_ready_i | ~out_valid"
                                               : "1'b1");
        delay("w", manifest_.port("weight")->bits, "w_i", OnReset::kept);
        delay("a", manifest_.port("activation")->bits, "a_i", OnReset::kept);
        if (!has_handshake()) {
            delay("starts", 1, "clear_i", OnReset::kept);
            line("wire takes = ~starts;");
            return;
        }
        line("reg  open;");
        line("reg  out_valid;");
        line("wire belongs = in_valid_i & (in_first_i | open);");
        delay("starts", 1, "in_first_i", OnReset::kept);
        delay("takes", 1, "belongs", OnReset::zero);
        delay("completes", 1, "belongs & in_last_i", OnReset::zero);
        moving_ +=
            "      if (in_valid_i) open <= belongs & ~in_last_i;\n"
            "      out_valid <= completes;\n";
        if (seed_ != Seed::reset) resetting_ += "      open <= 1'b0;\n";
        resetting_ += "      out_valid <= 1'b0;\n";
        line("assign out_valid_o = out_valid;");
        if (streams) line("assign in_ready_o = moves & rst_ni;");
    }

    void write_lanes() {
        modules_ += lane_text(unit_, seed_ == Seed::product ? Seeded::yes : Seeded::no);
        const int w_bits = format::width(unit_.weight), a_bits = format::width(unit_.activation);
        for (int i = 0; i < unit_.lanes; ++i) {
            line("wire [{}:0] magnitude_{};", term_bits(unit_) - 2, i);
            line("wire [1:0] special_{};", i);
            line("wire negative_{0}, zero_{0};", i);
            line(
                "reference_lane lane_{0} (.w(w[{1}:{2}]), .a(a[{3}:{4}]), "
                ".magnitude(magnitude_{0}), "
                ".negative(negative_{0}), .zero(zero_{0}), .special(special_{0}));",
                i, (i + 1) * w_bits - 1, i * w_bits, (i + 1) * a_bits - 1, i * a_bits);
        }
    }

    /// "((s + t0) + t1)" or the like, over the lanes.
    template <class Step>
    [[nodiscard]] std::string over_lanes(std::string before, Step step) const {
        for (int i = 0; i < unit_.lanes; ++i) before = step(before, i);
        return before;
    }

    [[nodiscard]] std::string special_with_lanes(const std::string& before) const {
        return over_lanes(before, [](const std::string& rest, int lane) {
            return fmt::format("together({}, special_{})", rest, lane);
        });
    }

    [[nodiscard]] int places_of_terms() const {
        return golden::is_on_grid(unit_) ? 0 : golden::product_exponent(unit_) - sum_exponent();
    }
    [[nodiscard]] int sum_exponent() const {
        const int product = golden::product_exponent(unit_);
        return golden::is_on_grid(unit_)
                   ? product
                   : std::min(product, format::quantum_exponent(floating().format));
    }
    [[nodiscard]] int places_of_accumulator() const {
        return format::quantum_exponent(floating().format) - sum_exponent();
    }
    /// Bits of the sum before it is wrapped, clamped or rounded.
    [[nodiscard]] int sum_bits() const {
        const int accumulator = golden::is_on_grid(unit_)
                                    ? golden::accumulator_bits(unit_)
                                    : magnitude_bits(floating().format) + places_of_accumulator();
        return std::max(accumulator, term_bits(unit_) + places_of_terms()) +
               static_cast<int>(ceil_log2(static_cast<unsigned>(unit_.lanes))) + 2;
    }

    /// The wire `sum`: the lanes' products are added in pairs, then pairs of pairs; `before` comes
    /// last.
    void write_sum(const std::string& before) {
        const int top = sum_bits() - 1;
        line("wire [{}:0] sum_before = {};", top, before);
        if (unit_.lanes == 1 && has_minifloat()) {
            // Integers as two's complement, minifloats by sign and magnitude: a matter of taste,
            // and each makes the proofs of its kind short.
            line("wire [{0}:0] moved = magnitude_0 << {1};", top, places_of_terms());
            line("wire [{}:0] sum = negative_0 ? sum_before - moved : sum_before + moved;", top);
            return;
        }
        std::vector<std::string> terms;
        for (int i = 0; i < unit_.lanes; ++i) {
            line("wire [{}:0] moved_{} = magnitude_{} << {};", top, i, i, places_of_terms());
            line("wire [{0}:0] term_{1} = negative_{1} ? ~moved_{1} + 1'b1 : moved_{1};", top, i);
            terms.push_back(fmt::format("term_{}", i));
        }
        while (terms.size() > 1) {
            std::vector<std::string> sums;
            for (std::size_t i = 0; i + 1 < terms.size(); i += 2)
                sums.push_back(fmt::format("({} + {})", terms[i], terms[i + 1]));
            if (terms.size() % 2 != 0) sums.push_back(terms.back());
            terms = std::move(sums);
        }
        line("wire [{}:0] sum = sum_before + {};", top, terms.front());
    }

    /// What a register of the sum takes: 0 at a start, the handshakes' start with a pair.
    void write_state(const std::string& name, int bits, const std::string& next) {
        line("wire [{}:0] {}_next = {};", bits - 1, name, next);
        std::string& when = seed_ == Seed::hold ? always_ : moving_;
        if (has_handshake())
            when += fmt::format("      if (takes) {0} <= {0}_next;\n", name);
        else
            when += fmt::format("      {0} <= starts ? {1}'d0 : {0}_next;\n", name, bits);
    }
    /// The register as the next pair sees it.
    void write_before(const std::string& name, int bits) {
        line("reg  [{}:0] {};", bits - 1, name);
        line("wire [{}:0] {}_before = {};", bits - 1, name,
             has_handshake() ? fmt::format("starts ? {}'d0 : {}", bits, name) : name);
    }

    void write_grid() {
        const int bits = golden::accumulator_bits(unit_), wide = sum_bits();
        write_before("acc", bits);
        write_sum(fmt::format("{{{{{}{{acc_before[{}]}}}}, acc_before}}", wide - bits, bits - 1));
        const auto* fixed = std::get_if<FixedAccumulator>(&unit_.accumulator);
        std::string next = fmt::format("sum[{}:0]", bits - 1);
        if (fixed != nullptr && fixed->overflow == FixedAccumulator::Overflow::saturate) {
            // With the sign turned over, two's complement is ordered as plain numbers are.
            line("wire [{0}:0] top = {{1'b1, {{{0}{{1'b0}}}}}};", wide - 1);
            line("wire [{}:0] greatest = {{{{{}{{1'b0}}}}, {{{}{{1'b1}}}}}};", wide - 1,
                 wide - bits + 1, bits - 1);
            line("wire too_great = (sum ^ top) > (greatest ^ top);");
            line("wire too_small = (sum ^ top) < (~greatest ^ top);");
            next = fmt::format(
                "too_great ? greatest[{0}:0] : too_small ? ~greatest[{0}:0] : sum[{0}:0]",
                bits - 1);
        }
        write_state("acc", bits, next);
        line("assign acc_o = acc;");
        if (format::has_specials(unit_.weight) || format::has_specials(unit_.activation)) {
            write_before("special", 2);
            write_state("special", 2, special_with_lanes("special_before"));
        } else {
            line("wire [1:0] special = 2'd0;");
        }
        if (has("special")) line("assign special_o = special;");
    }

    [[nodiscard]] Rounding step_rounding() const {
        return {sum_bits(), sum_exponent(), floating().format, floating().overflow};
    }

    void write_float() {
        const format::Format& format = floating().format;
        const int bits = format::width(format), wide = sum_bits();
        write_before("acc", bits);
        body_ += decode_text("acc_before", format);
        line(
            "wire [{}:0] acc_magnitude = ({{{}'d0, acc_before_significand}} << acc_before_places)"
            " << {};",
            wide - 1, wide, places_of_accumulator());
        line("wire [{}:0] acc_value = acc_before_negative ? ~acc_magnitude + 1'b1 : acc_magnitude;",
             wide - 1);
        write_sum("acc_value");
        line("wire [{0}:0] magnitude = sum[{0}] ? ~sum + 1'b1 : sum;", wide - 1);
        line("wire only_negative_zeros = {};",
             over_lanes(fmt::format("acc_before_negative & acc_before_significand == 0 & "
                                    "~acc_before_nan & ~acc_before_infinite"),
                        [](const std::string& rest, int lane) {
                            return fmt::format("{} & negative_{} & zero_{}", rest, lane, lane);
                        }));
        line("wire negative = sum == 0 ? only_negative_zeros : sum[{}];", wide - 1);
        line("wire [1:0] special_sum = {};", special_with_lanes(special_of("acc_before")));
        line("wire [{}:0] rounded;", bits - 1);
        line("wire rounder_loses;");
        line(
            "reference_step_rounder step_rounder (.magnitude(magnitude), .negative(negative), "
            ".special(special_sum), .code(rounded), .lost(rounder_loses));");
        modules_ += rounder_text("reference_step_rounder", step_rounding(), Seeded::no);
        // A NaN that the format cannot hold is kept beside it, and the sum shows +0.
        const bool can_lose = !format::has_nan(format) && (format::has_specials(unit_.weight) ||
                                                           format::has_specials(unit_.activation) ||
                                                           format::has_infinity(format));
        if (can_lose) {
            write_before("lost", 1);
            write_state("lost", 1, "lost_before | rounder_loses");
        }
        write_state("acc", bits,
                    can_lose ? fmt::format("lost_next ? {}'d0 : rounded", bits) : "rounded");
        line("assign acc_o = acc;");
        body_ += decode_text("acc", format);
        line("wire [1:0] special = {};",
             can_lose ? "lost ? 2'd3 : " + special_of("acc") : special_of("acc"));
        if (has("special")) line("assign special_o = special;");
    }

    static std::string special_of(const std::string& name) {
        return fmt::format(
            "({0}_nan ? 2'd3 : {0}_infinite ? {{{0}_negative, ~{0}_negative}} : 2'd0)", name);
    }

    [[nodiscard]] Rounding result_rounding() const {
        const bool grid = golden::is_on_grid(unit_);
        return {
            grid ? golden::accumulator_bits(unit_) : magnitude_bits(floating().format),
            grid ? golden::product_exponent(unit_) : format::quantum_exponent(floating().format),
            unit_.result->format, unit_.result->overflow};
    }

    void write_result() {
        const Rounding rounding = result_rounding();
        const int top = rounding.bits - 1;
        if (golden::is_on_grid(unit_))
            line("wire [{0}:0] total = acc[{0}] ? ~acc + 1'b1 : acc;", top);
        else
            line("wire [{}:0] total = acc_significand << acc_places;", top);
        line("wire total_negative = special == 0 ? {} : special == 2;",
             golden::is_on_grid(unit_) ? fmt::format("acc[{}]", top) : "acc_negative");
        line("wire result_loses;");
        line(
            "reference_result_rounder result_rounder (.magnitude(total), "
            ".negative(total_negative), .special(special), .code(result_o), .lost(result_loses));");
        modules_ += rounder_text("reference_result_rounder", rounding,
                                 seed_ == Seed::result ? Seeded::yes : Seeded::no);
    }

    void write_registers() {
        line("always @(posedge clk_i) begin");
        body_ += always_;
        line("  if (moves) begin");
        body_ += moving_;
        line("  end");
        if (has("reset")) {
            line("  if (!rst_ni) begin");
            body_ += resetting_;
            line("  end");
        }
        line("end");
    }

    const emit::Manifest& manifest_;
    const golden::Unit& unit_;
    Seed seed_;
    std::string body_;
    std::string always_;     // assignments at every edge
    std::string moving_;     // assignments when anything moves
    std::string resetting_;  // assignments at a reset
    std::string modules_;
};

}  // namespace

std::string reference_port(const std::string& role) {
    if (role == "clock") return "clk_i";
    if (role == "reset") return "rst_ni";
    if (role == "enable") return "en_i";
    if (role == "weight") return "w_i";
    if (role == "activation") return "a_i";
    if (role == "accumulator") return "acc_o";
    const bool is_output =
        role == "special" || role == "result" || role == "in_ready" || role == "out_valid";
    return role + (is_output ? "_o" : "_i");
}

int widest_number(const emit::Manifest& manifest, const golden::Unit& unit) {
    return Writer(manifest, unit, Seed::none).widest();
}

std::string reference_text(const emit::Manifest& manifest, const golden::Unit& unit, Seed seed) {
    check(widest_number(manifest, unit) <= greatest_number, "a reference is of a sensible size");
    return Writer(manifest, unit, seed).text();
}

}  // namespace bitshed::proof
