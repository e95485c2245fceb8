#include "flows/accuracy.hpp"

#include <fmt/format.h>

#include "flows/sha256.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* program = "bitshed-quantize";

Error no_document(const fs::path& log) {
    return {ErrorKind::tool,
            fmt::format("{} printed no document of quantize; its log is {}", program,
                        printable(log.string(), 4000)),
            "one JSON document with top1"};
}

}  // namespace

Result<Tool> find_quantizer() {
    std::error_code failure;
    const fs::path ours = fs::read_symlink("/proc/self/exe", failure);
    const fs::path path = ours.parent_path() / program;
    if (failure || !fs::is_regular_file(path, failure))
        return Error(ErrorKind::tool, fmt::format("there is no {} beside bitshed", program),
                     "./setup.sh gets LibTorch, then build again; `bitshed doctor` tells more");
    const auto text = read_file(path);
    if (!text) return text.error();
    return Tool{program, {path.string()}, path, "sha256 " + sha256(text.value()), {}};
}

std::vector<std::string> quantize_arguments(const Json& request) {
    std::vector<std::string> arguments = {"quantize", "--json", "--quiet", "--threads", "1"};
    for (const char* option : {"model", "weight", "activation", "recipe"}) {
        arguments.push_back(fmt::format("--{}", option));
        arguments.push_back(
            request.at(option == std::string("model") ? "path" : option).get<std::string>());
    }
    if (request.at("images").is_number_integer()) {
        arguments.emplace_back("--first");
        arguments.push_back(request["images"].dump());
    }
    return arguments;
}

Result<Json> run_accuracy_job(const JobInput& input) {
    const auto tool = find_quantizer();
    if (!tool) return tool.error();
    std::error_code failure;
    fs::create_directories(input.folder, failure);
    Command command;
    command.arguments = tool.value().command;
    const auto arguments = quantize_arguments(input.request);
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.folder = input.folder;
    command.log = input.folder / "quantize.log";
    command.standard_output = input.folder / "quantize.json";
    command.limit = input.limit;
    const auto ended = run(command);
    if (!ended) return ended.error();
    if (ended.value().out_of_time)
        return Error(ErrorKind::timeout,
                     fmt::format("{} was not done within {} s; its log is {}", program,
                                 input.limit.count(), printable(command.log.string(), 4000)));
    if (ended.value().status != 0)
        return Error(ErrorKind::tool,
                     fmt::format("{} ended with status {}; its log is {}", program,
                                 ended.value().status, printable(command.log.string(), 4000)));
    const auto text = read_file(command.standard_output);
    if (!text) return no_document(command.log);
    Json document = Json::parse(text.value(), nullptr, false);
    if (!document.is_object() || !document.contains("top1") || !document["top1"].is_number())
        return no_document(command.log);
    return document;
}

}  // namespace bitshed::flows
