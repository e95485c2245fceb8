// Is this Verilog file, for all inputs and all sequences, what its manifest says?
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "emit/manifest.hpp"
#include "golden/unit.hpp"
#include "proof/induction.hpp"
#include "proof/refute.hpp"
#include "proof/tools.hpp"

namespace bitshed::proof {

struct Request {
    emit::Manifest manifest;
    golden::Unit unit;  ///< the manifest's
    std::string verilog;
    std::filesystem::path include_folder;  ///< of a foreign file, else empty
};

enum class Status { proved, refuted, undecided };

std::string status_name(Status status);

/// What became of one lemma.
struct LemmaReport {
    Lemma lemma = Lemma::step;
    std::string answer;  ///< "holds", "fails", "undecided"
    std::string engine;  ///< who answered: "ABC &cec", "enumeration of 2^33 cases", "construction"
    double seconds = 0;
};

/// A mistake put into the reference, which the same engine had to find.
struct Control {
    std::string mistake;
    Lemma lemma = Lemma::step;
    bool found = false;
};

struct Counterexample {
    Difference difference;
    std::string words;                  ///< in a sentence
    std::optional<std::string> golden;  ///< the golden model's opinion, in hex
};

struct Report {
    std::string module;
    Status status = Status::undecided;
    std::string engine;
    double seconds = 0;
    std::string reason;  ///< why it is undecided
    std::vector<LemmaReport> lemmas;
    std::vector<Control> controls;
    std::optional<Counterexample> counterexample;
    std::string scope;  ///< what was proved, under which assumptions
};

/// Error (tool): a program is missing or fails, the file does not fit its manifest; the words name
/// a log. Error (timeout): it took longer than `limit`.
Result<Report> prove(const Request& request, const Tools& tools, std::chrono::seconds limit);

nlohmann::ordered_json to_json(const Report& report);

/// A few lines for a person.
std::string describe(const Report& report);

}  // namespace bitshed::proof
