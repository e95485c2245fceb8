// The outside programs of a proof: Yosys, which turns Verilog into a graph, and ABC, which compares
// graphs. ABC always exits 0, so its words are read.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proof/netlist.hpp"
#include "support/deadline.hpp"
#include "support/result.hpp"

namespace bitshed::proof {

/// How to start them, and where they work.
struct Tools {
    std::vector<std::string> yosys;  ///< begins an argument vector; takes -q, -l LOG and FILE.ys
    std::vector<std::string> abc;    ///< takes -q COMMANDS
    std::map<std::string, std::string> environment;
    int jobs = 1;                  ///< threads of our own
    std::filesystem::path folder;  ///< work files and logs; a failure names a log in it
};

struct SourceFile {
    std::string name;  ///< a file name for the work folder: "judged.v"
    std::string text;
    std::string module;
    std::string clock;                     ///< the port
    std::filesystem::path include_folder;  ///< where its `include looks; empty: nowhere
    std::optional<std::string> cells;      ///< the device family whose cells it instantiates
};

/// Error (tool): Yosys fails, or finds what no proof here is about (another clock, a latch, an
/// asynchronous reset); error (timeout).
Result<Netlist> read_netlist(const SourceFile& source, const Tools& tools,
                             const Deadline& deadline);

/// What a solver says about a question "can one of these be true?".
struct Answer {
    enum class Kind { never, sometimes, unknown } kind = Kind::unknown;
    std::vector<char> inputs;  ///< sometimes: a value for each input of the graph, checked
};

/// Asks ABC's &cec. `name` names the work files. Unknown: ABC gave up within `limit`. Error (tool):
/// ABC is missing, or says something else, or its counterexample is none.
Result<Answer> can_be_true(const Aig& aig, const std::vector<Literal>& outputs,
                           const std::string& name, const Tools& tools, std::chrono::seconds limit);

/// The values of literals where the inputs have these.
std::vector<char> evaluate(const Aig& aig, const std::vector<char>& inputs,
                           const std::vector<Literal>& asked);

}  // namespace bitshed::proof
