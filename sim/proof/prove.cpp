#include "proof/prove.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "proof/cases.hpp"
#include "proof/enumerate.hpp"
#include "proof/reference.hpp"
#include "proof/relation.hpp"
#include "proof/steer.hpp"
#include "support/text.hpp"

namespace bitshed::proof {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr const char* engine_name = "induction over one step";
constexpr std::chrono::seconds first_slice{20};
constexpr std::chrono::seconds least_patience{240};
constexpr std::size_t nodes_at_once = 30000;  // of the cases that are asked together
constexpr std::size_t first_cycles = 512;     // of the search before anything is asked
constexpr std::size_t second_cycles = 4096;   // of the search with a solver's hint

std::string mistake_words(Seed seed) {
    switch (seed) {
        case Seed::product:
            return "one pair of codes has a product of the wrong sign";
        case Seed::result:
            return "the result's last bit is wrong where the sum is one unit";
        case Seed::reset:
            return "a reset leaves a sum open";
        case Seed::hold:
            return "the sum goes on while the unit is held";
        case Seed::none:
            break;
    }
    return "";
}

/// One run of prove().
class Proof {
  public:
    Proof(const Request& request, const Tools& tools, std::chrono::seconds limit)
        : request_(request),
          tools_(tools),
          deadline_(limit),
          patience_(std::max(least_patience, limit * 2 / 5)) {}

    Result<Report> run() {
        report_.module = request_.manifest.module;
        report_.engine = engine_name;
        report_.scope = scope();
        if (const int bits = widest_number(request_.manifest, request_.unit);
            bits > greatest_number)
            return undecided(fmt::format("the reference would work on numbers of {} bits", bits));
        auto judged = read_netlist({"judged.v", request_.verilog, request_.manifest.module,
                                    request_.manifest.port("clock")->name, request_.include_folder,
                                    request_.manifest.cells},
                                   tools_, deadline_);
        if (!judged) return judged.error();
        judged_ = std::move(judged).value();
        const auto made = sides_with(Seed::none);
        if (!made) return made.error();
        const Sides& sides = made.value();

        for (std::uint64_t seed = 1; seed <= 2; ++seed)
            if (auto found = search(sides, first_cycles, seed, {}))
                return refuted(sides, std::move(*found), "simulation");
        const auto answered = ask_all(sides);
        if (!answered) return answered.error();
        if (report_.status != Status::proved) return std::move(report_);
        if (auto ran = run_controls(); !ran) return ran.error();
        return std::move(report_);
    }

  private:
    [[nodiscard]] std::string scope() const {
        const bool handshake = request_.manifest.port("in_valid") != nullptr;
        return fmt::format(
            "every output in every cycle of every sequence of inputs, from any state of all "
            "registers, once a {} has gone through the unit; against a reference written from the "
            "manifest and the formats",
            handshake ? "reset" : "clear");
    }

    Result<Report> undecided(std::string reason) {
        report_.status = Status::undecided;
        report_.reason = std::move(reason);
        return report_;
    }

    Result<Sides> sides_with(Seed seed) {
        const std::string name = seed == Seed::none ? "reference.v" : "seeded.v";
        auto reference = read_netlist({name,
                                       reference_text(request_.manifest, request_.unit, seed),
                                       reference_module,
                                       reference_port("clock"),
                                       {},
                                       std::nullopt},
                                      tools_, deadline_);
        if (!reference) return reference.error();
        return make_sides(request_.manifest, judged_, std::move(reference).value());
    }

    Result<Report> refuted(const Sides& sides, Difference difference, const std::string& engine) {
        Counterexample example;
        example.golden = golden_says(request_.unit, sides, difference);
        const emit::ManifestPort* port = request_.manifest.port(difference.role);
        example.words =
            fmt::format("after {} cycles {} is {} and should be {}", difference.given.size() - 1,
                        port->name, difference.judged, difference.reference);
        // The reference is on trial too: golden decides.
        if (example.golden && *example.golden != difference.reference)
            return undecided(fmt::format("the reference and the golden model differ: {}, golden {}",
                                         example.words, *example.golden));
        example.difference = std::move(difference);
        report_.status = Status::refuted;
        report_.engine = engine;
        report_.counterexample = std::move(example);
        return report_;
    }

    /// Asks every lemma; the report's status is what comes of it.
    Outcome ask_all(const Sides& sides) {
        report_.status = Status::proved;
        for (const Question& question : make_questions(sides, guess_relation(sides))) {
            const auto start = Clock::now();
            const auto answer = ask(question);
            if (!answer) return answer.error();
            LemmaReport lemma{question.lemma, "holds", answered_by_, 0};
            if (answer.value().kind == Answer::Kind::unknown) {
                lemma.answer = "undecided";
                if (deadline_.passed()) return out_of_time(question.lemma);
                report_.status = Status::undecided;
                report_.reason =
                    fmt::format("the solver gave up on the lemma '{}'", lemma_name(question.lemma));
            } else if (answer.value().kind == Answer::Kind::sometimes) {
                lemma.answer = "fails";
                report_.status = Status::undecided;
                report_.reason = fmt::format(
                    "the lemma '{}' fails from a state that no run was found to lead to",
                    lemma_name(question.lemma));
                if (auto found = chase(sides, question, answer.value())) {
                    const auto judged = refuted(sides, std::move(*found), engine_name);
                    if (!judged) return judged.error();
                    if (report_.status == Status::refuted) report_.reason.clear();
                }
            }
            lemma.seconds = seconds_since(start);
            report_.lemmas.push_back(lemma);
            if (report_.status != Status::proved) return success();
        }
        return success();
    }

    /// Asks a solver, and where it gives up, tries every case if they can be counted.
    Result<Answer> ask(const Question& question) {
        const std::size_t inputs = support(question.aig, question.differences).size();
        answered_by_ = inputs == 0 ? "construction" : "ABC &cec";
        const bool is_countable = inputs <= greatest_enumeration;
        auto answer = ask_solver(question, Deadline(is_countable ? first_slice : patience_));
        if (!answer || answer.value().kind != Answer::Kind::unknown || !is_countable ||
            deadline_.passed())
            return answer;
        answered_by_ = fmt::format("enumeration of 2^{} cases", inputs);
        std::vector<Literal> operands = question.weight;
        operands.insert(operands.end(), question.activation.begin(), question.activation.end());
        return enumerate(question.aig, question.differences, operands, tools_.jobs, deadline_);
    }

    /// Asks about cases: first of the operands' signs, then a sum is an adder with nothing to
    /// negate; if that takes too long, of more of the operands' bits.
    Result<Answer> ask_solver(const Question& question, const Deadline& until) {
        const auto plans = splits(question);
        for (std::size_t plan = 0; plan < plans.size(); ++plan) {
            const auto slice = plan + 1 < plans.size() ? first_slice : until.left();
            auto answer = ask_cases(question, plans[plan],
                                    Deadline(std::min({slice, until.left(), deadline_.left()})));
            if (!answer || answer.value().kind != Answer::Kind::unknown || until.passed() ||
                deadline_.passed())
                return answer;
        }
        return Answer{};
    }

    Result<Answer> ask_cases(const Question& question, const std::vector<Literal>& split,
                             const Deadline& until) {
        const auto count = std::uint32_t{1} << split.size();
        const auto chunk = static_cast<std::uint32_t>(
            std::clamp<std::size_t>(nodes_at_once / question.aig.nodes().size(), 1, count));
        for (std::uint32_t first = 0; first < count; first += chunk) {
            const Cases cases = split_cases(question.aig, question.differences, split, first,
                                            std::min(count, first + chunk));
            auto answer = can_be_true(cases.aig, cases.asked, "lemma_" + lemma_name(question.lemma),
                                      tools_, until.left());
            if (!answer || answer.value().kind == Answer::Kind::unknown) return answer;
            if (until.passed()) return Answer{};
            if (answer.value().kind == Answer::Kind::never) continue;
            // The case that is possible says what the bits are that were split.
            Answer found = std::move(answer).value();
            const auto possible = evaluate(cases.aig, found.inputs, cases.asked);
            const auto which = std::find(possible.begin(), possible.end(), 1) - possible.begin();
            const std::uint32_t number = cases.in_case[static_cast<std::size_t>(which)];
            for (std::size_t i = 0; i < question.aig.inputs().size(); ++i)
                for (std::size_t bit = 0; bit < split.size(); ++bit)
                    if (question.aig.inputs()[i] == node_of(split[bit]))
                        found.inputs[i] = static_cast<char>((number >> bit) & 1);
            return found;
        }
        return Answer{Answer::Kind::never, {}};
    }

    /// Bits to split, the few first.
    [[nodiscard]] std::vector<std::vector<Literal>> splits(const Question& question) const {
        std::vector<std::vector<Literal>> plans;
        const format::Format &w = request_.unit.weight, &a = request_.unit.activation;
        const bool integers = !format::is_minifloat(w) && !format::is_minifloat(a);
        constexpr int hard_product = 12;  // bits of both factors
        if (!integers || format::width(w) + format::width(a) <= hard_product)
            plans.push_back(sign_bits(question));
        std::vector<Literal> more;
        if (integers) {
            more.assign(question.activation.begin(),
                        question.activation.begin() + format::width(a));
        } else {
            more = sign_bits(question);
        }
        plans.push_back(std::move(more));
        return plans;
    }

    [[nodiscard]] std::vector<Literal> sign_bits(const Question& question) const {
        std::vector<Literal> signs;
        const auto add = [&](const std::vector<Literal>& port, const format::Format& format) {
            const auto width = static_cast<std::size_t>(format::width(format));
            if (!format::is_signed(format)) return;
            for (std::size_t bit = width - 1; bit < port.size(); bit += width)
                signs.push_back(port[bit]);
        };
        constexpr int most_lanes = 4;
        if (request_.unit.lanes > most_lanes) return signs;
        add(question.weight, request_.unit.weight);
        add(question.activation, request_.unit.activation);
        if (const auto* rounded = std::get_if<golden::FloatAccumulator>(&request_.unit.accumulator))
            if (question.aig.is_input(node_of(question.accumulator.back())))
                add(question.accumulator, rounded->format);
        return signs;
    }

    Error out_of_time(Lemma lemma) const {
        return {ErrorKind::timeout,
                fmt::format("the time is over, with the lemma '{}' undecided", lemma_name(lemma)),
                "a greater --time-limit"};
    }

    /// A run that shows what a solver's answer promises.
    std::optional<Difference> chase(const Sides& sides, const Question& question,
                                    const Answer& answer) const {
        const auto values = [&](const std::vector<Literal>& bits) {
            return evaluate(question.aig, answer.inputs, bits);
        };
        const Situation situation{values(question.accumulator), values(question.weight),
                                  values(question.activation)};
        if (const auto run = steer(request_.unit, sides, situation))
            if (auto found = follow(sides, *run)) return found;
        for (std::uint64_t seed = 11; seed < 13; ++seed)
            if (auto found =
                    search(sides, second_cycles, seed, {{situation.weight, situation.activation}}))
                return found;
        return std::nullopt;
    }

    /// The same engine, on references that are wrong on purpose.
    Outcome run_controls() {
        std::vector<Seed> seeds{Seed::product};
        if (request_.manifest.port("result") != nullptr) seeds.push_back(Seed::result);
        if (request_.manifest.port("reset") != nullptr) seeds.push_back(Seed::reset);
        if (request_.manifest.port("enable") != nullptr ||
            request_.manifest.port("out_ready") != nullptr)
            seeds.push_back(Seed::hold);
        for (const Seed seed : seeds) {
            const auto sides = sides_with(seed);
            if (!sides) return sides.error();
            Control control{mistake_words(seed), Lemma::step, false};
            bool decided = true;
            for (const Question& question :
                 make_questions(sides.value(), guess_relation(sides.value()))) {
                const auto answer = ask(question);
                if (!answer) return answer.error();
                if (answer.value().kind == Answer::Kind::unknown && deadline_.passed())
                    return out_of_time(question.lemma);
                decided = decided && answer.value().kind != Answer::Kind::unknown;
                if (answer.value().kind != Answer::Kind::sometimes) continue;
                control.lemma = question.lemma;
                control.found = true;
                break;
            }
            report_.controls.push_back(control);
            if (control.found) continue;
            report_.status = Status::undecided;
            report_.reason =
                decided ? fmt::format("the control failed: nobody noticed that {}", control.mistake)
                        : fmt::format("the control was not decided: {}", control.mistake);
        }
        return success();
    }

    const Request& request_;
    const Tools& tools_;
    Deadline deadline_;
    std::chrono::seconds patience_;  ///< with a solver that has no substitute
    Netlist judged_;
    Report report_;
    std::string answered_by_;  // the last question
};

}  // namespace

std::string status_name(Status status) {
    switch (status) {
        case Status::proved:
            return "proved";
        case Status::refuted:
            return "refuted";
        case Status::undecided:
            return "undecided";
    }
    return "";
}

Result<Report> prove(const Request& request, const Tools& tools, std::chrono::seconds limit) {
    const auto start = Clock::now();
    auto report = Proof(request, tools, limit).run();
    if (!report) return report;
    Report told = std::move(report).value();
    told.seconds = seconds_since(start);
    return told;
}

namespace {

nlohmann::ordered_json given_json(const GivenCycle& given) {
    auto json = nlohmann::ordered_json::object();
    for (const auto& [role, bits] : given) json[role] = hex(bits);
    return json;
}

}  // namespace

nlohmann::ordered_json to_json(const Report& report) {
    using Json = nlohmann::ordered_json;
    Json json{{"module", report.module},
              {"status", status_name(report.status)},
              {"engine", report.engine},
              {"seconds", report.seconds},
              {"counterexample", nullptr},
              {"reason", report.reason.empty() ? Json(nullptr) : Json(report.reason)},
              {"scope", report.scope},
              {"lemmas", Json::array()},
              {"control", Json::array()}};
    for (const LemmaReport& lemma : report.lemmas)
        json["lemmas"].push_back({{"lemma", lemma_name(lemma.lemma)},
                                  {"answer", lemma.answer},
                                  {"engine", lemma.engine},
                                  {"seconds", lemma.seconds}});
    for (const Control& control : report.controls)
        json["control"].push_back(
            {{"mistake", control.mistake},
             {"found", control.found},
             {"lemma", control.found ? Json(lemma_name(control.lemma)) : Json(nullptr)}});
    if (report.counterexample) {
        const Counterexample& example = *report.counterexample;
        Json given = Json::array();
        for (const GivenCycle& cycle : example.difference.given) given.push_back(given_json(cycle));
        json["counterexample"] = {
            {"words", example.words},
            {"output", example.difference.role},
            {"judged", example.difference.judged},
            {"reference", example.difference.reference},
            {"golden", example.golden ? Json(*example.golden) : Json(nullptr)},
            {"cycles", given}};
    }
    return json;
}

std::string describe(const Report& report) {
    std::string text = fmt::format("{}: {} in {:.1f} s by {}\n", report.module,
                                   status_name(report.status), report.seconds, report.engine);
    if (report.status == Status::proved)
        for (const Control& control : report.controls)
            text += fmt::format("  control: found that {}\n", control.mistake);
    if (!report.reason.empty()) text += fmt::format("  {}\n", report.reason);
    if (!report.counterexample) return text;
    const Counterexample& example = *report.counterexample;
    text += fmt::format("  {}{}\n", example.words,
                        example.golden ? "; the golden model agrees with the latter" : "");
    constexpr std::size_t shown = 8;
    const auto& given = example.difference.given;
    const std::size_t begin = given.size() > shown ? given.size() - shown : 0;
    for (std::size_t i = begin; i < given.size(); ++i) {
        text += fmt::format("  cycle {}:", i);
        for (const auto& [role, bits] : given[i]) text += fmt::format(" {} {}", role, hex(bits));
        text += "\n";
    }
    return text;
}

}  // namespace bitshed::proof
