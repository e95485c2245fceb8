#include "flows/targets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "flows/area_scripts.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

std::vector<AreaAttempt> lut_attempts(const std::vector<std::string>& before, int lut_inputs,
                                      const std::vector<std::string>& after) {
    std::vector<AreaAttempt> attempts = {
        {"area-once", before}, {"area-climbed", before}, {"area-restarted", before}};
    const std::string scripts[] = {mapped_once(), climbed(lut_inputs), restarted(lut_inputs)};
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        auto& passes = attempts[i].passes;
        passes.push_back(fmt::format("abc -lut {} -script {}", lut_inputs, scripts[i]));
        passes.insert(passes.end(), after.begin(), after.end());
    }
    return attempts;
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
