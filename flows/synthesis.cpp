#include "flows/synthesis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "support/files.hpp"

namespace bitshed::flows {

namespace {

Result<Netlist> synthesize_one(const Tool& yosys, const emit::Manifest& manifest,
                               const SynthOptions& options, const WorkFolder& work,
                               const SynthesisRun& run) {
    for (const auto& left : {run.cells_by_module, run.cells_flat, run.netlist, run.flat_verilog,
                             run.unit_netlist, run.log})
        work.forget(left);
    if (auto written = write_file(work.path() / run.script, run.text); !written)
        return written.error();
    if (auto ran = run_tool(yosys, {"-s", run.script}, work, run.log, options.time_limit); !ran)
        return ran.error();
    const auto apart_text = read_product(yosys, work, run.cells_by_module, run.log);
    if (!apart_text) return apart_text.error();
    const auto flat_text = read_product(yosys, work, run.cells_flat, run.log);
    if (!flat_text) return flat_text.error();
    const auto apart = parse_stat(apart_text.value());
    if (!apart)
        return with_log(apart.error(), fmt::format("yosys's {}", run.cells_by_module), work,
                        run.log);
    const auto flat = parse_stat(flat_text.value());
    if (!flat)
        return with_log(flat.error(), fmt::format("yosys's {}", run.cells_flat), work, run.log);

    Netlist netlist;
    netlist.run = run;
    auto cells = core_cells(apart.value(), flat.value(), manifest.module);
    if (!cells) return with_log(cells.error(), options.target.name, work, run.log);
    netlist.cells = std::move(cells).value();
    const auto cost = count_cost(options.target, netlist.cells);
    if (!cost) return with_log(cost.error(), "yosys", work, run.log);
    netlist.cost = cost.value();
    if (options.target.library) {
        const auto area = parse_area(apart_text.value(), manifest.module);
        if (!area)
            return with_log(area.error(), fmt::format("yosys's {}", run.cells_by_module), work,
                            run.log);
        netlist.area = area.value();
    }
    return netlist;
}

}  // namespace

double Netlist::size() const {
    return area ? *area : static_cast<double>(cost.luts);
}

Result<std::vector<Netlist>> synthesize_netlists(const Tool& yosys, const emit::Manifest& manifest,
                                                 const SynthOptions& options,
                                                 const WorkFolder& work) {
    std::vector<Netlist> netlists;
    for (const auto& run : synthesis_runs(manifest, options)) {
        auto netlist = synthesize_one(yosys, manifest, options, work, run);
        if (!netlist) return netlist.error();
        netlists.push_back(std::move(netlist).value());
    }
    return netlists;
}

const Netlist& least(const std::vector<Netlist>& netlists) {
    const auto rank = [](const Netlist& netlist) {
        return std::make_tuple(netlist.size(), netlist.cost.ffs + netlist.cost.carries);
    };
    return *std::min_element(netlists.begin(), netlists.end(),
                             [&](const Netlist& a, const Netlist& b) { return rank(a) < rank(b); });
}

}  // namespace bitshed::flows
