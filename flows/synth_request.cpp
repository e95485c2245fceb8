#include "flows/synth_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

constexpr int most_seeds = 100;
constexpr std::int64_t largest_seed = 2'147'483'647;  // nextpnr reads an int
constexpr double highest_mhz = 10'000;

}  // namespace

std::optional<double> parse_mhz(const std::string& text) {
    if (text.find_first_not_of("0123456789.") != std::string::npos) return std::nullopt;
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    if (error != std::errc{} || stop != end || !(value > 0) || value > highest_mhz)
        return std::nullopt;
    return value;
}

std::string allowed_mhz() {
    return fmt::format("MHz, above 0 and up to {}", highest_mhz);
}

namespace {

void read_seeds(const std::string& text, SynthOptions& options,
                std::vector<Complaint>& complaints) {
    options.seeds.clear();
    if (text == "none") return;
    const auto words = split(text, ',');
    for (const auto& word : words) {
        const auto seed = parse_whole_number(word, 0, largest_seed);
        if (!seed || words.size() > most_seeds) {
            complaints.push_back({fmt::format("seeds: {} will not do", printable(text)),
                                  fmt::format("whole numbers from 0 to {}, at most {}, with "
                                              "commas between: 1,2,3; none to route nothing",
                                              largest_seed, most_seeds)});
            return;
        }
        options.seeds.push_back(static_cast<int>(*seed));
    }
    auto sorted = options.seeds;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        complaints.push_back(
            {fmt::format("seeds: {} names a seed twice", printable(text)), "each seed once"});
}

void read_activity(const SynthRequest& request, SynthOptions& options,
                   std::vector<Complaint>& complaints) {
    ActivityOptions asked;
    if (request.activity == "uniform" || request.activity == "gauss")
        asked.stream = request.activity == "gauss" ? Stream::gauss : Stream::uniform;
    else if (request.activity)
        complaints.push_back(
            {fmt::format("activity: {} is no stream of operands", printable(*request.activity)),
             "uniform, gauss; or --operands FILE"});
    if (request.operands) {
        asked.stream = Stream::file;
        asked.operands = *request.operands;
        if (request.activity)
            complaints.push_back({"operands: a file is given, and a stream to be drawn too",
                                  "either --operands or --activity"});
    }
    if (request.activity_seed) {
        const auto seed = parse_whole_number(*request.activity_seed, 0, largest_seed);
        if (seed)
            asked.seed = static_cast<std::uint64_t>(*seed);
        else
            complaints.push_back(
                {fmt::format("activity-seed: {} will not do", printable(*request.activity_seed)),
                 fmt::format("a whole number from 0 to {}", largest_seed)});
        if (!request.activity)
            complaints.push_back(
                {"activity-seed: nothing is drawn", "--activity uniform or gauss"});
    }
    if (request.activity || request.operands) options.activity = asked;
}

}  // namespace

Result<SynthOptions> make_synth_options(const SynthRequest& request) {
    SynthOptions options;
    options.seeds = {1, 2, 3, 4, 5};
    options.dsp = request.dsp;
    std::vector<Complaint> complaints;
    if (auto target = find_target(request.target))
        options.target = std::move(target).value();
    else
        complaints = target.error().complaints;
    if (request.seeds) read_seeds(*request.seeds, options, complaints);
    if (request.freq) {
        if (const auto mhz = parse_mhz(*request.freq))
            options.freq_mhz = *mhz;
        else
            complaints.push_back(
                {fmt::format("freq: {} is no frequency", printable(*request.freq)), allowed_mhz()});
    }
    if (request.effort == "area")
        options.effort = Effort::area;
    else if (request.effort && request.effort != "stock")
        complaints.push_back(
            {fmt::format("effort: {} is unknown", printable(*request.effort)), "stock, area"});
    if (request.time_limit) {
        if (const auto seconds = parse_whole_number(*request.time_limit, 1, 86'400))
            options.time_limit = std::chrono::seconds(*seconds);
        else
            complaints.push_back(
                {fmt::format("time-limit: {} will not do", printable(*request.time_limit)),
                 "whole seconds from 1 to 86400"});
    }
    read_activity(request, options, complaints);
    if (request.work) {
        if (request.work->empty())
            complaints.push_back({"work: no folder is named", "a path"});
        else
            options.work = *request.work;
    }
    if (!complaints.empty()) return Error(ErrorKind::request, std::move(complaints));
    return options;
}

std::string_view effort_name(Effort effort) {
    switch (effort) {
        case Effort::stock:
            return "stock";
        case Effort::area:
            return "area";
    }
    check(false, "an effort is one of its enumerators");
    return {};
}

}  // namespace bitshed::flows
