#include "proof/sides.hpp"

#include <fmt/format.h>

#include "proof/reference.hpp"
#include "support/check.hpp"

namespace bitshed::proof {

Result<Sides> make_sides(const emit::Manifest& manifest, Netlist judged, Netlist reference) {
    Sides sides;
    std::vector<Complaint> misfits;
    std::size_t inputs = 0, outputs = 0;
    for (const emit::ManifestPort& port : manifest.ports) {
        const bool is_input = port.direction == "input";
        ++(is_input ? inputs : outputs);
        const auto& own = is_input ? judged.inputs : judged.outputs;
        const auto& other = is_input ? reference.inputs : reference.outputs;
        const auto found = own.find(port.name);
        if (found == own.end() || found->second.size() != static_cast<std::size_t>(port.bits)) {
            misfits.push_back(
                {fmt::format("the judged file has no {} {} of {} bit{}", port.direction, port.name,
                             port.bits, port.bits == 1 ? "" : "s"),
                 "a module of the manifest's name and ports"});
            continue;
        }
        if (port.role == "clock") continue;
        const auto reference_found = other.find(reference_port(port.role));
        check(reference_found != other.end() &&
                  reference_found->second.size() == found->second.size(),
              "the reference has the manifest's ports");
        auto& place = (is_input ? sides.inputs : sides.outputs)[port.role];
        place = {found->second, reference_found->second};
    }
    if (judged.inputs.size() > inputs || judged.outputs.size() > outputs)
        misfits.push_back({"the judged file has more ports than the manifest",
                           "a module of the manifest's name and ports"});
    if (!misfits.empty()) return Error(ErrorKind::tool, std::move(misfits));
    sides.judged = std::move(judged);
    sides.reference = std::move(reference);
    sides.stages = manifest.stages;
    sides.lanes = manifest.lanes;
    sides.hold = sides.inputs.contains("enable")      ? Hold::enable
                 : sides.inputs.contains("out_ready") ? Hold::stalled
                                                      : Hold::never;
    return sides;
}

}  // namespace bitshed::proof
