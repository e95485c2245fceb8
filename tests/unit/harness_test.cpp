// The parts of the judge that need no simulator: rows, Verilator's messages, what is driven, and
// who is blamed for what.
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <tuple>

#include "emit/artifacts.hpp"
#include "golden/mac.hpp"
#include "golden/operand_table.hpp"
#include "harness/aimed_sums.hpp"
#include "harness/bench_text.hpp"
#include "harness/every_step.hpp"
#include "harness/golden_unit.hpp"
#include "harness/lint.hpp"
#include "harness/scoreboard.hpp"
#include "harness/stimulus.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"
#include "rtl/interpreter.hpp"
#include "support/random.hpp"

using namespace bitshed;
using namespace bitshed::harness;

namespace {

emit::Manifest manifest_of(const char* spec, const char* terms = "4608", bool enable = false) {
    mac::MacOptions options;
    options.spec = spec;
    options.terms = terms;
    options.enable = enable;
    const auto made = mac::make_mac_spec(options).value();
    return emit::make_manifest(made, mac::build_mac(made));
}

/// A unit under test with its stimulus and a response of its interpreter's, as if simulated.
struct Trial {
    explicit Trial(const char* text, const char* terms = "20") {
        mac::MacOptions options;
        options.spec = text;
        options.terms = terms;
        const auto spec = mac::make_mac_spec(options).value();
        unit.module = mac::build_mac(spec);
        unit.manifest = emit::make_manifest(spec, *unit.module);
        golden = golden_unit(unit.manifest).value();
        layout = make_layout(unit.manifest);
        stimulus = make_stimulus(golden, layout, unit.manifest.latency, {});
        respond();
    }

    void respond() {
        rtl::Interpreter interpreter(*unit.module);
        response.assign((stimulus.rows + 1) * layout.response_words, 0);
        for (std::size_t row = 0; row < stimulus.rows; ++row) {
            const auto given = std::span<const std::uint32_t>(stimulus.words)
                                   .subspan(row * layout.stimulus_words, layout.stimulus_words);
            interpreter.set(interpreter.input("clear_i"), get_bits(given, layout.clear->low, 1));
            interpreter.set(interpreter.input("w_i"),
                            get_bits(given, layout.weight.low, layout.weight.bits));
            interpreter.set(interpreter.input("a_i"),
                            get_bits(given, layout.activation.low, layout.activation.bits));
            interpreter.clock();
            put_limbs(row_of(row), layout.accumulator,
                      interpreter.get(interpreter.output("acc_o")));
        }
    }

    std::span<std::uint32_t> row_of(std::size_t row) {
        return std::span(response).subspan(row * layout.response_words, layout.response_words);
    }

    Verdict score() {
        return harness::score(unit, golden, layout, stimulus,
                              Response(response, layout.response_words, 0, layout.response_words),
                              Deadline(std::chrono::seconds(600)))
            .value();
    }

    UnitUnderTest unit;
    golden::Unit golden;
    Layout layout;
    Stimulus stimulus;
    std::vector<std::uint32_t> response;
};

}  // namespace

TEST_CASE("rows: bits put are bits got, and their neighbours stay") {
    Random random(1);
    std::vector<std::uint32_t> row(4);
    for (int i = 0; i < 10'000; ++i) {
        for (auto& word : row) word = static_cast<std::uint32_t>(random.next());
        const auto bits = static_cast<unsigned>(1 + random.below(32));
        const auto low = static_cast<unsigned>(random.below(128 - bits + 1));
        const auto before = row;
        const auto value = static_cast<std::uint32_t>(random.next());
        put_bits(row, low, bits, value);
        for (unsigned at = 0; at < 128; ++at) {
            const bool inside = at >= low && at < low + bits;
            const std::uint32_t expected =
                inside ? (value >> (at - low)) & 1 : (before[at / 32] >> (at % 32)) & 1;
            if (get_bits(row, at, 1) != expected)
                FAIL("bit " << at << " of " << low << "+" << bits);
        }
        if (get_bits(row, low, bits) != (bits == 32 ? value : value & ((1u << bits) - 1)))
            FAIL(low << "+" << bits);
    }
}

TEST_CASE("rows: limbs put are limbs got, at every place") {
    for (unsigned low = 0; low < 70; ++low) {
        const Field field{"x", low, 100};
        std::vector<std::uint32_t> row(6, ~0u);
        const std::vector<std::uint64_t> limbs{0x0123456789abcdefull, 0xfedcba987ull};
        put_limbs(row, field, limbs);
        std::vector<std::uint64_t> got(2);
        get_limbs(row, field, got);
        CHECK(got == limbs);
        CHECK(hex(row, field) == "0xfedcba9870123456789abcdef");
    }
}

TEST_CASE("layout: ports lie one after the other by their roles") {
    const Layout layout = make_layout(manifest_of("e4m3fn*e2m1", "16", true));
    CHECK(layout.clock == "clk_i");
    CHECK(layout.clear->low == 0);
    CHECK(layout.enable->low == 1);
    CHECK((layout.weight.low == 2 && layout.weight.bits == 8));
    CHECK((layout.activation.low == 10 && layout.activation.bits == 4));
    CHECK(layout.stimulus_words == 1);
    CHECK(layout.accumulator.low == 0);
    CHECK((layout.special->low == layout.accumulator.bits && layout.special->bits == 2));
    CHECK_FALSE(layout.result.has_value());
}

TEST_CASE("walk: every finite pair is added to every state that sums lead to") {
    for (const char* spec : {"e3m2*e3m1+e3m2fn", "e2m1*e2m1+e4m3", "e2m2ieee*int3+e3m2ieee"}) {
        INFO(spec);
        const auto unit = golden_unit(manifest_of(spec)).value();
        const auto finite = [](const format::Format& format) {
            std::set<std::uint32_t> codes;
            for (std::uint32_t code = 0; code < 1u << format::width(format); ++code) {
                const auto class_ = format::decode(format, code).class_;
                if (class_ != format::Class::infinity && class_ != format::Class::nan)
                    codes.insert(code);
            }
            return codes;
        };
        const auto weights = finite(unit.weight), activations = finite(unit.activation);
        golden::Mac mac(unit);
        const auto code = [&mac] {
            std::uint64_t limb = 0;
            mac.accumulator_code(std::span(&limb, 1));
            return static_cast<std::uint32_t>(limb);
        };
        // The states, found the plain way.
        std::set<std::uint32_t> states{code()};
        for (std::vector<std::uint32_t> open{code()}; !open.empty();) {
            const std::uint32_t from = open.back();
            open.pop_back();
            for (const std::uint32_t w : weights)
                for (const std::uint32_t a : activations) {
                    mac.resume(from);
                    mac.step(std::span(&w, 1), std::span(&a, 1));
                    if (states.insert(code()).second) open.push_back(code());
                }
        }
        CHECK(states.size() > 10);
        // The walk, as a unit would take it.
        std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> seen;
        mac.clear();
        const auto walk = walk_every_step(unit);
        for (const WalkStep& step : walk) {
            if (step.kind == WalkStep::Kind::clear) {
                mac.clear();
                continue;
            }
            seen.emplace(code(), step.w, step.a);
            mac.step(std::span(&step.w, 1), std::span(&step.a, 1));
        }
        CHECK(seen.size() == states.size() * weights.size() * activations.size());
        CHECK(walk.size() < 2 * seen.size());
    }
    CHECK(walk_every_step(golden_unit(manifest_of("e4m3*e4m3+fp16")).value()).empty());
    CHECK(walk_every_step(golden_unit(manifest_of("e2m1*e2m1")).value()).empty());
}

TEST_CASE("aimed sums: ties of a result and what lies one bit beside them") {
    mac::MacOptions options;
    options.spec = "uint3*e2m2";
    options.terms = "60";
    options.result = "bf16";
    const auto spec = mac::make_mac_spec(options).value();
    const auto unit = golden_unit(emit::make_manifest(spec, mac::build_mac(spec))).value();
    Random random(1);
    const auto sums = sums_beside_ties(unit, golden::accumulator_bits(unit) - 1, random);
    // bf16 keeps 8 bits: of a sum with its leading bit at place n, n - 7 are dropped; a tie above
    // an even and an odd code, and one with each lower bit.
    std::map<unsigned, std::set<golden::Integer>> dropped_of;
    for (const auto& sum : sums) {
        const auto leading = boost::multiprecision::msb(sum);
        REQUIRE(leading >= 8);
        dropped_of[leading].insert(sum & ((golden::Integer(1) << (leading - 7)) - 1));
    }
    CHECK(dropped_of.size() == static_cast<std::size_t>(golden::accumulator_bits(unit) - 1 - 8));
    for (const auto& [leading, dropped] : dropped_of) {
        const golden::Integer tie = golden::Integer(1) << (leading - 8);
        std::set<golden::Integer> expected{tie};
        for (unsigned place = 0; place + 1 < leading - 7; ++place)
            expected.insert(tie | (golden::Integer(1) << place));
        CHECK(dropped == expected);
    }
    const Products products(unit);
    const auto weights = golden::operand_table<golden::Integer>(unit.weight);
    const auto activations = golden::operand_table<golden::Integer>(unit.activation);
    for (const auto& sum : sums) {
        const auto pairs = products.adding_up_to(-sum, 10'000);
        REQUIRE(pairs.has_value());
        golden::Integer added = 0;
        for (const auto& pair : *pairs)
            added += weights[pair.w].multiple * activations[pair.a].multiple;
        CHECK(added == -sum);
    }
}

TEST_CASE("lint: messages of Verilator 5.006 are taken apart") {
    const auto messages = parse_verilator_log(
        "%Warning-WIDTH: units/m.v:1:147: Operator ADD expects 32 or 9 bits on the LHS, but LHS's "
        "VARREF 'w_i' generates 4 bits.\n"
        "                                : ... In instance bitshed_bench.unit_0\n"
        "    1 | module m(input wire clk_i);\n"
        "      |        ^~~\n"
        "                ... For warning description see https://verilator.org/warn/WIDTH?v=5.006\n"
        "%Error-PINNOTFOUND: bitshed_bench.v:5:29: Pin not found: 'w_i'\n"
        "%Error: m.v:1:1: syntax error, unexpected IDENTIFIER\n"
        "%Error: Exiting due to 1 error(s)\n");
    REQUIRE(messages.size() == 4);
    CHECK(messages[0].severity == LintMessage::Severity::warning);
    CHECK(messages[0].rule == "WIDTH");
    CHECK(messages[0].file == "units/m.v");
    CHECK(messages[0].line == 1);
    CHECK(messages[0].text.starts_with("Operator ADD expects"));
    CHECK(messages[1].severity == LintMessage::Severity::error);
    CHECK(messages[1].rule == "PINNOTFOUND");
    CHECK(misfits(messages) == std::vector<std::string>{"it has no port 'w_i'"});
    CHECK(messages[2].rule.empty());
    CHECK(messages[2].file == "m.v");
    CHECK(describe(messages[2]) == "line 1: syntax error, unexpected IDENTIFIER");
    CHECK(messages[3].file.empty());
}

TEST_CASE("golden_unit: a manifest that contradicts itself is refused with every reason") {
    auto manifest = manifest_of("e4m3*e4m3");
    CHECK(golden_unit(manifest).ok());
    manifest.accumulator.lsb_exponent = -17;
    manifest.ports[2].bits = 7;
    const auto refused = golden_unit(manifest);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::files);
    CHECK(refused.error().complaints[0].problem.find("lsb_exponent is -17") != std::string::npos);
    auto unknown = manifest_of("e4m3*e4m3");
    unknown.weight = "e9";
    unknown.activation = "bogus";
    REQUIRE_FALSE(golden_unit(unknown).ok());
    CHECK(golden_unit(unknown).error().complaints.size() == 2);
}

namespace {

/// What a stimulus holds, read back from its rows.
struct Reading {
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> pairs;  // of the phase of pairs
    std::int64_t longest = 0;                                      // products in one sum
    std::size_t held = 0, cleared_while_held = 0, clears = 0;
};

Reading read(const Stimulus& stimulus, const Layout& layout) {
    Reading reading;
    std::int64_t products = 0;
    bool begun = false;
    for (std::size_t index = 0; index < stimulus.rows; ++index) {
        const auto row = std::span<const std::uint32_t>(stimulus.words)
                             .subspan(index * layout.stimulus_words, layout.stimulus_words);
        const bool clear = get_bits(row, layout.clear->low, 1) != 0;
        if (layout.enable && get_bits(row, layout.enable->low, 1) == 0) {
            ++reading.held;
            reading.cleared_while_held += clear ? 1 : 0;
            continue;
        }
        reading.clears += clear ? 1 : 0;
        begun = begun || clear;
        products = clear ? 0 : products + 1;
        if (begun) reading.longest = std::max(reading.longest, products);
        if (!clear && index >= stimulus.pairs_begin && index < stimulus.pairs_end)
            ++reading.pairs[{get_bits(row, layout.weight.low, layout.weight.bits),
                             get_bits(row, layout.activation.low, layout.activation.bits)}];
    }
    return reading;
}

}  // namespace

TEST_CASE("stimulus: every pair once, and no sum longer than its terms") {
    for (const char* spec : {"e4m3*e2m1", "e2m1ieee*e4m3fn", "int3*uint5"}) {
        const auto manifest = manifest_of(spec, "20", true);
        const auto unit = golden_unit(manifest).value();
        const Layout layout = make_layout(manifest);
        const Stimulus stimulus = make_stimulus(unit, layout, manifest.latency, {});
        const Reading reading = read(stimulus, layout);
        CHECK(reading.pairs.size() == (1u << (layout.weight.bits + layout.activation.bits)));
        for (const auto& [pair, times] : reading.pairs)
            if (times != 1) FAIL(spec << ": a pair " << times << " times");
        CHECK(reading.longest == 20);
        CHECK(stimulus.extreme_products == 20);
        CHECK(reading.held > 500);
        CHECK(reading.cleared_while_held > 100);
        CHECK(reading.clears > 500);
        CHECK(stimulus.words == make_stimulus(unit, layout, manifest.latency, {}).words);
        CHECK(stimulus.words != make_stimulus(unit, layout, manifest.latency, {.seed = 2}).words);
    }
}

TEST_CASE("stimulus: a run of equal products ends at its cap") {
    const auto manifest = manifest_of("int3*int3", "1000000");
    const auto unit = golden_unit(manifest).value();
    const Layout layout = make_layout(manifest);
    CHECK(make_stimulus(unit, layout, 1, {.extreme_cycles = 3000}).extreme_products == 3000);
}

TEST_CASE("stimulus: in lanes every lane sees every pair") {
    golden::Unit unit = golden_unit(manifest_of("e2m1ieee*int3")).value();
    unit.lanes = 3;
    Layout layout;
    layout.clear = Field{"clear_i", 0, 1};
    layout.weight = Field{"w_i", 1, 12};
    layout.activation = Field{"a_i", 13, 9};
    layout.stimulus_words = 1;
    const Stimulus stimulus = make_stimulus(unit, layout, 1, {});
    std::vector<std::set<std::pair<std::uint32_t, std::uint32_t>>> seen(3);
    for (std::size_t row = stimulus.pairs_begin; row < stimulus.pairs_end; ++row)
        for (unsigned lane = 0; lane < 3; ++lane) {
            const auto words = std::span<const std::uint32_t>(stimulus.words).subspan(row, 1);
            if (get_bits(words, 0, 1) == 0)
                seen[lane].insert(
                    {get_bits(words, 1 + 4 * lane, 4), get_bits(words, 13 + 3 * lane, 3)});
        }
    for (const auto& lane : seen) CHECK(lane.size() == 128);
}

TEST_CASE("scoreboard: what agrees three ways is good") {
    Trial trial("int3*e2m1");
    const Verdict verdict = trial.score();
    INFO(describe(verdict));
    CHECK(verdict.passed());
    CHECK(verdict.pairs_visited == 128);
    CHECK(verdict.cycles == trial.stimulus.rows - 16);  // all after the first clear
}

TEST_CASE("scoreboard: one wrong bit in one cycle is found, where it is") {
    Trial trial("int3*e2m1");
    const std::size_t cycle = trial.stimulus.rows / 2;
    trial.row_of(cycle)[0] ^= 4;
    const Verdict verdict = trial.score();
    CHECK_FALSE(verdict.passed());
    CHECK(verdict.mismatches == 1);
    REQUIRE(verdict.first_mismatch.has_value());
    CHECK(verdict.first_mismatch->cycle == cycle);
    CHECK(verdict.blame == Blame::printer);
    REQUIRE(verdict.first_mismatch->ports.size() == 1);
    const PortValues& port = verdict.first_mismatch->ports[0];
    CHECK(port.port == "acc_o");
    CHECK(port.golden == port.interpreter.value());
    CHECK((std::stoul(port.golden, nullptr, 16) ^ std::stoul(port.verilog, nullptr, 16)) == 4);
}

TEST_CASE("scoreboard: who disagrees is blamed") {
    const auto blame = [](auto change) {
        Trial trial("int3*e2m1");
        change(trial);
        return trial.score().blame;
    };
    const auto wrong_verilog = [](Trial& trial) { trial.row_of(100)[0] ^= 1; };
    CHECK(blame([](Trial&) {}) == Blame::nobody);
    CHECK(blame(wrong_verilog) == Blame::printer);
    CHECK(blame([&](Trial& trial) {
              wrong_verilog(trial);
              trial.unit.origin = Origin::foreign;
          }) == Blame::judged_file);
    CHECK(blame([&](Trial& trial) {
              wrong_verilog(trial);
              trial.unit.module.reset();
          }) == Blame::unknown);
    CHECK(blame([&](Trial& trial) {
              wrong_verilog(trial);
              trial.unit.module.reset();
              trial.unit.origin = Origin::foreign;
          }) == Blame::judged_file);
    // int3 read as uint3: interpreter and Verilog agree against golden.
    const auto wrong_golden = [](Trial& trial) {
        trial.golden.weight = format::unsigned_integer(3);
    };
    CHECK(blame(wrong_golden) == Blame::datapath_or_golden);
    CHECK(blame([&](Trial& trial) {
              wrong_golden(trial);
              trial.row_of(trial.score().first_mismatch->cycle)[0] ^= 0x100;
          }) == Blame::several);
    CHECK(blame([](Trial& trial) { trial.row_of(trial.stimulus.rows)[0] = 2; }) == Blame::timing);
}

TEST_CASE("scoreboard: a run that compared nothing has failed") {
    Trial trial("int3*e2m1");
    for (std::size_t row = 0; row < trial.stimulus.rows; ++row) trial.stimulus.words[row] &= ~1u;
    const Verdict verdict = trial.score();
    CHECK(verdict.cycles == 0);
    CHECK(verdict.mismatches == 0);
    CHECK(verdict.pairs_visited == 0);
    CHECK_FALSE(verdict.passed());
    CHECK(describe(verdict).find("nothing was compared") != std::string::npos);
}

TEST_CASE("scoreboard: a pair that was not visited fails the unit") {
    Trial trial("int3*e2m1");
    // The pair phase loses one pair: the row repeats the one before it.
    const std::size_t row = trial.stimulus.pairs_end - 1;
    trial.stimulus.words[row] = trial.stimulus.words[row - 1];
    trial.respond();
    const Verdict verdict = trial.score();
    CHECK(verdict.mismatches == 0);
    CHECK(verdict.pairs_visited == 127);
    CHECK_FALSE(verdict.passed());
}

TEST_CASE("scoreboard: sums that were given are driven, counted, and all of them wanted") {
    Trial trial("int3*e2m1");
    const std::vector<std::uint32_t> before = trial.stimulus.words;
    CHECK_FALSE(trial.score().given_sums.has_value());
    const StimulusOptions options{
        .given_sums = {{{1, 1}, {3, 7}, {4, 15}}, {{2, 2}}, {{7, 9}, {1, 1}}}};
    trial.stimulus = make_stimulus(trial.golden, trial.layout, 1, options);
    CHECK(trial.stimulus.given_products == 6);
    REQUIRE(trial.stimulus.given_ends.size() == 3);
    // What the rows hold before the end of the first sum, and behind it a clear.
    const auto codes_in = [&](std::size_t row) {
        const auto given =
            std::span<const std::uint32_t>(trial.stimulus.words)
                .subspan(row * trial.layout.stimulus_words, trial.layout.stimulus_words);
        return std::tuple{get_bits(given, trial.layout.clear->low, 1),
                          get_bits(given, trial.layout.weight.low, 3),
                          get_bits(given, trial.layout.activation.low, 4)};
    };
    const std::size_t end = trial.stimulus.given_ends[0];
    CHECK(std::get<0>(codes_in(end - 3)) == 1);
    CHECK(codes_in(end - 2) == std::tuple{0u, 1u, 1u});
    CHECK(codes_in(end - 1) == std::tuple{0u, 3u, 7u});
    CHECK(codes_in(end) == std::tuple{0u, 4u, 15u});
    CHECK(std::get<0>(codes_in(end + 1)) == 1);
    trial.respond();
    const Verdict verdict = trial.score();
    CHECK(verdict.passed());
    CHECK(verdict.given_sums->given == 3);
    CHECK(verdict.given_sums->compared == 3);
    CHECK(verdict.given_sums->products == 6);

    // The unit is wrong in the last row of the second sum alone.
    auto wrong = trial;
    put_bits(
        wrong.row_of(wrong.stimulus.given_ends[1]), wrong.layout.accumulator.low, 1,
        ~get_bits(wrong.row_of(wrong.stimulus.given_ends[1]), wrong.layout.accumulator.low, 1) & 1);
    CHECK(wrong.score().mismatches == 1);
    CHECK(wrong.score().first_mismatch->cycle == wrong.stimulus.given_ends[1]);
    // A sum whose end is never seen.
    trial.stimulus.given_ends[2] = trial.stimulus.rows;
    CHECK(trial.score().mismatches == 0);
    CHECK(trial.score().given_sums->compared == 2);
    CHECK_FALSE(trial.score().passed());
    // Without any the cycles are as they were.
    CHECK(make_stimulus(trial.golden, trial.layout, 1, {}).words == before);
}

TEST_CASE("stimulus: a sum that was given fills the lanes, and ends with zeros") {
    const emit::Manifest manifest = manifest_of("e2m1*e2m1");
    golden::Unit unit = golden_unit(manifest).value();
    mac::MacOptions options;
    options.spec = "e2m1*e2m1";
    options.lanes = "2";
    const auto spec = mac::make_mac_spec(options).value();
    const auto two = emit::make_manifest(spec, mac::build_mac(spec));
    unit = golden_unit(two).value();
    const Layout layout = make_layout(two);
    const Stimulus stimulus =
        make_stimulus(unit, layout, 1, {.given_sums = {{{1, 2}, {3, 4}, {5, 6}}}});
    REQUIRE(stimulus.given_ends.size() == 1);
    const auto codes_in = [&](std::size_t row) {
        const auto given = std::span<const std::uint32_t>(stimulus.words)
                               .subspan(row * layout.stimulus_words, layout.stimulus_words);
        return std::pair{get_bits(given, layout.weight.low, 8),
                         get_bits(given, layout.activation.low, 8)};
    };
    CHECK(codes_in(stimulus.given_ends[0] - 1) == std::pair{0x31u, 0x42u});
    CHECK(codes_in(stimulus.given_ends[0]) == std::pair{0x05u, 0x06u});
}

TEST_CASE("scoreboard: a sum that its declared width cannot hold fails the unit") {
    Trial trial("int3*e2m1");
    std::get<golden::ExactAccumulator>(trial.golden.accumulator).terms = 1'000'000;
    CHECK(trial.score().passed());  // none of the sums that were run is too long
    trial.stimulus = make_stimulus(trial.golden, trial.layout, 1, {});
    trial.respond();
    const Verdict verdict = trial.score();
    CHECK_FALSE(verdict.passed());
    CHECK(verdict.blame == Blame::width);
}
