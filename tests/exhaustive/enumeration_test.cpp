// Float accumulators by enumeration: every pair of codes with every code of the accumulator, and
// fp32, whose codes are too many, against the host's own fused multiply-add.
#include <dlfcn.h>
#include <fmt/format.h>

#include <atomic>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <iostream>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

#include "coverage.hpp"
#include "emit/artifacts.hpp"
#include "format/decoded.hpp"
#include "golden/mac.hpp"
#include "golden/operand_table.hpp"
#include "harness/golden_unit.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"
#include "support/process.hpp"
#include "support/random.hpp"
#include "support/text.hpp"

using namespace bitshed;
namespace fs = std::filesystem;

namespace {

std::size_t workers() {
    return std::max(1u, std::thread::hardware_concurrency());
}

/// Runs work(0) .. work(workers() - 1) side by side.
template <class Work>
void in_parallel(const Work& work) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < workers(); ++i) threads.emplace_back([&work, i] { work(i); });
}

void replace_one(std::string& text, const std::string& from, const std::string& to) {
    INFO(from);
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.find(from, at + 1) == std::string::npos);
    text.replace(at, from.size(), to);
}

/// The emitted text with the accumulator's register opened: what it holds comes from outside, and
/// acc_o is what it takes next. Nothing between the two is touched.
std::string opened(std::string text, int bits) {
    /// The only line that begins with `head` and names `signal`.
    const auto line_of = [&text](std::string_view head, std::string_view signal) {
        std::vector<std::string> found;
        for (const std::string& line : split(text, '\n'))
            if (line.starts_with(head) && line.find(signal) != std::string::npos)
                found.push_back(line + "\n");
        INFO(head << " " << signal);
        REQUIRE(found.size() == 1);
        return found[0];
    };
    replace_one(text, line_of("  reg ", " acc_q;"), "");
    const std::string port = line_of("  output wire ", " acc_o ");
    replace_one(text, port, fmt::format("  input wire [{}:0] acc_q,\n", bits - 1) + port);
    const std::string block = text.substr(text.find("  always @(posedge clk_i) begin"));
    replace_one(text, block.substr(0, block.find("  end\n") + 6), "");
    replace_one(text, line_of("  assign acc_o ", " acc_q;"), "  assign acc_o = acc_d;\n");
    return text;
}

/// A unit's step in C++, by Verilator.
class Step {
  public:
    struct Damage {
        std::string from, to;
    };

    explicit Step(const std::string& spec, const std::string& overflow = "",
                  const Damage& damage = {})
        : folder_("enumeration") {
        mac::MacOptions options;
        options.spec = spec;
        if (!overflow.empty()) options.overflow = overflow;
        const auto decided = mac::make_mac_spec(options).value();
        const auto artifacts = emit::make_artifacts(decided, mac::build_mac(decided));
        module = artifacts.manifest.module;
        unit = harness::golden_unit(artifacts.manifest).value();
        const auto& path = folder_.path();
        std::string text = opened(artifacts.verilog(), golden::accumulator_bits(unit));
        if (!damage.from.empty()) replace_one(text, damage.from, damage.to);
        REQUIRE(write_file(path / "step.v", text).ok());
        tool({"verilator", "--cc", "-O3", "--prefix", "Vstep", "-Wno-fatal", "-Wno-lint", "--Mdir",
              "obj", "step.v"});
        auto compile = compile_command();
        for (const std::string& more :
             {std::string("-O3"), std::string("-shared"), std::string("-Iobj"), std::string("-o"),
              std::string("step.so"),
              std::string(BITSHED_TESTS_DIR) + "/exhaustive/step_driver.cpp"})
            compile.push_back(more);
        for (const auto& entry : fs::directory_iterator(path / "obj"))
            if (entry.path().extension() == ".cpp") compile.push_back(entry.path().string());
        for (const fs::path& object : runtime()) compile.push_back(object.string());
        tool(compile);
        library_ = dlopen((path / "step.so").c_str(), RTLD_NOW | RTLD_LOCAL);
        REQUIRE(library_ != nullptr);
        make_ = reinterpret_cast<void* (*)()>(dlsym(library_, "make_step"));
        run_ = reinterpret_cast<Run>(dlsym(library_, "run_step"));
        REQUIRE((make_ != nullptr && run_ != nullptr));
    }

    /// One a thread; the library keeps it.
    void* instance() const { return make_(); }

    void run(void* instance, std::uint32_t w, std::uint32_t a, std::span<const std::uint32_t> acc,
             std::span<std::uint32_t> next) const {
        run_(instance, w, a, acc.data(), next.data(), acc.size());
    }

    golden::Unit unit;
    std::string module;

  private:
    using Run = void (*)(void*, std::uint32_t, std::uint32_t, const std::uint32_t*, std::uint32_t*,
                         std::uint64_t);

    void tool(const std::vector<std::string>& arguments) {
        const auto ended = bitshed::run(
            {.arguments = arguments, .folder = folder_.path(), .log = folder_.path() / "log"});
        REQUIRE(ended.ok());
        INFO(read_file(folder_.path() / "log").value());
        REQUIRE(ended.value().status == 0);
    }

    /// g++ with the folders of Verilator's run-time library.
    std::vector<std::string> compile_command() {
        const std::string include = root() + "/include";
        return {"g++",       "-std=gnu++17",    "-w",
                "-fPIC",     "-I" + include,    "-I" + include + "/vltstd",
                "-DVM_SC=0", "-DVM_COVERAGE=0", "-DVM_TRACE=0"};
    }

    std::string root() {
        const fs::path answer = folder_.path() / "answer";
        const auto ended = bitshed::run(
            {.arguments = {"verilator", "--getenv", "VERILATOR_ROOT"}, .standard_output = answer});
        REQUIRE((ended.ok() && ended.value().status == 0));
        return std::string(trim(read_file(answer).value()));
    }

    /// Verilator's run-time library, compiled once for all steps.
    std::vector<fs::path> runtime() {
        static const ScratchFolder folder("enumeration-runtime");
        std::vector<fs::path> objects;
        for (const std::string name : {"verilated", "verilated_threads"}) {
            objects.push_back(folder.path() / (name + ".o"));
            if (fs::exists(objects.back())) continue;
            auto compile = compile_command();
            for (const std::string& more :
                 {std::string("-O1"), std::string("-c"), std::string("-o"), objects.back().string(),
                  root() + "/include/" + name + ".cpp"})
                compile.push_back(more);
            tool(compile);
        }
        return objects;
    }

    ScratchFolder folder_;
    void* library_ = nullptr;
    void* (*make_)() = nullptr;
    Run run_ = nullptr;
};

/// A disagreement, in words; the first one is kept.
class Complaint {
  public:
    void say(std::uint32_t w, std::uint32_t a, std::uint32_t acc, std::uint32_t is,
             std::uint32_t should) {
        const std::lock_guard lock(mutex_);
        if (words_.empty())
            words_ = fmt::format("w {:#x}, a {:#x}, acc {:#x}: {:#x}, should be {:#x}", w, a, acc,
                                 is, should);
        ++count;
    }
    [[nodiscard]] const std::string& words() const { return words_; }
    std::atomic<std::uint64_t> count{0};

  private:
    std::mutex mutex_;
    std::string words_;
};

/// What golden says depends on the product alone; pairs of one product share it.
using Product = std::tuple<golden::Special, bool, golden::Integer>;

std::map<Product, std::vector<std::pair<std::uint32_t, std::uint32_t>>> pairs_by_product(
    const golden::Unit& unit) {
    const auto weights = golden::operand_table<golden::Integer>(unit.weight);
    const auto activations = golden::operand_table<golden::Integer>(unit.activation);
    std::map<Product, std::vector<std::pair<std::uint32_t, std::uint32_t>>> groups;
    for (std::uint32_t w = 0; w < weights.size(); ++w)
        for (std::uint32_t a = 0; a < activations.size(); ++a)
            groups[{golden::product_special(weights[w].factor(), activations[a].factor()),
                    weights[w].negative != activations[a].negative,
                    golden::Integer(weights[w].multiple * activations[a].multiple)}]
                .emplace_back(w, a);
    return groups;
}

/// Every (w, a, acc): how many differ from what golden says.
std::uint64_t differences(const Step& step) {
    const int bits = golden::accumulator_bits(step.unit);
    std::vector<std::uint32_t> every(std::size_t{1} << bits);
    std::iota(every.begin(), every.end(), 0u);
    const auto groups = pairs_by_product(step.unit);
    std::vector<const std::vector<std::pair<std::uint32_t, std::uint32_t>>*> work;
    for (const auto& [product, pairs] : groups) work.push_back(&pairs);
    std::atomic<std::size_t> next_group{0};
    std::atomic<std::uint64_t> compared{0};
    Complaint complaint;
    in_parallel([&](std::size_t) {
        void* const instance = step.instance();
        golden::Mac mac(step.unit);
        std::vector<std::uint32_t> expected(every.size()), next(every.size());
        for (std::size_t i = next_group++; i < work.size(); i = next_group++) {
            const auto& pairs = *work[i];
            for (const std::uint32_t acc : every) {
                mac.resume(acc);
                mac.step(std::array{pairs[0].first}, std::array{pairs[0].second});
                std::uint64_t code = 0;
                mac.accumulator_code(std::span(&code, 1));
                expected[acc] = static_cast<std::uint32_t>(code);
            }
            for (const auto& [w, a] : pairs) {
                step.run(instance, w, a, every, next);
                compared += every.size();
                if (next == expected) continue;
                for (const std::uint32_t acc : every)
                    if (next[acc] != expected[acc])
                        complaint.say(w, a, acc, next[acc], expected[acc]);
            }
        }
    });
    if (complaint.count > 0) std::cout << complaint.words() << "\n";
    const int all = format::width(step.unit.weight) + format::width(step.unit.activation) + bits;
    CHECK(compared == std::uint64_t{1} << all);
    std::cout << fmt::format("{}: {} triples ({} products), {} differ\n", step.module,
                             compared.load(), groups.size(), complaint.count.load());
    return complaint.count;
}

/// An operand's value as a float, exactly.
std::vector<float> values_of(const format::Format& format) {
    std::vector<float> values;
    for (std::uint32_t code = 0; code <= format::code_mask(format); ++code) {
        const auto decoded = format::decode(format, code);
        float value = std::ldexp(static_cast<float>(decoded.significand), decoded.exponent);
        if (decoded.class_ == format::Class::infinity) value = INFINITY;
        if (decoded.class_ == format::Class::nan) value = NAN;
        values.push_back(decoded.negative ? -value : value);
    }
    return values;
}

/// fp32 with random accumulators: half of them anything, half of them near the product.
std::uint64_t compare_with_host(const std::string& spec, std::uint64_t accumulators_of_each) {
    const Step step(spec);
    const auto weights = values_of(step.unit.weight), activations = values_of(step.unit.activation);
    const std::uint64_t pairs = weights.size() * activations.size();
    std::atomic<std::uint64_t> next_pair{0}, compared{0};
    Complaint complaint;
    in_parallel([&](std::size_t) {
        void* const instance = step.instance();
        std::vector<std::uint32_t> accumulators(accumulators_of_each), next(accumulators.size());
        for (std::uint64_t pair = next_pair++; pair < pairs; pair = next_pair++) {
            const auto w = static_cast<std::uint32_t>(pair / activations.size());
            const auto a = static_cast<std::uint32_t>(pair % activations.size());
            bitshed::Random random(pair + 1);
            const auto near = std::bit_cast<std::uint32_t>(weights[w] * activations[a]) >> 23 & 255;
            for (auto& acc : accumulators) {
                const auto bits = static_cast<std::uint32_t>(random.next());
                acc = bits;
                if ((bits & 1) == 0) continue;
                // Within 30 binades of the product; now and then with a short fraction, for ties.
                const auto exponent = std::min<std::uint32_t>(
                    254, static_cast<std::uint32_t>(std::max<int>(
                             0, static_cast<int>(near) - 30 + static_cast<int>(random.below(61)))));
                acc = (bits & 0x807fffff) | exponent << 23;
                if (random.one_in(4)) acc &= ~((1u << random.below(23)) - 1);
            }
            step.run(instance, w, a, accumulators, next);
            for (std::size_t i = 0; i < accumulators.size(); ++i) {
                const float sum =
                    std::fma(weights[w], activations[a], std::bit_cast<float>(accumulators[i]));
                const auto should =
                    std::isnan(sum) ? 0x7fc00000u : std::bit_cast<std::uint32_t>(sum);
                if (next[i] != should) complaint.say(w, a, accumulators[i], next[i], should);
            }
            compared += accumulators.size();
        }
    });
    INFO(complaint.words());
    CHECK(complaint.count == 0);
    CHECK(compared == pairs * accumulators_of_each);
    std::cout << fmt::format("{}: {} triples against the host's fma, {} differ\n", step.module,
                             compared.load(), complaint.count.load());
    return compared;
}

}  // namespace

TEST_CASE("small float accumulators: every pair with every sum") {
    CHECK(differences(Step("e3m2*e3m2+e4m3fn")) == 0);
    CHECK(differences(Step("e2m3*e3m2+e3m4", "saturate")) == 0);
    CHECK(differences(Step("e2m1*e2m1+e5m2ieee")) == 0);
    CHECK(differences(Step("e2m2ieee*int4+e4m3ieee")) == 0);
    CHECK(differences(Step("e2m1fnuz*e3m1fn+e4m4fnuz")) == 0);
    CHECK(differences(Step("int4*uint3+fp16")) == 0);
}

TEST_CASE("enumeration: a tie that is rounded up and a lost sign of zero are found") {
    const std::string spec = "e2m1*e2m1+e4m3fn";
    CHECK(differences(Step(spec, "", {"| acc_kept[0])", "| 1'd1)"})) > 0);
    CHECK(differences(Step(spec, "", {"acc_is_zero ? acc_zero_sign :", "acc_is_zero ? 1'd0 :"})) >
          0);
}

TEST_CASE("fp32: ten million triples are what the host computes") {
    compare_with_host("e4m3*e4m3+fp32", 80);
    compare_with_host("e5m2ieee*e4m3fn+fp32", 80);
}

TEST_CASE("fp16 and bf16: every pair with every sum, 2^32 triples each", "[.slow]") {
    for (const char* spec :
         {"e4m3*e4m3+fp16", "e5m2*e5m2+fp16", "e4m3*e4m3+bf16", "e5m2*e5m2+bf16"})
        CHECK(differences(Step(spec)) == 0);
}

TEST_CASE("fp32: hundreds of millions of triples are what the host computes", "[.slow]") {
    compare_with_host("e4m3*e4m3+fp32", 4000);
    compare_with_host("e5m2*e5m2+fp32", 4000);
    compare_with_host("e5m2ieee*e4m3fn+fp32", 4000);
}
