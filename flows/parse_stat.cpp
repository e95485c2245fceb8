#include "flows/parse_stat.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "support/text.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::json;

Error not_understood(const std::string& what) {
    return {ErrorKind::tool, fmt::format("this is not what `stat -json` writes: {}", what)};
}

bool has_count(const Json& object, const char* field) {
    return object.is_object() && object.contains(field) && object[field].is_number_unsigned();
}

}  // namespace

Result<CellsByModule> parse_stat(std::string_view text) {
    const Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_object())
        return not_understood("no JSON object, or half of one");
    // {
    //    "creator": "Yosys 0.70 (git sha1 28ba3cb92, ...)",
    //    "invocation": "stat -json ",
    //    "modules": {
    //       "\\bitshed_harness": {
    if (!document.contains("modules") || !document["modules"].is_object() ||
        document["modules"].empty())
        return not_understood("no modules");
    CellsByModule cells_by_module;
    for (const auto& [escaped_name, module] : document["modules"].items()) {
        //          "num_cells":         96,
        //          "num_submodules":       1,
        //          "num_cells_by_type": {
        //             "SB_DFF": 80,
        //             "SB_LUT4": 16,
        //             "mac_e4m3_e4m3_plain": 1
        //          }
        const auto name = escaped_name.starts_with('\\') ? escaped_name.substr(1) : escaped_name;
        if (!has_count(module, "num_cells") || !has_count(module, "num_submodules") ||
            !module.contains("num_cells_by_type") || !module["num_cells_by_type"].is_object())
            return not_understood(fmt::format("no cells of the module {}", printable(name)));
        CellCounts cells;
        long sum = 0;
        for (const auto& [type, count] : module["num_cells_by_type"].items()) {
            if (!count.is_number_unsigned())
                return not_understood(fmt::format("no count of {}", printable(type)));
            cells[type] = count.get<long>();
            sum += cells[type];
        }
        const long expected =
            module["num_cells"].get<long>() + module["num_submodules"].get<long>();
        if (sum != expected)
            return not_understood(fmt::format("the cells of {} add up to {}, not to {}",
                                              printable(name), sum, expected));
        cells_by_module[name] = std::move(cells);
    }
    return cells_by_module;
}

Result<double> parse_area(std::string_view text, const std::string& module) {
    const Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_object() || !document.contains("modules") ||
        !document["modules"].is_object())
        return not_understood("no JSON object with modules, or half of one");
    //       "\\mac_e4m3_e4m3_plain": {
    //          "area":              23510.000000,
    const auto& modules = document["modules"];
    const auto name = "\\" + module;
    if (!modules.contains(name) || !modules[name].is_object() || !modules[name].contains("area") ||
        !modules[name]["area"].is_number() || !(modules[name]["area"].get<double>() > 0))
        return not_understood(fmt::format("no area of {}", printable(module)));
    return modules[name]["area"].get<double>();
}

std::string last_error_line(std::string_view log) {
    // Yosys:   ERROR: Module `nope' not found!
    //          unit.v:1: ERROR: syntax error, unexpected TOK_OUTPUT, ...
    // nextpnr: ERROR: Unable to place cell 'core.acc_o_SB_DFFSR_Q_DFFLC', no BELs remaining ...
    std::string last;
    for (const auto& line : split(log, '\n'))
        if (line.find("ERROR: ") != std::string::npos) last = trim(line);
    return last;
}

}  // namespace bitshed::flows
