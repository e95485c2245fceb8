// The networks that come with bitshed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bitshed::quant {

/// Where they lie: the folder that BITSHED_NETWORKS names, else the first that is there of
/// quant/networks one, two or three folders above the executable's (build/bitshed in a checkout)
/// and share/bitshed/networks beside the folder of an installed executable. Nothing: in none.
std::optional<std::filesystem::path> networks_folder();

/// Their names, sorted: what may be given as --model.
std::vector<std::string> shipped_networks();

/// The file of one; nothing where there is no such name.
std::optional<std::filesystem::path> shipped_network(const std::string& name);

}  // namespace bitshed::quant
