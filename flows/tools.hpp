// Finding the outside programs: the pinned ones of a virtual environment first, then PATH.
//
// The virtual environment is the folder BITSHED_VENV names if that is set, else `.venv` beside the
// folder that holds the executable (build/bitshed -> ./.venv). docs/flows.md has the order.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flows/targets.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

struct Tool {
    std::string name;                  ///< "yosys", "nextpnr-ice40"
    std::vector<std::string> command;  ///< what begins its argument vector
    std::filesystem::path path;        ///< the file that was found
    std::string version;               ///< "0.70 (pyosys)": the number and who packaged it
    std::map<std::string, std::string> environment;  ///< it wants set
};

/// The virtual environment to look in; whether it exists is another question.
std::filesystem::path venv_folder();

/// The command of the checkout that installs what is supplied so.
const char* setup_command(Supply supply);

/// Yosys: pyosys of the virtual environment through a look-alike of yosys(1), else `yosys` on
/// PATH. `folder` is where it is going to run: the look-alike is written there as yosys.py.
/// Error (tool): missing, with how to get it; or it does not tell its version. Error (timeout): it
/// does not tell it within `limit`.
Result<Tool> find_yosys(const std::filesystem::path& folder, std::chrono::seconds limit);

/// A router: `yowasp-PROGRAM` of the virtual environment, PROGRAM on PATH, `yowasp-PROGRAM` on
/// PATH. Errors as above. `folder` is where it is going to run.
Result<Tool> find_router(const Router& router, const std::filesystem::path& folder,
                         std::chrono::seconds limit);

/// OpenSTA: `sta` on PATH. Errors as above.
Result<Tool> find_opensta(const std::filesystem::path& folder, std::chrono::seconds limit);

/// ABC, as what begins its argument vector: the one in the wheel that pyosys comes in, else
/// `yosys-abc`, `berkeley-abc` or `abc` on PATH. It tells no version. Error (tool): missing.
Result<std::vector<std::string>> find_abc();

/// The file of a cell library: in the folder `liberty` of the virtual environment, else where
/// Debian's package puts it. Error (tool): in neither, with how to get it.
Result<std::filesystem::path> find_library(const CellLibrary& library);

/// A program on PATH that tells its version when given `flag`. Errors as above; `how_to_get` goes
/// into the words.
Result<Tool> find_on_path(const std::string& name, const std::string& flag,
                          const std::string& how_to_get, const std::filesystem::path& folder,
                          std::chrono::seconds limit);

}  // namespace bitshed::flows
