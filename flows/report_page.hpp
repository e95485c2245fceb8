// report.html: the report as one file that a browser shows without a network.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flows/report.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// The programs of other people that draw the plots, inlined into the page.
struct PageScripts {
    std::vector<std::string> texts;  ///< JavaScript, in the order in which it has to run
    std::string licences;            ///< their notices, which go wherever they go
};

/// The folder in which `setup.sh` puts them: what BITSHED_ASSETS names, else `.assets` beside the
/// folder that holds the executable.
std::filesystem::path assets_folder();

/// Reads vega, vega-lite and vega-embed from a folder. Error (files): one is missing, with how to
/// get it.
Result<PageScripts> read_page_scripts(const std::filesystem::path& folder);

/// The page: a table to sort and filter, plots, and how every figure came about. Without scripts
/// the plots are those of report.svg. It asks for nothing over the network, and its Content
/// Security Policy lets nothing but its own scripts run, by their digests.
std::string to_html(const Report& report, const std::optional<PageScripts>& scripts);

/// Writes report.md, report.csv, report.json, report.svg and report.html into a folder, which is
/// made if need be; where networks were quantized, accuracy.csv and accuracy.svg too. Error
/// (files): one cannot be written.
Outcome write_report(const Report& report, const std::filesystem::path& folder,
                     const std::optional<PageScripts>& scripts);

}  // namespace bitshed::flows
