#include "flows/accuracy.hpp"

#include <fmt/format.h>

#include "flows/run_tool.hpp"
#include "flows/work_folder.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/sha256.hpp"

namespace bitshed::flows {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* program = "bitshed-quantize";

constexpr const char* log_file = "quantize.log";
constexpr const char* document_file = "quantize.json";

}  // namespace

Result<Tool> find_quantizer() {
    const auto path = find_beside(program);
    if (!path)
        return Error(ErrorKind::tool, fmt::format("there is no {} beside bitshed", program),
                     "./setup.sh gets LibTorch, then build again; `bitshed doctor` tells more");
    const auto text = read_file(*path);
    if (!text) return text.error();
    return Tool{program, {path->string()}, *path, "sha256 " + sha256(text.value()), {}};
}

std::vector<std::string> quantize_arguments(const Json& request,
                                            const std::filesystem::path& shared) {
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
    arguments.emplace_back("--reference");
    arguments.push_back(shared.string());
    return arguments;
}

Result<Json> run_accuracy_job(const JobInput& input) {
    const auto tool = find_quantizer();
    if (!tool) return tool.error();
    const auto work = WorkFolder::open(input.folder, "quantize", program, "");
    if (!work) return work.error();
    if (auto ran = run_tool(tool.value(), quantize_arguments(input.request, input.shared),
                            work.value(), log_file, input.limit, document_file);
        !ran)
        return ran.error();
    const auto text = read_product(tool.value(), work.value(), document_file, log_file);
    if (!text) return text.error();
    Json document = Json::parse(text.value(), nullptr, false);
    if (!document.is_object() || !document.contains("top1") || !document["top1"].is_number())
        return with_log({ErrorKind::tool, "it printed no document of quantize"}, program,
                        work.value(), log_file);
    return document;
}

}  // namespace bitshed::flows
