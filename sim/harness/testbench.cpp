#include "harness/testbench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "golden/mac.hpp"
#include "harness/golden_unit.hpp"
#include "support/bits.hpp"
#include "support/random.hpp"
#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::harness {

namespace {

constexpr std::size_t greatest_exhaustive = 4096;  // pairs; more would make large files
constexpr std::size_t random_cycles = 2500;
constexpr std::uint64_t seed = 1;

/// Fields of one line of vectors, the most significant first, as a Verilog concatenation has them.
class Word {
  public:
    void add(const std::string& name, const Bits& value) {
        names_ += (names_.empty() ? "" : ", ") + name;
        fields_.push_back(value);
    }
    void add(const std::string& name, unsigned bits, std::uint64_t value) {
        add(name, Bits(bits, value));
    }

    void append(const Word& more) {
        names_ += (names_.empty() ? "" : ", ") + more.names_;
        fields_.insert(fields_.end(), more.fields_.begin(), more.fields_.end());
    }

    [[nodiscard]] const std::string& names() const { return names_; }
    [[nodiscard]] unsigned width() const {
        unsigned sum = 0;
        for (const Bits& field : fields_) sum += field.width();
        return sum;
    }
    [[nodiscard]] std::string hex(unsigned width_of_file) const {
        Bits joined(width_of_file);
        unsigned low = 0;
        for (std::size_t i = fields_.size(); i-- > 0;)
            for (unsigned bit = 0; bit < fields_[i].width(); ++bit, ++low)
                joined.set_bit(low, fields_[i].bit(bit));
        return joined.hex() + "\n";
    }

  private:
    std::string names_;
    std::vector<Bits> fields_;
};

/// One code a lane.
struct Codes {
    std::vector<std::uint32_t> w, a;
};

class Testbench {
  public:
    Testbench(const emit::Manifest& manifest, const golden::Unit& unit)
        : manifest_(manifest), unit_(unit), golden_(unit), random_(seed) {}

    std::map<std::string, std::string> files() {
        const bool handshake = manifest_.handshake != "none";
        const std::string page = handshake ? handshake_page() : clear_page();
        return {{manifest_.module + "_tb.v", page}, {manifest_.module + "_tb.hex", vectors_}};
    }

  private:
    // ---- what is driven ----

    [[nodiscard]] int pair_bits() const {
        return format::width(unit_.weight) + format::width(unit_.activation);
    }

    [[nodiscard]] bool is_exhaustive() const {
        return (std::size_t{1} << pair_bits()) <= greatest_exhaustive;
    }

    [[nodiscard]] std::size_t pair_cycles() const {
        return is_exhaustive() ? std::size_t{1} << pair_bits() : random_cycles;
    }

    /// Random codes, large and special ones more often than by chance.
    std::uint32_t random_code(const format::Format& format) {
        const std::uint32_t mask = format::code_mask(format);
        switch (random_.below(8)) {
            case 0:
                return format::largest_finite_code(format);
            case 1:
                return format::least_finite_code(format);
            case 2:
                return special_code(format);
            case 3:
                return static_cast<std::uint32_t>(random_.below(4)) & mask;
            default:
                return static_cast<std::uint32_t>(random_.next()) & mask;
        }
    }

    /// All ones; where that is a NaN, only now and then, and infinities beside it: after the first
    /// NaN a sum tells nothing more until it is cleared.
    std::uint32_t special_code(const format::Format& format) {
        const std::uint32_t mask = format::code_mask(format);
        if (!format::has_specials(format)) return mask;
        const std::size_t which = random_.below(8);
        if (which == 0) return mask;
        if (which <= 2 && format::has_infinity(format))
            return format::infinity_code(format, which == 2);
        return static_cast<std::uint32_t>(random_.next()) & mask;
    }

    /// The pairs of a cycle: lane 0 goes through all pairs where they are few.
    Codes codes(std::size_t cycle) {
        Codes codes;
        for (int lane = 0; lane < unit_.lanes; ++lane) {
            codes.w.push_back(random_code(unit_.weight));
            codes.a.push_back(random_code(unit_.activation));
        }
        if (is_exhaustive()) {
            codes.w[0] = static_cast<std::uint32_t>(cycle) & format::code_mask(unit_.weight);
            codes.a[0] = static_cast<std::uint32_t>(cycle >> format::width(unit_.weight)) &
                         format::code_mask(unit_.activation);
        }
        return codes;
    }

    [[nodiscard]] static Bits joined(const std::vector<std::uint32_t>& codes,
                                     const format::Format& format) {
        const auto width = static_cast<unsigned>(format::width(format));
        Bits port(width * static_cast<unsigned>(codes.size()));
        for (unsigned lane = 0; lane < codes.size(); ++lane)
            for (unsigned bit = 0; bit < width; ++bit)
                port.set_bit(lane * width + bit, ((codes[lane] >> bit) & 1u) != 0);
        return port;
    }

    /// How many steps a sum may take: an exact one is only exact for so many products.
    [[nodiscard]] std::int64_t greatest_steps() const {
        const auto* exact = std::get_if<golden::ExactAccumulator>(&unit_.accumulator);
        return exact == nullptr ? INT64_MAX : std::max<std::int64_t>(1, exact->terms / unit_.lanes);
    }

    // ---- what must show ----

    void add_expected(Word& word) {
        std::vector<std::uint64_t> limbs(
            (static_cast<std::size_t>(manifest_.accumulator.bits) + 63) / 64);
        golden_.accumulator_code(limbs);
        word.add("want_acc",
                 Bits::from_limbs(static_cast<unsigned>(manifest_.accumulator.bits), limbs));
        if (manifest_.port("special") != nullptr)
            word.add("want_special", 2, static_cast<std::uint64_t>(golden_.special()));
        if (const auto* port = manifest_.port("result"))
            word.add("want_result", static_cast<unsigned>(port->bits),
                     golden_.result_code().value_or(0));
    }

    [[nodiscard]] std::string differs() const {
        std::string condition = "acc_o !== want_acc";
        if (manifest_.port("special") != nullptr) condition += " || special_o !== want_special";
        if (manifest_.port("result") != nullptr) condition += " || result_o !== want_result";
        return condition;
    }

    // ---- the pages ----

    [[nodiscard]] std::string declarations() const {
        const auto range = [](int bits) {
            return bits == 1 ? std::string() : fmt::format("[{}:0] ", bits - 1);
        };
        std::string lines;
        for (const auto& port : manifest_.ports) {
            const bool driven = port.direction == "input" && port.role != "out_ready";
            lines +=
                fmt::format("  {} {}{};\n", driven ? "reg " : "wire", range(port.bits), port.name);
        }
        for (const char* role : {"accumulator", "special", "result"})
            if (const auto* port = manifest_.port(role)) {
                const std::string name = std::string(role) == "accumulator" ? "acc" : role;
                lines += fmt::format("  reg  {}want_{};\n", range(port->bits), name);
            }
        lines.pop_back();
        return lines;
    }

    [[nodiscard]] std::string connections() const {
        std::string lines;
        for (const auto& port : manifest_.ports)
            lines += fmt::format("    .{0}({0}){1}\n", port.name,
                                 &port == &manifest_.ports.back() ? "" : ",");
        lines.pop_back();
        return lines;
    }

    void write(const std::vector<Word>& words, unsigned width) {
        for (const Word& word : words) vectors_ += word.hex(width);
    }

    std::string clear_page() {
        const auto latency = static_cast<std::size_t>(manifest_.latency);
        const bool has_enable = manifest_.port("enable") != nullptr;
        std::vector<Word> expected;  // after each enabled cycle
        std::vector<Word> words;
        std::size_t checks = 0, pairs = 0;
        std::int64_t steps = 0;
        bool cleared = true;
        while (pairs < pair_cycles() || !cleared) {
            const bool clear = expected.empty() || steps >= greatest_steps() || random_.one_in(50);
            const bool enabled = !has_enable || expected.empty() || !random_.one_in(4);
            const Codes pair = codes(pairs);
            if (enabled && clear) {
                golden_.clear();
                steps = 0;
                cleared = pairs >= pair_cycles();
            } else if (enabled) {
                golden_.step(pair.w, pair.a);
                ++steps;
                ++pairs;
                cleared = false;
            }
            if (enabled) {
                Word now;
                add_expected(now);
                expected.push_back(now);
            }
            const bool check = expected.size() >= latency;
            checks += check ? 1 : 0;
            Word word;
            word.add("check", 1, check ? 1 : 0);
            word.add("clear_i", 1, clear ? 1 : 0);
            if (has_enable) word.add("en_i", 1, enabled ? 1 : 0);
            word.add("w_i", joined(pair.w, unit_.weight));
            word.add("a_i", joined(pair.a, unit_.activation));
            word.append(expected[check ? expected.size() - latency : 0]);
            words.push_back(word);
        }
        const unsigned width = words.front().width();
        write(words, width);
        return fill_page(templates::testbench_clear_v, {{"MODULE", manifest_.module},
                                                        {"VERSION", manifest_.version},
                                                        {"CYCLES", std::to_string(words.size())},
                                                        {"CHECKS", std::to_string(checks)},
                                                        {"WORD", std::to_string(width)},
                                                        {"DECLARATIONS", declarations()},
                                                        {"CONNECTIONS", connections()},
                                                        {"FIELDS", words.front().names()},
                                                        {"DIFFERS", differs()}});
    }

    std::string handshake_page() {
        std::vector<Word> offers, sums;
        std::int64_t steps = 0;
        bool open = false;
        std::size_t pairs = 0;
        while (pairs < pair_cycles() || open) {
            const bool reset = random_.one_in(200);
            const bool valid = !random_.one_in(4);
            const bool last = random_.one_in(6) || (pairs >= pair_cycles() && open);
            const bool first = steps >= greatest_steps() || random_.one_in(open ? 20 : 2);
            const Codes pair = codes(pairs);
            Word offer;
            offer.add("offers_reset", 1, reset ? 1 : 0);
            offer.add("offers_valid", 1, valid ? 1 : 0);
            offer.add("offers_first", 1, first ? 1 : 0);
            offer.add("offers_last", 1, last ? 1 : 0);
            offer.add("w_i", joined(pair.w, unit_.weight));
            offer.add("a_i", joined(pair.a, unit_.activation));
            offers.push_back(offer);
            if (reset) {
                open = false;
            } else if (valid && (first || open)) {
                if (first) golden_.clear();
                steps = first ? 1 : steps + 1;
                golden_.step(pair.w, pair.a);
                ++pairs;
                open = !last;
                if (last) {
                    Word sum;
                    add_expected(sum);
                    sums.push_back(sum);
                }
            }
        }
        const unsigned width = std::max(offers.front().width(), sums.front().width());
        write(offers, width);
        write(sums, width);
        const bool stream = manifest_.handshake == "stream";
        const std::string ready = stream ? "  assign in_ready    = in_ready_o;\n"
                                           "  assign out_ready   = noise[0];\n"
                                           "  assign out_ready_i = out_ready;"
                                         : "  assign in_ready  = 1'b1;\n"
                                           "  assign out_ready = 1'b1;";
        return fill_page(templates::testbench_handshake_v,
                         {{"MODULE", manifest_.module},
                          {"VERSION", manifest_.version},
                          {"OFFERS", std::to_string(offers.size())},
                          {"SUMS", std::to_string(sums.size())},
                          {"WORD", std::to_string(width)},
                          {"DECLARATIONS", declarations()},
                          {"CONNECTIONS", connections()},
                          {"READY", ready},
                          {"OPERANDS", "w_i, a_i"},
                          {"OFFER_FIELDS", offers.front().names()},
                          {"SUM_FIELDS", sums.front().names()},
                          {"DIFFERS", differs()}});
    }

    const emit::Manifest& manifest_;
    const golden::Unit& unit_;
    golden::Mac golden_;
    Random random_;
    std::string vectors_;
};

}  // namespace

Result<std::map<std::string, std::string>> make_testbench(const emit::Manifest& manifest) {
    const auto unit = golden_unit(manifest);
    if (!unit) return unit.error();
    return Testbench(manifest, unit.value()).files();
}

}  // namespace bitshed::harness
