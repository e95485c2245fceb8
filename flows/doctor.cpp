#include "flows/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flows/tools.hpp"
#include "support/files.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

/// The first run of a WebAssembly program compiles it, which takes seconds.
constexpr std::chrono::seconds patience{60};

constexpr const char* by_setup = "./setup.sh";

/// Programs that are looked for on PATH alone.
struct PathProgram {
    const char* name;
    const char* version_flag;
    const char* needed_for;
    const char* how_to_get;
};

constexpr PathProgram path_programs[] = {
    {"verilator", "--version", "verify", "apt-get install verilator"},
    {"g++", "--version", "verify (compiles what Verilator writes)", "apt-get install g++"},
    {"make", "--version", "verify (builds what Verilator writes)", "apt-get install make"},
    {"iverilog", "-V", "running the generated testbench", "apt-get install iverilog"},
    {"python3", "--version", "setup.sh (makes the virtual environment)",
     "apt-get install python3 python3-venv"},
    {"cmake", "--version", "building bitshed", "apt-get install cmake"},
    {"ninja", "--version", "building bitshed", "apt-get install ninja-build"},
};

ToolStatus status_of(const std::string& name, const Result<Tool>& found,
                     const std::string& needed_for, const std::string& how_to_get) {
    ToolStatus status;
    status.name = name;
    status.needed_for = needed_for;
    status.how_to_get = how_to_get;
    if (found) {
        status.version = found.value().version;
        status.path = found.value().path.string();
    } else {
        status.problem = found.error().complaints[0].problem;
    }
    return status;
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

}  // namespace

Diagnosis examine() {
    const ScratchFolder folder("doctor");
    Diagnosis diagnosis;
    const auto yosys = find_yosys(folder.path(), patience);
    diagnosis.tools.push_back(status_of("yosys", yosys, "synth", by_setup));
    for (const auto& target : targets()) {
        std::string why_not = diagnosis.tools[0].problem;
        if (target.router) {
            const auto& program = target.router->program;
            auto known = std::find_if(diagnosis.tools.begin(), diagnosis.tools.end(),
                                      [&](const ToolStatus& tool) { return tool.name == program; });
            if (known == diagnosis.tools.end()) {
                diagnosis.tools.push_back(
                    status_of(program, find_router(*target.router, folder.path(), patience),
                              fmt::format("synth --target {}", target.name), by_setup));
                known = diagnosis.tools.end() - 1;
            }
            if (why_not.empty()) why_not = known->problem;
        }
        diagnosis.targets.push_back({target.name, why_not});
    }
    for (const auto& name : planned_targets())
        diagnosis.targets.push_back({name, "not available in this version"});
    for (const auto& program : path_programs)
        diagnosis.tools.push_back(
            status_of(program.name,
                      find_on_path(program.name, program.version_flag, program.how_to_get,
                                   folder.path(), patience),
                      program.needed_for, program.how_to_get));
    return diagnosis;
}

Json to_json(const Diagnosis& diagnosis) {
    Json tools = Json::array();
    for (const auto& tool : diagnosis.tools)
        tools.push_back({{"name", tool.name},
                         {"found", tool.version.has_value()},
                         {"version", or_null(tool.version)},
                         {"path", or_null(tool.path)},
                         {"needed_for", tool.needed_for},
                         {"how_to_get", tool.how_to_get}});
    Json targets = Json::array();
    for (const auto& target : diagnosis.targets)
        targets.push_back(
            {{"name", target.name},
             {"available", target.why_not.empty()},
             {"why_not", target.why_not.empty() ? Json(nullptr) : Json(target.why_not)}});
    return {{"tools", tools}, {"targets", targets}};
}

}  // namespace bitshed::flows
