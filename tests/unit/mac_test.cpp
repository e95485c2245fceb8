// Units in the interpreter against sums made here from decoded codes: quick feedback on the
// datapath, without a simulator. Verilator judges the printed text over every code elsewhere.
#include <catch2/catch.hpp>

#include <deque>
#include <random>
#include <set>

#include "format/decoded.hpp"
#include "format/format.hpp"
#include "mac/build.hpp"
#include "mac/grid.hpp"
#include "mac/request.hpp"
#include "rtl/findings.hpp"
#include "rtl/interpreter.hpp"

namespace {

using bitshed::format::Class;
using bitshed::format::Decoded;
using bitshed::format::Format;
using bitshed::format::Integer;
using bitshed::mac::MacOptions;
using bitshed::mac::MacSpec;
using bitshed::mac::Overflow;
using bitshed::rtl::Interpreter;

/// What a cycle gives a unit: the codes of its lanes, or a clear.
struct Cycle {
    bool clear = false;
    std::vector<std::uint32_t> w, a;
};

/// The sum by the book: integers in units of the grid, and IEEE 754's rules for what is not finite.
class Sum {
  public:
    explicit Sum(const MacSpec& spec) : spec_(spec) {}

    void take(const Cycle& cycle) {
        if (cycle.clear) {
            sum_ = 0;
            positive_ = negative_ = nan_ = false;
            return;
        }
        Integer step = 0;
        for (std::size_t lane = 0; lane < cycle.w.size(); ++lane)
            step += product(cycle.w[lane], cycle.a[lane]);
        sum_ += step;
        const Integer half = Integer(1) << (spec_.accumulator.bits - 1);
        overflowed_ = overflowed_ || sum_ < -half || sum_ >= half;
        if (spec_.accumulator.overflow == Overflow::saturate) {
            if (sum_ < -half) sum_ = -half;
            if (sum_ >= half) sum_ = half - 1;
        } else {
            sum_ = (sum_ + half) % (2 * half);
            if (sum_ < 0) sum_ += 2 * half;
            sum_ -= half;
        }
    }

    /// acc_o's code, as limbs.
    [[nodiscard]] std::vector<std::uint64_t> code() const {
        Integer code = sum_ < 0 ? sum_ + (Integer(1) << spec_.accumulator.bits) : sum_;
        std::vector<std::uint64_t> limbs;
        for (int low = 0; low < spec_.accumulator.bits; low += 64) {
            limbs.push_back(static_cast<std::uint64_t>(code & ~std::uint64_t{0}));
            code >>= 64;
        }
        return limbs;
    }

    /// Whether a sum ever left the accumulator's range.
    [[nodiscard]] bool overflowed() const { return overflowed_; }

    [[nodiscard]] unsigned special() const {
        if (nan_ || (positive_ && negative_)) return 3;
        return positive_ ? 1 : negative_ ? 2 : 0;
    }

  private:
    /// A pair's finite product; what is not finite is remembered and adds 0.
    Integer product(std::uint32_t w_code, std::uint32_t a_code) {
        const Decoded w = bitshed::format::decode(spec_.weight, w_code);
        const Decoded a = bitshed::format::decode(spec_.activation, a_code);
        const bool infinite = w.class_ == Class::infinity || a.class_ == Class::infinity;
        const bool zero = w.class_ == Class::zero || a.class_ == Class::zero;
        if (w.class_ == Class::nan || a.class_ == Class::nan || (infinite && zero)) {
            nan_ = true;
            return 0;
        }
        if (infinite) {
            (w.negative != a.negative ? negative_ : positive_) = true;
            return 0;
        }
        if (zero) return 0;
        const Integer magnitude = Integer(w.significand) * a.significand
                                  << (w.exponent + a.exponent - spec_.accumulator.lsb_exponent);
        return w.negative != a.negative ? Integer(-magnitude) : magnitude;
    }

    const MacSpec& spec_;
    Integer sum_ = 0;
    bool positive_ = false, negative_ = false, nan_ = false, overflowed_ = false;
};

/// A unit beside its reference: the same cycles go to both, and all outputs are compared.
class Pair {
  public:
    explicit Pair(const MacOptions& options)
        : spec_(bitshed::mac::make_mac_spec(options).value()),
          module_(bitshed::mac::build_mac(spec_)),
          unit_(module_),
          sum_(spec_) {
        REQUIRE(bitshed::rtl::findings(module_) == std::vector<std::string>{});
        enable_cycle(true);
        for (int edge = 0; edge < spec_.stages + 1; ++edge) give({.clear = true});
    }

    void give(const Cycle& cycle) {
        in_flight_.push_back(cycle);
        set("clear_i", {cycle.clear ? 1u : 0u}, 1);
        set("w_i", cycle.w, bitshed::format::width(spec_.weight));
        set("a_i", cycle.a, bitshed::format::width(spec_.activation));
        unit_.clock();
        if (enabled_ && in_flight_.size() > static_cast<std::size_t>(spec_.stages)) {
            sum_.take(in_flight_.front());
            in_flight_.pop_front();
        }
        if (!enabled_) in_flight_.pop_back();  // it never happened
    }

    void enable_cycle(bool enabled) {
        enabled_ = enabled || spec_.enable == bitshed::mac::Enable::absent;
        if (spec_.enable == bitshed::mac::Enable::present) set("en_i", {enabled ? 1u : 0u}, 1);
    }

    [[nodiscard]] bool agrees() {
        const auto acc = unit_.get(unit_.output("acc_o"));
        if (!std::equal(acc.begin(), acc.end(), sum_.code().begin())) return false;
        if (!bitshed::mac::has_special_output(spec_)) return true;
        return unit_.get(unit_.output("special_o"))[0] == sum_.special();
    }

    [[nodiscard]] const MacSpec& spec() const { return spec_; }
    [[nodiscard]] bool overflowed() const { return sum_.overflowed(); }

  private:
    void set(const char* port, const std::vector<std::uint32_t>& codes, int width) {
        std::vector<std::uint64_t> limbs(static_cast<std::size_t>((spec_.lanes * 8 + 63) / 64), 0);
        for (std::size_t lane = 0; lane < codes.size(); ++lane)
            for (int i = 0; i < width; ++i) {
                const auto place =
                    lane * static_cast<std::size_t>(width) + static_cast<unsigned>(i);
                limbs[place / 64] |= std::uint64_t{(codes[lane] >> i) & 1} << (place % 64);
            }
        unit_.set(unit_.input(port), limbs);
    }

    MacSpec spec_;
    bitshed::rtl::Module module_;
    Interpreter unit_;
    Sum sum_;
    std::deque<Cycle> in_flight_;
    bool enabled_ = true;
};

std::vector<std::uint32_t> random_codes(std::mt19937_64& random, const Format& format, int lanes) {
    std::vector<std::uint32_t> codes;
    for (int lane = 0; lane < lanes; ++lane)
        codes.push_back(static_cast<std::uint32_t>(random()) & bitshed::format::code_mask(format));
    return codes;
}

/// Random pairs with clears and, where there is one, pauses of the enable.
void run_random(const MacOptions& options, std::uint64_t seed) {
    Pair pair(options);
    std::mt19937_64 random(seed);
    CAPTURE(bitshed::mac::module_name(pair.spec()), seed);
    const int cycles = pair.spec().lanes > 8 ? 100 : 600;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        pair.enable_cycle(random() % 4 != 0);
        pair.give({.clear = random() % 16 == 0,
                   .w = random_codes(random, pair.spec().weight, pair.spec().lanes),
                   .a = random_codes(random, pair.spec().activation, pair.spec().lanes)});
        CAPTURE(cycle);
        REQUIRE(pair.agrees());
    }
}

constexpr const char* pairs[] = {
    "e4m3*e4m3",       "e5m2*e2m1",       "int8*int8",         "uint8*int4",    "uint8*uint8",
    "e4m3fn*e5m2ieee", "e3m2b5*e2m3",     "e4m3fnuz*int4",     "uint3*e3m0",    "e1m0*e1m6",
    "e7m0*e7m0ieee",   "e1m0fn*e2m1ieee", "e2m0ieee*e4m3b-20", "e3m4ieee*int8", "e1m2*uint2"};

}  // namespace

TEST_CASE("unit: every pair of codes adds its product, from 0 and from a sum") {
    for (const char* spec : pairs) {
        Pair pair({.spec = spec});
        std::size_t visited = 0;
        for (std::uint32_t w = 0; w <= bitshed::format::code_mask(pair.spec().weight); ++w)
            for (std::uint32_t a = 0; a <= bitshed::format::code_mask(pair.spec().activation);
                 ++a) {
                CAPTURE(spec, w, a);
                if (a % 8 == 0) pair.give({.clear = true});
                pair.give({.clear = false, .w = {w}, .a = {a}});
                REQUIRE(pair.agrees());
                ++visited;
            }
        CHECK(visited == std::size_t{1} << (bitshed::format::width(pair.spec().weight) +
                                            bitshed::format::width(pair.spec().activation)));
    }
}

TEST_CASE("unit: any sequence of pairs and clears, on 0 to 4 stages, with and without an enable") {
    std::uint64_t seed = 1;
    for (const char* spec : pairs)
        for (const char* stages : {"0", "1", "2", "3", "4"})
            for (const bool enable : {false, true})
                run_random({.spec = spec, .stages = stages, .enable = enable}, seed++);
}

TEST_CASE("unit: every architecture, on 0 to 4 stages, in one lane and in three") {
    std::uint64_t seed = 500;
    std::set<std::string> built;
    for (const char* spec : pairs)
        for (const auto& architecture : bitshed::mac::every_architecture())
            for (const char* stages : {"0", "1", "2", "3", "4"})
                for (const char* lanes : {"1", "3"}) {
                    MacOptions options{.spec = spec, .lanes = lanes, .stages = stages};
                    bitshed::mac::ask_for(architecture, options);
                    const auto made = bitshed::mac::make_mac_spec(options);
                    // Some do not go with some pairs, others make no unit more.
                    if (made && built.insert(bitshed::mac::module_name(made.value())).second)
                        run_random(options, seed++);
                }
    CHECK(built.size() > 1000);
}

TEST_CASE("unit: several lanes add the exact sum of their products") {
    std::uint64_t seed = 1000;
    for (const char* spec :
         {"e4m3*e4m3", "int8*int8", "uint4*uint4", "e4m3fn*e5m2ieee", "int4*e2m1"})
        for (const char* lanes : {"2", "3", "8", "64"})
            for (const char* stages : {"0", "2", "4"})
                run_random({.spec = spec, .lanes = lanes, .stages = stages}, seed++);
}

TEST_CASE("unit: a fixed accumulator wraps or clamps, narrow and wide") {
    std::uint64_t seed = 2000;
    for (const char* spec : {"e4m3*e4m3", "int8*int8", "e4m3fn*e5m2ieee", "uint8*uint8"})
        for (const char* bits : {"2", "3", "17", "24", "63", "64", "65", "200"})
            for (const char* overflow : {"wrap", "saturate"})
                for (const char* lanes : {"1", "3"})
                    run_random({.spec = std::string(spec) + "+fixed" + bits,
                                .overflow = overflow,
                                .lanes = lanes,
                                .stages = "1"},
                               seed++);
}

TEST_CASE("unit: N products of either extreme fit") {
    for (const char* spec : {"uint8*uint8", "int8*int8", "int8*uint8", "e4m3*e4m3", "e5m2*int4"})
        for (const bool negative : {false, true}) {
            Pair pair({.spec = spec, .terms = "5"});
            const auto& weight = pair.spec().weight;
            const std::uint32_t w = negative ? bitshed::format::least_finite_code(weight)
                                             : bitshed::format::largest_finite_code(weight);
            const std::uint32_t a = bitshed::format::largest_finite_code(pair.spec().activation);
            for (int term = 0; term < 5; ++term) {
                pair.give({.clear = false, .w = {w}, .a = {a}});
                REQUIRE(pair.agrees());
            }
            CHECK_FALSE(pair.overflowed());
        }
}

TEST_CASE("unit: a NaN operand poisons the sum until clear, opposing infinities too") {
    // e5m2ieee: 0x7c is infinity, 0xfc its opposite, 0x7d a NaN, 0x3c one.
    struct Step {
        std::uint32_t w, a;
        unsigned special;
    };
    const std::vector<std::vector<Step>> sequences = {
        {{0x3c, 0x3c, 0}, {0x7d, 0x3c, 3}, {0x3c, 0x3c, 3}, {0x7c, 0x3c, 3}},
        {{0x7c, 0x3c, 1}, {0x3c, 0xbc, 1}, {0xfc, 0x3c, 3}, {0x3c, 0x3c, 3}},
        {{0x7c, 0xbc, 2}, {0xfc, 0x3c, 2}, {0x3c, 0x3c, 2}},
        {{0x7c, 0x00, 3}},
        {{0x80, 0xfc, 3}},
        {{0xfc, 0xfc, 1}}};
    for (const char* stages : {"0", "1", "2", "3", "4"}) {
        const auto spec =
            bitshed::mac::make_mac_spec({.spec = "e5m2ieee*e5m2ieee", .stages = stages}).value();
        const auto module = bitshed::mac::build_mac(spec);
        Interpreter unit(module);
        for (const auto& sequence : sequences) {
            // The state after each pair is seen `stages` edges later, while zeros are given.
            for (std::size_t length = 1; length <= sequence.size(); ++length) {
                unit.set(unit.input("clear_i"), 1);
                unit.clock();
                unit.set(unit.input("clear_i"), std::uint64_t{0});
                for (std::size_t i = 0; i < length; ++i) {
                    unit.set(unit.input("w_i"), sequence[i].w);
                    unit.set(unit.input("a_i"), sequence[i].a);
                    unit.clock();
                }
                unit.set(unit.input("w_i"), std::uint64_t{0});
                unit.set(unit.input("a_i"), std::uint64_t{0});
                for (int edge = 0; edge < spec.stages; ++edge) unit.clock();
                CHECK(unit.get(unit.output("special_o"))[0] == sequence[length - 1].special);
            }
        }
    }
}
