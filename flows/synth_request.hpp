// What `synth` is asked for: decided once, every complaint at once.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flows/operand_stream.hpp"
#include "flows/targets.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

enum class DspBlocks { avoided, allowed };

/// How hard the synthesis tries.
enum class Effort {
    stock,  ///< the target's pass as Yosys ships it
    area,   ///< that and the target's area attempts: the least netlist of all is kept
};

/// A simulation of the netlist: what it is fed.
struct ActivityOptions {
    Stream stream = Stream::uniform;
    std::uint64_t seed = 1;          ///< of the stream; a file has none
    std::filesystem::path operands;  ///< of Stream::file
};

/// As typed: nothing is checked yet.
struct SynthRequest {
    std::string target;
    std::optional<std::string> seeds;       ///< "1,2,3"; "none": nothing is routed
    std::optional<std::string> freq;        ///< MHz: "100", "62.5"
    std::optional<std::string> effort;      ///< "stock", "area"
    std::optional<std::string> time_limit;  ///< seconds for each program that is run
    std::optional<std::string> activity;    ///< "uniform", "gauss"
    std::optional<std::string> activity_seed;
    std::optional<std::string> operands;  ///< a file of pairs, instead of a stream
    std::optional<std::string> work;      ///< folder for logs and intermediate files
    DspBlocks dsp = DspBlocks::avoided;
};

struct SynthOptions {
    Target target;
    std::vector<int> seeds;  ///< of place and route; empty: cells alone
    double freq_mhz = 100;
    Effort effort = Effort::stock;
    std::chrono::seconds time_limit{600};
    std::optional<std::filesystem::path> work;  ///< none: see work_folder.hpp
    DspBlocks dsp = DspBlocks::avoided;
    std::optional<ActivityOptions> activity;  ///< none: the netlist is not simulated
};

/// Error (request): every complaint.
Result<SynthOptions> make_synth_options(const SynthRequest& request);

std::string_view effort_name(Effort effort);

/// A plain decimal number of MHz: digits, at most one point. Nothing: it is none, or not allowed.
std::optional<double> parse_mhz(const std::string& text);
/// What it may be, in words.
std::string allowed_mhz();

}  // namespace bitshed::flows
