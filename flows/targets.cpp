#include "flows/targets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

/// The loop for LUTs, in the words of Yosys's `abc -script`: strash makes an and-inverter graph of
/// the present network, dch adds structural choices, `if -a` maps for area, mfs2 -a simplifies the
/// LUTs by don't-cares, lutpack packs them.
std::string lut_loop(int rounds) {
    std::string script = "+";
    for (int round = 0; round < rounds; ++round)
        script += fmt::format("{}strash;dch;if,-a;mfs2,-a;lutpack", round == 0 ? "" : ";");
    return script;
}

AreaAttempt lut_attempt(const std::string& name, int rounds, const std::vector<std::string>& before,
                        const std::string& abc, const std::vector<std::string>& after) {
    AreaAttempt attempt{name, before};
    attempt.passes.push_back(fmt::format("{} -script {}", abc, lut_loop(rounds)));
    attempt.passes.insert(attempt.passes.end(), after.begin(), after.end());
    return attempt;
}

}  // namespace

std::vector<AreaAttempt> lut_attempts(const std::vector<std::string>& before,
                                      const std::string& abc,
                                      const std::vector<std::string>& after) {
    return {lut_attempt("area-once", 1, before, abc, after),
            lut_attempt("area-repeated", 5, before, abc, after)};
}

bool Target::has(Resource resource) const {
    return std::any_of(cells.begin(), cells.end(),
                       [&](const CellRule& rule) { return rule.resource == resource; });
}

std::string Target::stock_pass() const {
    return synthesis.pass + synthesis.dsp_off;
}

const std::vector<Target>& targets() {
    static const std::vector<Target> rows = [] {
        std::vector<Target> all;
        for (auto part : {lattice_targets(), gowin_targets(), gatemate_targets(), xilinx_targets(),
                          asic_targets()})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return rows;
}

Result<Target> find_target(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& target : targets()) {
        if (target.name == name) return target;
        known.push_back(target.name);
    }
    return Error(ErrorKind::request, fmt::format("target: {} is unknown", printable(name)),
                 fmt::format("{}", fmt::join(known, ", ")));
}

}  // namespace bitshed::flows
