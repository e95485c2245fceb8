#include "flows/run_tool.hpp"

#include <fmt/format.h>

#include "flows/parse_stat.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

std::string shown(const fs::path& path) {
    return printable(path.string(), 400);
}

}  // namespace

Outcome run_tool(const Tool& tool, const std::vector<std::string>& arguments,
                 const WorkFolder& work, const std::string& log, std::chrono::seconds limit,
                 const std::string& output) {
    Command command;
    command.arguments = tool.command;
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.folder = work.path();
    command.log = work.path() / log;
    if (!output.empty()) command.standard_output = work.path() / output;
    command.environment = tool.environment;
    command.limit = limit;
    const auto ended = run(command);
    if (!ended) return ended.error();
    if (ended.value().out_of_time)
        return Error(ErrorKind::timeout,
                     fmt::format("{} was not done within {} s; its log is {}", tool.name,
                                 limit.count(), shown(command.log)),
                     "more time with --time-limit SECONDS");
    if (ended.value().status == 0) return success();
    const auto text = read_file(command.log);
    const auto line = text ? last_error_line(text.value()) : std::string();
    return Error(ErrorKind::tool,
                 fmt::format("{} ended with status {}{}{}; its log is {}", tool.name,
                             ended.value().status, line.empty() ? "" : ", saying ",
                             line.empty() ? "" : printable(line, 200), shown(command.log)));
}

Result<std::string> read_product(const Tool& tool, const WorkFolder& work,
                                 const std::string& product, const std::string& log) {
    auto text = read_file(work.path() / product);
    if (!text)
        return Error(ErrorKind::tool, fmt::format("{} ended well but left no {}; its log is {}",
                                                  tool.name, product, shown(work.path() / log)));
    return text;
}

Error with_log(const Error& error, const std::string& what, const WorkFolder& work,
               const std::string& log) {
    return {error.kind, fmt::format("{}: {}; its log is {}", what, error.complaints[0].problem,
                                    shown(work.path() / log))};
}

std::string displayed(const Tool& tool, const std::vector<std::string>& arguments) {
    std::vector<std::string> line{tool.name};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return shell_line(line);
}

}  // namespace bitshed::flows
