#include "harness/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "harness/golden_unit.hpp"
#include "harness/scoreboard.hpp"
#include "harness/verilator.hpp"
#include "support/files.hpp"

namespace bitshed::harness {

namespace {

/// A unit on its way to a verdict. One that has cells of a device is two: each of its texts.
struct Case {
    const UnitUnderTest* unit = nullptr;
    Reading reading = Reading::simulation;
    golden::Unit golden;
    Layout layout;
    std::optional<Result<Verdict>> verdict;
};

using Group = std::vector<Case*>;

Result<golden::Unit> admit(const UnitUnderTest& unit) {
    const emit::Manifest& manifest = unit.manifest;
    if (manifest.interval != 1)
        return Error(ErrorKind::request,
                     fmt::format("{}: units that take a pair every {} cycles cannot be judged yet",
                                 manifest.module, manifest.interval),
                     "interval 1");
    std::vector<const char*> needed{"clear"};
    if (manifest.handshake != "none")
        needed = {"reset", "in_valid", "in_first", "in_last", "out_valid"};
    if (manifest.handshake == "stream") needed.insert(needed.end(), {"in_ready", "out_ready"});
    for (const char* role : needed)
        if (manifest.port(role) == nullptr)
            return Error(ErrorKind::files, fmt::format("manifest of {}: no port has the role '{}'",
                                                       manifest.module, role));
    return golden_unit(unit.manifest);
}

std::size_t pair_count(const Case& each) {
    return std::size_t{1} << (format::width(each.golden.weight) +
                              format::width(each.golden.activation));
}

/// Units with about as many pairs that are read alike share a bench, for it runs as long as its
/// longest; names are distinct, and a foreign unit, which may hold any modules, is alone.
std::vector<Group> group(std::vector<Case>& cases, std::size_t units_per_bench) {
    std::vector<Case*> order;
    for (Case& each : cases)
        if (!each.verdict) order.push_back(&each);
    std::stable_sort(order.begin(), order.end(), [](const Case* a, const Case* b) {
        return std::pair(a->reading, pair_count(*b)) < std::pair(b->reading, pair_count(*a));
    });
    std::vector<Group> groups;
    std::set<std::string> names;
    bool closed = true;
    for (Case* each : order) {
        const std::string& name = each->unit->manifest.module;
        const bool alone = each->unit->origin == Origin::foreign;
        if (closed || alone || groups.back().size() == units_per_bench || names.contains(name) ||
            groups.back().front()->reading != each->reading) {
            groups.emplace_back();
            names.clear();
        }
        groups.back().push_back(each);
        names.insert(name);
        closed = alone;
    }
    return groups;
}

class Court {
  public:
    Court(const JudgeOptions& options, const Deadline& deadline, Verilator& verilator,
          const std::filesystem::path& scratch)
        : options_(options), deadline_(deadline), verilator_(verilator), scratch_(scratch) {}

    void judge(const Group& group) {
        const auto folder = scratch_ / fmt::format("bench_{}", benches_++);
        const auto outcome = try_group(group, folder);
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
        if (outcome.ok()) return;
        if (group.size() > 1 && outcome.error().kind == ErrorKind::tool) {
            // One unit must not take the others down with it.
            for (Case* each : group) judge({each});
            return;
        }
        for (Case* each : group) settle(*each, outcome.error());
    }

  private:
    Outcome try_group(const Group& group, const std::filesystem::path& folder) {
        std::vector<BenchUnit> units;
        for (const Case* each : group) units.push_back({each->unit, &each->layout, each->reading});
        std::vector<Stimulus> stimuli;
        std::size_t rows = 0;
        for (const Case* each : group) {
            stimuli.push_back(make_stimulus(each->golden, each->layout,
                                            each->unit->manifest.latency, options_.stimulus));
            rows = std::max(rows, stimuli.back().rows);
        }
        const auto bench = verilator_.build(units, rows, folder);
        if (!bench.ok()) return bench.error();
        auto response =
            verilator_.simulate(bench.value(), interleaved(group, stimuli, rows, bench.value()),
                                rows, options_.stimulus.seed);
        if (!response.ok()) return response.error();

        std::size_t first_word = 0;
        for (std::size_t i = 0; i < group.size(); ++i) {
            const Case& each = *group[i];
            auto verdict = score(*each.unit, each.golden, each.layout, stimuli[i],
                                 Response(response.value(), bench.value().response_words,
                                          first_word, each.layout.response_words),
                                 deadline_);
            first_word += each.layout.response_words;
            if (!verdict.ok()) {
                settle(*group[i], verdict.error());
                continue;
            }
            Verdict complete = std::move(verdict).value();
            if (each.reading == Reading::simulation) complete.lint = bench.value().lint[i];
            complete.lint_is_judged = each.unit->origin == Origin::ours;
            complete.seed = options_.stimulus.seed;
            complete.simulator = verilator_.version();
            settle(*group[i], std::move(complete));
        }
        return success();
    }

    /// The units' rows side by side; a unit that is through gets its last row again.
    static std::vector<std::uint32_t> interleaved(const Group& group,
                                                  const std::vector<Stimulus>& stimuli,
                                                  std::size_t rows, const Bench& bench) {
        std::vector<std::uint32_t> all(rows * bench.stimulus_words);
        std::size_t first_word = 0;
        for (std::size_t i = 0; i < group.size(); ++i) {
            const std::size_t words = group[i]->layout.stimulus_words;
            for (std::size_t row = 0; row < rows; ++row) {
                const std::size_t from = std::min(row, stimuli[i].rows - 1) * words;
                std::copy_n(stimuli[i].words.begin() + static_cast<std::ptrdiff_t>(from), words,
                            all.begin() + static_cast<std::ptrdiff_t>(row * bench.stimulus_words +
                                                                      first_word));
            }
            first_word += words;
        }
        return all;
    }

    void settle(Case& each, Result<Verdict> verdict) {
        const std::lock_guard lock(settling_);
        each.verdict = std::move(verdict);
        if (each.reading == Reading::simulation) options_.on_progress(++settled_);
    }

    const JudgeOptions& options_;
    const Deadline& deadline_;
    Verilator& verilator_;
    std::filesystem::path scratch_;
    std::atomic<std::size_t> benches_{0};
    std::mutex settling_;
    std::size_t settled_ = 0;
};

}  // namespace

std::vector<Result<Verdict>> judge(const std::vector<UnitUnderTest>& units,
                                   const JudgeOptions& options) {
    const Deadline deadline(options.limit);
    std::vector<Case> cases;
    for (const UnitUnderTest& unit : units) {
        cases.push_back({&unit, Reading::simulation, {}, {}, std::nullopt});
        auto admitted = admit(unit);
        if (!admitted.ok()) {
            cases.back().verdict = admitted.error();
            continue;
        }
        cases.back().golden = admitted.value();
        cases.back().layout = make_layout(unit.manifest);
        if (!unit.manifest.cells) continue;
        cases.push_back(cases.back());
        cases.back().reading = Reading::synthesis;
    }
    const auto groups = group(cases, options.units_per_bench);
    if (!groups.empty()) {
        const ScratchFolder scratch("verify");
        auto verilator = Verilator::find(scratch.path(), deadline);
        if (verilator.ok()) {
            Court court(options, deadline, *verilator.value(), scratch.path());
            std::atomic<std::size_t> next{0};
            const auto work = [&] {
                for (std::size_t i = next++; i < groups.size(); i = next++) court.judge(groups[i]);
            };
            std::vector<std::jthread> workers;
            for (int i = 1; i < options.jobs; ++i) workers.emplace_back(work);
            work();
        } else {
            for (Case& each : cases)
                if (!each.verdict) each.verdict = verilator.error();
        }
    }
    std::vector<Result<Verdict>> verdicts;
    for (Case& each : cases) {
        if (each.reading == Reading::simulation)
            verdicts.push_back(std::move(*each.verdict));
        else if (verdicts.back().ok() && verdicts.back().value().passed() &&
                 !(each.verdict->ok() && each.verdict->value().passed()))
            verdicts.back() = std::move(*each.verdict);  // of two texts, what is wrong with one
    }
    return verdicts;
}

}  // namespace bitshed::harness
