#include "flows/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "flows/json.hpp"
#include "flows/routing.hpp"
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

/// The tool's status, asked for once: a program may serve several targets.
const ToolStatus& known(Diagnosis& diagnosis, const std::string& name,
                        const std::function<ToolStatus()>& ask) {
    auto& tools = diagnosis.tools;
    const auto at = std::find_if(tools.begin(), tools.end(),
                                 [&](const ToolStatus& tool) { return tool.name == name; });
    if (at != tools.end()) return *at;
    tools.push_back(ask());
    return tools.back();
}

/// "synth --target machxo2, machxo3": the targets that a predicate holds for.
std::string needed_by(const std::function<bool(const Target&)>& needs) {
    std::string names;
    for (const auto& target : targets())
        if (needs(target)) names += (names.empty() ? "" : ", ") + target.name;
    return "synth --target " + names;
}

ToolStatus library_status(const CellLibrary& library) {
    ToolStatus status;
    status.name = library.file;
    status.needed_for = needed_by([&](const Target& target) {
        return target.library && target.library->file == library.file;
    });
    status.how_to_get = fmt::format("{}, or apt-get install {}", by_setup, library.package);
    const auto file = find_library(library);
    if (file) {
        // A Liberty file has no version of its own.
        status.version = library.package;
        status.path = file.value().string();
    } else {
        status.problem = file.error().complaints[0].problem;
    }
    return status;
}

/// What of a target's tools is missing, empty if nothing is. `diagnosis` has Yosys first.
std::string why_not(const Target& target, Diagnosis& diagnosis,
                    const std::filesystem::path& folder) {
    std::string problem = diagnosis.tools[0].problem;
    const auto need = [&](const ToolStatus& tool) {
        if (problem.empty() && !tool.problem.empty())
            problem = fmt::format("{}; to get it: {}", tool.problem, tool.how_to_get);
    };
    if (target.router) {
        const Router& router = *target.router;
        need(known(diagnosis, router.program, [&] {
            return status_of(router.program, find_router(router, folder, patience),
                             needed_by([&](const Target& other) {
                                 return other.router && other.router->program == router.program;
                             }),
                             setup_command(router.supply));
        }));
        if (auto fits = runs_at_once(1, router.memory_mb); problem.empty() && !fits)
            problem = fits.error().complaints[0].problem;
    }
    if (target.library) {
        need(known(diagnosis, target.library->file,
                   [&] { return library_status(*target.library); }));
        need(known(diagnosis, "sta", [&] {
            return status_of(
                "sta", find_opensta(folder, patience),
                needed_by([](const Target& other) { return other.library.has_value(); }),
                "./setup.sh, or apt-get install opensta");
        }));
    }
    return problem;
}

}  // namespace

Diagnosis examine() {
    const ScratchFolder folder("doctor");
    Diagnosis diagnosis;
    const auto yosys = find_yosys(folder.path(), patience);
    diagnosis.tools.push_back(status_of("yosys", yosys, "synth", by_setup));
    for (const auto& target : targets())
        diagnosis.targets.push_back({target.name, why_not(target, diagnosis, folder.path())});
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
