#include "flows/cell_netlist.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::json;

Error not_understood(const std::string& what) {
    return {ErrorKind::tool, fmt::format("this is no netlist of Yosys's: {}", what)};
}

/// [ 12, 13, "0" ]: numbers of nets and constants.
std::vector<Net> nets_of(const Json& bits) {
    std::vector<Net> nets;
    for (const auto& bit : bits) nets.push_back(bit.is_string() ? constant_net : bit.get<Net>());
    return nets;
}

}  // namespace

Result<CellNetlist> parse_cell_netlist(std::string_view text, const std::string& module) {
    const Json document = Json::parse(text, nullptr, false);
    CellNetlist netlist;
    try {
        const Json& found = document.at("modules").at(module);
        for (const auto& [name, json] : found.at("cells").items()) {
            NetlistCell cell{name, json.at("type").get<std::string>(), {}, {}};
            for (const auto& [pin, bits] : json.at("connections").items()) {
                const auto direction = json.at("port_directions").at(pin).get<std::string>();
                (direction == "output" ? cell.outputs : cell.inputs)[pin] = nets_of(bits);
            }
            netlist.cells.push_back(std::move(cell));
        }
        for (const auto& [name, json] : found.at("netnames").items()) {
            const auto nets = nets_of(json.at("bits"));
            for (std::size_t i = 0; i < nets.size(); ++i)
                if (nets[i] != constant_net) netlist.names.emplace(nets[i], std::pair(name, i));
        }
    } catch (const Json::exception& error) {
        return not_understood(printable(error.what(), 200));
    }
    if (netlist.cells.empty()) return not_understood("it has no cells");
    return netlist;
}

Result<NetActivity> net_activity(const CellNetlist& netlist, const Activity& activity) {
    NetActivity all;
    for (const auto& [net, name] : netlist.names) {
        const auto found = activity.find(name.first);
        if (found != activity.end() && name.second < found->second.size())
            all.emplace(net, found->second[name.second]);
    }
    for (const auto& cell : netlist.cells)
        for (const auto& [pin, nets] : cell.outputs)
            for (const Net net : nets) {
                if (net == constant_net) continue;
                const auto found = all.find(net);
                const auto place =
                    fmt::format("the net at {}.{}", printable(cell.name), printable(pin));
                if (found == all.end())
                    return Error(ErrorKind::tool, "the simulation tells nothing of " + place);
                if (found->second.unknown)
                    return Error(ErrorKind::tool,
                                 place + " is neither 0 nor 1 all through the simulation");
            }
    return all;
}

long driven_toggles(const CellNetlist& netlist, const NetActivity& activity) {
    std::set<Net> driven;
    for (const auto& cell : netlist.cells)
        for (const auto& [pin, nets] : cell.outputs) driven.insert(nets.begin(), nets.end());
    driven.erase(constant_net);
    long toggles = 0;
    for (const Net net : driven) toggles += activity.at(net).toggles();
    return toggles;
}

}  // namespace bitshed::flows
