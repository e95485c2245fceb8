// Running an outside program of a flow in its work folder, and the words for what it did.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "flows/tools.hpp"
#include "flows/work_folder.hpp"
#include "support/result.hpp"

namespace bitshed::flows {

/// Runs a tool to its end inside the work folder, its output in the file `log` there; what it
/// prints on standard output in the file `output` instead, where one is named. Error (tool): it
/// failed, with its last words and the log's path; (timeout): it was killed at `limit`.
Outcome run_tool(const Tool& tool, const std::vector<std::string>& arguments,
                 const WorkFolder& work, const std::string& log, std::chrono::seconds limit,
                 const std::string& output = {});

/// The text of a file that a tool was to leave. Error (tool): it did not, with the log's path.
Result<std::string> read_product(const Tool& tool, const WorkFolder& work,
                                 const std::string& product, const std::string& log);

/// A complaint about what a tool wrote, with who wrote it and the log's path added.
Error with_log(const Error& error, const std::string& what, const WorkFolder& work,
               const std::string& log);

/// A command as a person would type it in the work folder: the tool by its name.
std::string displayed(const Tool& tool, const std::vector<std::string>& arguments);

}  // namespace bitshed::flows
