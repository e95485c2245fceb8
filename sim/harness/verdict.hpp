// What the judge found out about a unit.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bitshed::harness {

/// Who is to blame for the first mismatch, by who agrees with whom.
enum class Blame {
    nobody,
    printer,             ///< golden and interpreter agree against our own Verilog
    judged_file,         ///< golden and interpreter, if there is one, agree against a foreign file
    datapath_or_golden,  ///< interpreter and Verilog agree against golden
    interpreter,         ///< golden and Verilog agree against the interpreter
    several,             ///< all three differ
    unknown,             ///< golden and our own Verilog differ, and there is no interpreter
    width,               ///< the accumulator is too narrow for its terms
    timing,              ///< an output changes between two rising edges
};

/// "printer", "judged file", "datapath or golden", ...; "nobody" for nobody.
std::string blame_name(Blame blame);

/// An output that is not as it should be, in hex.
struct PortValues {
    std::string port;
    std::string golden;
    std::optional<std::string> interpreter;
    std::string verilog;
};

/// What a unit was given in a cycle, in hex.
struct GivenCycle {
    std::size_t cycle = 0;
    std::string
        marks;  ///< "clear", "held"; "reset", "idle", "first", "last", "stalled"; often empty
    std::string w;
    std::string a;
};

struct Mismatch {
    std::size_t cycle = 0;  ///< of the simulation, from 0; the outputs after its rising edge
    std::string what;       ///< in a sentence
    std::vector<PortValues> ports;  ///< those that differ
    std::vector<GivenCycle> given;  ///< the last cycles, this one included
};

/// Sums that somebody gave to be compared beside those that the judge makes.
struct GivenSums {
    std::uint64_t given = 0;
    std::uint64_t compared = 0;  ///< of them: the whole sum was, in the cycle in which it shows
    std::uint64_t products = 0;  ///< in all of those that were given
};

struct Verdict {
    std::string module;
    std::uint64_t pairs_visited = 0;  ///< pairs of codes, lane by lane, whose sum was compared
    std::uint64_t pairs_total = 0;
    std::uint64_t cycles = 0;      ///< cycles in which outputs were compared
    std::uint64_t mismatches = 0;  ///< cycles in which they differed
    std::optional<Mismatch> first_mismatch;
    Blame blame = Blame::nobody;
    bool has_interpreter = false;         ///< three ways, not two
    std::optional<std::uint64_t> sums;    ///< that came out, where the unit has a handshake
    std::optional<GivenSums> given_sums;  ///< where there are some
    std::int64_t extreme_products = 0;    ///< the most equal extreme products in one sum
    std::vector<std::string> lint;        ///< Verilator's warnings; failures for our own files only
    bool lint_is_judged = true;
    std::uint64_t seed = 0;
    std::string simulator;

    /// Every pair visited and every given sum, something compared, nothing different, nothing to
    /// warn of.
    [[nodiscard]] bool passed() const;
};

nlohmann::ordered_json to_json(const Verdict& verdict);

/// A few lines for a person.
std::string describe(const Verdict& verdict);

}  // namespace bitshed::harness
