#include "flows/tools.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "flows/parse_version.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "templates/pages.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

constexpr const char* look_alike = "yosys.py";

fs::path version_log(const Tool& tool, const fs::path& folder) {
    return folder / (tool.name + "_version.log");
}

/// Asks a tool for its version and completes it. False: it fails or says none, so it is not that
/// tool. Error (timeout): it hangs.
Result<bool> ask_version(Tool& tool, const std::string& flag, const std::string& packager,
                         const fs::path& folder, std::chrono::seconds limit) {
    Command command;
    command.arguments = tool.command;
    command.arguments.push_back(flag);
    command.folder = folder;
    command.log = version_log(tool, folder);
    command.environment = tool.environment;
    command.limit = limit;
    const auto ended = run(command);
    if (!ended) return false;
    if (ended.value().out_of_time)
        return Error(ErrorKind::timeout,
                     fmt::format("{} did not tell its version within {} s",
                                 printable(tool.path.string(), 200), limit.count()));
    const auto text = read_file(command.log);
    const auto version = text ? parse_version(text.value()) : std::nullopt;
    if (ended.value().status != 0 || !version) return false;
    tool.version = *version + packager;
    return true;
}

/// WebAssembly programs keep their compiled code in YOWASP_CACHE_DIR: beside the virtual
/// environment's programs where that may be written, else where they keep it by themselves.
std::map<std::string, std::string> compiled_code_cache(const fs::path& venv) {
    if (std::getenv("YOWASP_CACHE_DIR") != nullptr || ::access(venv.c_str(), W_OK) != 0) return {};
    return {{"YOWASP_CACHE_DIR", (fs::absolute(venv) / "yowasp-cache").string()}};
}

Error silent(const Tool& tool, const fs::path& folder) {
    return {
        ErrorKind::tool,
        fmt::format("{} does not tell its version, so it cannot be what it seems; its log is {}",
                    printable(tool.path.string(), 200),
                    printable(version_log(tool, folder).string(), 400)),
        "`./setup.sh` in the checkout installs the pinned tools"};
}

}  // namespace

fs::path venv_folder() {
    if (const char* named = std::getenv("BITSHED_VENV"); named != nullptr) return named;
    const auto executable = own_executable();
    return executable ? executable.value().parent_path().parent_path() / ".venv" : ".venv";
}

const char* setup_command(Supply supply) {
    return supply == Supply::setup_extra ? "./setup.sh --extra" : "./setup.sh";
}

Result<Tool> find_yosys(const fs::path& folder, std::chrono::seconds limit) {
    const fs::path python = venv_folder() / "bin" / "python";
    if (find_program(python.string())) {
        if (auto written = write_file(folder / look_alike, templates::yosys_py); !written)
            return written.error();
        Tool tool{"yosys", {fs::absolute(python).string(), look_alike}, python, {}, {}};
        const auto told = ask_version(tool, "-V", " (pyosys)", folder, limit);
        if (!told) return told.error();
        if (told.value()) return tool;
    }
    if (const auto found = find_program("yosys")) {
        Tool tool{"yosys", {fs::absolute(*found).string()}, *found, {}, {}};
        const auto told = ask_version(tool, "-V", "", folder, limit);
        if (!told) return told.error();
        if (!told.value()) return silent(tool, folder);
        return tool;
    }
    return Error(ErrorKind::tool,
                 fmt::format("yosys was not found: no pyosys in {}, no yosys on PATH",
                             printable(venv_folder().string(), 200)),
                 "`./setup.sh` in the checkout installs it, or `pip install pyosys` into the "
                 "folder that BITSHED_VENV names");
}

Result<Tool> find_router(const Router& router, const fs::path& folder, std::chrono::seconds limit) {
    const std::string wheel = "yowasp-" + router.program;
    const fs::path pinned = venv_folder() / "bin" / wheel;
    for (const auto& name : {pinned.string(), router.program, wheel}) {
        const auto found = find_program(name);
        if (!found) continue;
        Tool tool{router.program, {fs::absolute(*found).string()}, *found, {}, {}};
        if (name == pinned) tool.environment = compiled_code_cache(venv_folder());
        const auto told = ask_version(tool, "--version", name == router.program ? "" : " (yowasp)",
                                      folder, limit);
        if (!told) return told.error();
        if (!told.value()) return silent(tool, folder);
        return tool;
    }
    return Error(ErrorKind::tool,
                 fmt::format("{} was not found: no {} in {}, neither on PATH", router.program,
                             wheel, printable(venv_folder().string(), 200)),
                 fmt::format("`{}` in the checkout installs it, or `pip install {}` into "
                             "the folder that BITSHED_VENV names",
                             setup_command(router.supply), wheel));
}

Result<Tool> find_opensta(const fs::path& folder, std::chrono::seconds limit) {
    return find_on_path("sta", "-version", "`apt-get install opensta`, or `./setup.sh`", folder,
                        limit);
}

Result<std::vector<std::string>> find_abc() {
    std::error_code ignored;
    const fs::path libraries = venv_folder() / "lib";
    for (const auto& python : fs::directory_iterator(libraries, ignored)) {
        const auto wheel = python.path() / "site-packages" / "pyosys" / "yosys-abc";
        if (const auto found = find_program(wheel.string()))
            return std::vector{fs::absolute(*found).string()};
    }
    for (const char* name : {"yosys-abc", "berkeley-abc", "abc"})
        if (const auto found = find_program(name))
            return std::vector{fs::absolute(*found).string()};
    return Error(ErrorKind::tool,
                 fmt::format("ABC was not found: no pyosys in {}, no yosys-abc on PATH",
                             printable(venv_folder().string(), 200)),
                 "`./setup.sh` in the checkout installs it");
}

Result<fs::path> find_library(const CellLibrary& library) {
    for (const auto& folder : {venv_folder() / "liberty", fs::path(library.folder)}) {
        std::error_code ignored;
        if (fs::is_regular_file(folder / library.file, ignored)) return folder / library.file;
    }
    return Error(ErrorKind::tool,
                 fmt::format("the cell library {} was found neither in {} nor in {}", library.file,
                             printable((venv_folder() / "liberty").string(), 200), library.folder),
                 fmt::format("`./setup.sh` in the checkout fetches it out of Debian's package {}, "
                             "or `apt-get install {}`",
                             library.package, library.package));
}

Result<Tool> find_on_path(const std::string& name, const std::string& flag,
                          const std::string& how_to_get, const fs::path& folder,
                          std::chrono::seconds limit) {
    const auto found = find_program(name);
    if (!found)
        return Error(ErrorKind::tool, fmt::format("{} was not found on PATH", name), how_to_get);
    Tool tool{name, {fs::absolute(*found).string()}, *found, {}, {}};
    const auto told = ask_version(tool, flag, "", folder, limit);
    if (!told) return told.error();
    if (!told.value()) return silent(tool, folder);
    return tool;
}

}  // namespace bitshed::flows
