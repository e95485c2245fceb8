#include "proof/refute.hpp"

#include <algorithm>
#include <deque>

#include "golden/mac.hpp"
#include "support/bits.hpp"
#include "support/check.hpp"

namespace bitshed::proof {

namespace {

constexpr unsigned runs = 64;

/// The simulations in which an output is wrong, a word; 0 while nothing may be compared.
Word wrong(const SideBySide& both, const Sides& sides, const std::string& role, std::size_t cycle) {
    const bool is_control = role == "out_valid" || role == "in_ready";
    Word compared = ~Word{0};
    if (sides.has_handshake()) {
        if (cycle == 0) return 0;
        if (!is_control)
            compared = both.reference().get(sides.outputs.at("out_valid").reference[0]);
    } else if (cycle <= static_cast<std::size_t>(sides.stages)) {
        return 0;
    }
    Word differs = 0;
    const Sides::Port& port = sides.outputs.at(role);
    for (std::size_t bit = 0; bit < port.judged.size(); ++bit)
        differs |= both.judged().get(port.judged[bit]) ^ both.reference().get(port.reference[bit]);
    return differs & compared;
}

std::vector<char> in_run(const std::vector<Word>& words, unsigned run) {
    std::vector<char> bits;
    for (const Word word : words) bits.push_back(static_cast<char>((word >> run) & 1));
    return bits;
}

/// The run's inputs, without the cycles of which nothing can be left: those before the last clear
/// that all later cycles follow.
std::vector<GivenCycle> history(const std::vector<Drive>& drives, unsigned run) {
    std::vector<GivenCycle> given;
    for (const Drive& drive : drives) {
        GivenCycle cycle;
        for (const auto& [role, words] : drive) cycle[role] = in_run(words, run);
        given.push_back(std::move(cycle));
    }
    return given;
}

std::optional<Difference> difference_at(const SideBySide& both, const Sides& sides,
                                        const std::vector<Drive>& drives) {
    for (const auto& [role, port] : sides.outputs) {
        const Word where = wrong(both, sides, role, drives.size() - 1);
        if (where == 0) continue;
        unsigned run = 0;
        while (((where >> run) & 1) == 0) ++run;
        std::vector<char> judged, reference;
        for (std::size_t bit = 0; bit < port.judged.size(); ++bit) {
            judged.push_back(static_cast<char>((both.judged().get(port.judged[bit]) >> run) & 1));
            reference.push_back(
                static_cast<char>((both.reference().get(port.reference[bit]) >> run) & 1));
        }
        return Difference{history(drives, run), role, hex(judged), hex(reference)};
    }
    return std::nullopt;
}

}  // namespace

std::string hex(const std::vector<char>& bits) {
    Bits value(static_cast<unsigned>(bits.size()));
    for (unsigned i = 0; i < bits.size(); ++i) value.set_bit(i, bits[i] != 0);
    return "0x" + value.hex();
}

std::optional<Difference> search(const Sides& sides, std::size_t cycles, std::uint64_t seed,
                                 const std::vector<Motif>& motifs) {
    SideBySide both(sides, seed);
    Stimulus stimulus(sides, seed + 1, motifs);
    std::vector<Drive> drives;
    for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
        drives.push_back(stimulus.next());
        both.drive(drives.back());
        if (auto found = difference_at(both, sides, drives)) return found;
        both.advance();
    }
    return std::nullopt;
}

std::optional<Difference> follow(const Sides& sides, const std::vector<GivenCycle>& given) {
    SideBySide both(sides, 5);
    std::vector<Drive> drives;
    for (const GivenCycle& cycle : given) {
        Drive& drive = drives.emplace_back();
        for (const auto& [role, bits] : cycle)
            for (const char bit : bits) drive[role].push_back(bit != 0 ? ~Word{0} : 0);
        both.drive(drive);
        if (auto found = difference_at(both, sides, drives)) return found;
        both.advance();
    }
    return std::nullopt;
}

namespace {

/// The protocol of a unit around the golden model: a pipeline of pairs, then the sum.
class GoldenUnit {
  public:
    GoldenUnit(const golden::Unit& unit, const Sides& sides)
        : unit_(unit),
          sides_(sides),
          mac_(unit),
          pipeline_(static_cast<std::size_t>(sides.stages)) {}

    /// An edge after these inputs.
    void clock(const GivenCycle& given) {
        const auto bit = [&](const char* role) {
            const auto found = given.find(role);
            return found != given.end() && found->second[0] != 0;
        };
        const bool handshake = sides_.has_handshake();
        const bool reset = handshake && !bit("reset");
        const bool held = sides_.hold == Hold::enable    ? !bit("enable")
                          : sides_.hold == Hold::stalled ? shown_ && !bit("out_ready")
                                                         : false;
        if (!held) {
            Entry entry;
            entry.takes = handshake ? bit("in_valid") && (bit("in_first") || open_) : !bit("clear");
            entry.starts = handshake ? bit("in_first") : bit("clear");
            entry.completes = handshake && entry.takes && bit("in_last");
            entry.weights = codes(given.at("weight"), unit_.weight);
            entry.activations = codes(given.at("activation"), unit_.activation);
            if (handshake && bit("in_valid")) open_ = entry.takes && !bit("in_last");
            pipeline_.push_back(entry);
            accumulate(pipeline_.front());
            pipeline_.pop_front();
        }
        if (reset) {
            for (Entry& entry : pipeline_) entry.takes = entry.completes = false;
            open_ = shown_ = false;
        }
    }

    [[nodiscard]] std::optional<std::string> output(const std::string& role) const {
        if (role != "accumulator" && role != "special" && role != "result") return std::nullopt;
        if (sides_.has_handshake() && !shown_) return std::nullopt;
        const auto width = static_cast<unsigned>(sides_.outputs.at(role).judged.size());
        if (role == "special")
            return "0x" + Bits(width, static_cast<std::uint64_t>(mac_.special())).hex();
        if (role == "result") return "0x" + Bits(width, mac_.result_code().value_or(0)).hex();
        std::vector<std::uint64_t> limbs((width + 63) / 64);
        mac_.accumulator_code(limbs);
        return "0x" + Bits::from_limbs(width, limbs).hex();
    }

  private:
    struct Entry {
        bool takes = false, starts = false, completes = false;
        std::vector<std::uint32_t> weights, activations;
    };

    [[nodiscard]] std::vector<std::uint32_t> codes(const std::vector<char>& port,
                                                   const format::Format& format) const {
        const auto width = static_cast<std::size_t>(format::width(format));
        std::vector<std::uint32_t> found(static_cast<std::size_t>(unit_.lanes), 0);
        for (std::size_t i = 0; i < port.size(); ++i)
            if (port[i] != 0) found[i / width] |= std::uint32_t{1} << (i % width);
        return found;
    }

    void accumulate(const Entry& entry) {
        if (entry.starts && (entry.takes || !sides_.has_handshake())) mac_.clear();
        if (entry.takes && !entry.weights.empty()) mac_.step(entry.weights, entry.activations);
        shown_ = entry.completes;
    }

    const golden::Unit& unit_;
    const Sides& sides_;
    golden::Mac mac_;
    std::deque<Entry> pipeline_;
    bool open_ = false;
    bool shown_ = false;
};

}  // namespace

std::optional<std::string> golden_says(const golden::Unit& unit, const Sides& sides,
                                       const Difference& difference) {
    check(!difference.given.empty(), "a run has a cycle");
    GoldenUnit golden(unit, sides);
    for (std::size_t i = 0; i + 1 < difference.given.size(); ++i) golden.clock(difference.given[i]);
    return golden.output(difference.role);
}

}  // namespace bitshed::proof
