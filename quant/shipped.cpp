#include "quant/shipped.hpp"

#include <algorithm>
#include <cstdlib>

#include "support/process.hpp"

namespace bitshed::quant {

namespace fs = std::filesystem;

std::optional<fs::path> networks_folder() {
    if (const char* named = std::getenv("BITSHED_NETWORKS"); named != nullptr) return named;
    const auto executable = own_executable();
    if (!executable) return std::nullopt;
    const fs::path beside = executable.value().parent_path().parent_path();
    std::error_code failure;
    for (const fs::path& folder :
         {beside / "quant" / "networks", beside.parent_path() / "quant" / "networks",
          beside.parent_path().parent_path() / "quant" / "networks",
          beside / "share" / "bitshed" / "networks"})
        if (fs::is_directory(folder, failure)) return folder;
    return std::nullopt;
}

std::vector<std::string> shipped_networks() {
    std::vector<std::string> names;
    const auto folder = networks_folder();
    if (!folder) return names;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(*folder, failure))
        if (entry.path().extension() == ".onnx") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<fs::path> shipped_network(const std::string& name) {
    const auto names = shipped_networks();
    if (std::find(names.begin(), names.end(), name) == names.end()) return std::nullopt;
    return *networks_folder() / (name + ".onnx");
}

}  // namespace bitshed::quant
