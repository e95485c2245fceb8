#include "flows/plan.hpp"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

/// What a plan may come to: more is a slip, and would fill a disk.
constexpr std::size_t most_units = 200'000;
constexpr std::size_t most_complaints = 20;

enum class Shape { words, numbers, number, yes_or_no };

struct Key {
    const char* name;
    Shape shape;
    const char* allowed;
};

constexpr std::array<Key, 21> keys{{
    {"pairs", Shape::words, "a list of WEIGHT*ACTIVATION: [\"e4m3*e4m3\", \"int4*int8\"]"},
    {"weights", Shape::words, "a list of formats, with activations beside it: [\"e4m3\"]"},
    {"activations", Shape::words, "a list of formats, with weights beside it: [\"int8\"]"},
    {"accumulators", Shape::words,
     "a list of exact, fixed<B> and float formats: [\"exact\", \"fixed24\", \"fp32\"]"},
    {"terms", Shape::numbers, "a list of whole numbers from 1: [4608]"},
    {"lanes", Shape::numbers, "a list of whole numbers from 1 to 64: [1, 4]"},
    {"stages", Shape::numbers, "a list of whole numbers from 0 to 4: [0, 2]"},
    {"shifters", Shape::words, "a list of shifters that `bitshed gen` takes: [\"blocks\"]"},
    {"signs", Shape::words, "a list of what `bitshed gen --sign` takes: [\"early\"]"},
    {"products", Shape::words, "a list of what `bitshed gen --product` takes: [\"multiply\"]"},
    {"carries", Shape::words, "a list of what `bitshed gen --carry` takes: [\"ripple\"]"},
    {"cells", Shape::words, "a list of what `bitshed gen --cells` takes: [\"portable\"]"},
    {"targets", Shape::words, "a list of targets that `bitshed doctor` lists: [\"ice40-hx8k\"]"},
    {"efforts", Shape::words, "a list of efforts that `bitshed synth` takes: [\"stock\"]"},
    {"activities", Shape::words,
     "a list of operand streams that `bitshed synth --activity` takes: [\"gauss\"]"},
    {"seeds", Shape::numbers, "a list of whole numbers from 0: [1, 2, 3]; []: nothing is routed"},
    {"freq", Shape::number, "the MHz that routers aim at: 100"},
    {"verify", Shape::yes_or_no, "true or false: compare every unit with the golden model"},
    {"models", Shape::words, "a list of networks that `bitshed quantize` takes: [\"vit_0\"]"},
    {"recipes", Shape::words, "a list of recipes that `bitshed quantize` takes: [\"none\"]"},
    {"images", Shape::number, "how many images are classified, a whole number from 1: 1000"},
}};

std::string key_names() {
    std::string names;
    for (const auto& key : keys) names += (names.empty() ? "" : ", ") + std::string(key.name);
    return names;
}

class Reader {
  public:
    Reader(const toml::table& table, const UnitMaker& make_unit, const ModelFinder& find_model)
        : table_(table), make_unit_(make_unit), find_model_(find_model) {}

    Result<Plan> read() {
        for (const auto& [name, node] : table_) read_key(std::string(name.str()), node);
        read_units();
        read_measures();
        read_accuracies();
        if (!complaints_.empty()) return Error(ErrorKind::request, std::move(complaints_));
        return std::move(plan_);
    }

  private:
    void complain(std::string problem, std::string allowed) {
        for (const auto& said : complaints_)
            if (said.problem == problem) return;
        complaints_.push_back({std::move(problem), std::move(allowed)});
    }

    [[nodiscard]] bool given(const std::string& key) const {
        const auto found = lists_.find(key);
        return found != lists_.end() && !found->second.empty();
    }

    [[nodiscard]] std::vector<std::string> list(const std::string& key,
                                                const std::vector<std::string>& fallback) const {
        return given(key) ? lists_.at(key) : fallback;
    }

    void read_key(const std::string& name, const toml::node& node) {
        for (const auto& key : keys) {
            if (name != key.name) continue;
            if (!read_value(key, node))
                complain(fmt::format("plan: {} is of a wrong type", name), key.allowed);
            return;
        }
        complain(fmt::format("plan: the key {} is unknown", printable(name)), key_names());
    }

    /// False: the node is not of the key's shape.
    bool read_value(const Key& key, const toml::node& node) {
        auto& values = lists_[key.name];
        if (key.shape == Shape::yes_or_no) {
            const auto value = node.value_exact<bool>();
            if (value) values.emplace_back(*value ? "true" : "false");
            return value.has_value();
        }
        if (key.shape == Shape::number) {
            if (const auto whole = node.value_exact<std::int64_t>())
                values.push_back(fmt::format("{}", *whole));
            else if (const auto real = node.value_exact<double>())
                values.push_back(fmt::format("{}", *real));
            return !values.empty();
        }
        const auto* array = node.as_array();
        if (array == nullptr) return false;
        for (const auto& element : *array) {
            if (key.shape == Shape::words) {
                const auto word = element.value_exact<std::string>();
                if (!word) return false;
                values.push_back(*word);
            } else {
                const auto number = element.value_exact<std::int64_t>();
                if (!number) return false;
                values.push_back(fmt::format("{}", *number));
            }
        }
        return true;
    }

    std::vector<std::string> pairs() {
        std::vector<std::string> pairs = list("pairs", {});
        for (const auto& pair : pairs)
            if (pair.find('+') != std::string::npos)
                complain(fmt::format("pairs: {} names an accumulator", printable(pair)),
                         "WEIGHT*ACTIVATION; accumulators = [...] has the accumulators");
        if (given("weights") != given("activations"))
            complain(fmt::format("plan: {} has no {} beside it",
                                 given("weights") ? "weights" : "activations",
                                 given("weights") ? "activations" : "weights"),
                     "both lists, or pairs = [...]");
        for (const auto& weight : list("weights", {}))
            for (const auto& activation : list("activations", {}))
                pairs.push_back(fmt::format("{}*{}", weight, activation));
        return pairs;
    }

    /// Every combination of the architectures' lists; an absent list leaves the option out.
    [[nodiscard]] std::vector<UnitRequest> architectures() const {
        using Member = std::optional<std::string> UnitRequest::*;
        std::vector<UnitRequest> requests(1);
        for (const auto& [key, member] :
             {std::pair<const char*, Member>("shifters", &UnitRequest::shifter),
              {"signs", &UnitRequest::sign},
              {"products", &UnitRequest::product},
              {"carries", &UnitRequest::carry},
              {"cells", &UnitRequest::cells}}) {
            if (!given(key)) continue;
            std::vector<UnitRequest> more;
            for (const auto& request : requests)
                for (const auto& word : lists_.at(key)) {
                    more.push_back(request);
                    more.back().*member = word;
                }
            requests = std::move(more);
        }
        return requests;
    }

    void read_units() {
        const auto specs = pairs();
        const auto accumulators = list("accumulators", {"exact"});
        const auto terms = list("terms", {"4608"});
        const auto lanes = list("lanes", {"1"});
        const auto stages = list("stages", {"0"});
        const auto built = architectures();
        const double count = static_cast<double>(specs.size()) * static_cast<double>(built.size()) *
                             static_cast<double>(accumulators.size()) *
                             static_cast<double>(terms.size()) * static_cast<double>(lanes.size()) *
                             static_cast<double>(stages.size());
        if (count > static_cast<double>(most_units)) {
            complain(fmt::format("plan: it comes to {:.0f} units", count),
                     fmt::format("at most {}: shorter lists, several plans", most_units));
            return;
        }
        if (specs.empty())
            complain("plan: it names no pair of formats",
                     "pairs = [\"e4m3*e4m3\"], or weights = [...] and activations = [...]");
        for (const auto& pair : specs)
            for (const auto& accumulator : accumulators)
                for (const auto& term : terms)
                    for (const auto& lane : lanes)
                        for (const auto& stage : stages)
                            for (UnitRequest request : built) {
                                request.spec = fmt::format("{}+{}", pair, accumulator);
                                request.terms = term;
                                request.lanes = lane;
                                request.stages = stage;
                                add_unit(request);
                            }
        if (unsaid_ > 0) complain(fmt::format("and {} complaints more", unsaid_), "");
    }

    void add_unit(const UnitRequest& request) {
        auto unit = make_unit_(request);
        if (unit) {
            plan_.units.push_back(std::move(unit).value());
            return;
        }
        for (const auto& complaint : unit.error().complaints) {
            if (complaints_.size() < most_complaints)
                complain(complaint.problem, complaint.allowed);
            else
                ++unsaid_;
        }
    }

    void read_measures() {
        plan_.judging = list("verify", {"false"})[0] == "true" ? Judging::wanted : Judging::absent;
        SynthRequest request;
        if (const auto seeds = lists_.find("seeds"); seeds != lists_.end())
            request.seeds =
                seeds->second.empty() ? "none" : fmt::format("{}", fmt::join(seeds->second, ","));
        if (given("freq")) request.freq = lists_.at("freq")[0];
        // Without a target, seeds and clock are still read: a wrong one is wrong.
        const bool measured = given("targets");
        for (const auto& target : list("targets", {"ice40-hx8k"}))
            for (const auto& effort : list("efforts", {"stock"})) {
                request.target = target;
                request.effort = effort;
                request.activity.reset();
                if (!given("activities")) add_measure(request, measured);
                for (const auto& activity : list("activities", {})) {
                    request.activity = activity;
                    add_measure(request, measured);
                }
            }
    }

    void add_measure(const SynthRequest& request, bool measured) {
        auto options = make_synth_options(request);
        if (!options)
            for (const auto& complaint : options.error().complaints)
                complain(complaint.problem, complaint.allowed);
        else if (measured)
            plan_.measures.push_back(std::move(options).value());
    }

    /// Every network with every recipe and every pair of formats, each once: units that differ in
    /// their accumulators only are one pair.
    void read_accuracies() {
        std::optional<long> images;
        if (given("images")) {
            const auto& text = lists_.at("images")[0];
            const auto parsed = parse_whole_number(text, 1, 1'000'000'000);
            if (!parsed)
                complain(fmt::format("images: {} will not do", text), "a whole number from 1");
            else
                images = static_cast<long>(*parsed);
        }
        std::vector<PlannedModel> models;
        for (const auto& name : list("models", {})) {
            auto model = find_model_(name);
            if (model)
                models.push_back(std::move(model).value());
            else
                for (const auto& complaint : model.error().complaints)
                    complain(complaint.problem, complaint.allowed);
        }
        std::vector<std::pair<std::string, std::string>> formats;
        for (const auto& unit : plan_.units) {
            std::pair pair(unit.manifest.weight, unit.manifest.activation);
            if (std::find(formats.begin(), formats.end(), pair) == formats.end())
                formats.push_back(std::move(pair));
        }
        for (const auto& model : models)
            for (const auto& recipe : list("recipes", {"none"}))
                for (const auto& [weight, activation] : formats)
                    plan_.accuracies.push_back({model, weight, activation, recipe, images});
    }

    const toml::table& table_;
    const UnitMaker& make_unit_;
    const ModelFinder& find_model_;
    std::size_t unsaid_ = 0;
    std::map<std::string, std::vector<std::string>> lists_;
    std::vector<Complaint> complaints_;
    Plan plan_;
};

}  // namespace

Result<Plan> read_plan(const std::string& text, const std::string& origin,
                       const UnitMaker& make_unit, const ModelFinder& find_model) {
    const auto parsed = toml::parse(text);
    if (!parsed) {
        const auto& error = parsed.error();
        return Error(ErrorKind::request,
                     fmt::format("{}, line {}: {}", origin, error.source().begin.line,
                                 printable(error.description(), 300)),
                     "a TOML file; `bitshed sweep --help` shows one");
    }
    return Reader(parsed.table(), make_unit, find_model).read();
}

}  // namespace bitshed::flows
