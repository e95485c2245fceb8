#include "flows/record.hpp"

#include <fmt/format.h>

#include "support/files.hpp"
#include "support/sha256.hpp"

namespace bitshed::flows {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* schema = "bitshed.record/1";

fs::path record_path(const fs::path& folder, const std::string& module, const std::string& kind) {
    return folder / fmt::format("{}.{}.json", module, kind);
}

bool has_text(const Json& document, const char* field, const std::string& expected) {
    return document.contains(field) && document[field].is_string() && document[field] == expected;
}

}  // namespace

Outcome record_result(const fs::path& folder, const std::string& module, const std::string& kind,
                      const std::string& verilog, const Json& result) {
    const Json document = {{"schema", schema},
                           {"kind", kind},
                           {"module", module},
                           {"verilog_sha256", sha256(verilog)},
                           {"result", result}};
    return write_file(record_path(folder, module, kind), document.dump(2) + "\n");
}

Record read_record(const fs::path& folder, const std::string& module, const std::string& kind,
                   const std::string& verilog) {
    const auto path = record_path(folder, module, kind);
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return {RecordState::absent, nullptr};
    Record unreadable{RecordState::unreadable, nullptr};
    const auto text = read_file(path);
    if (!text) return unreadable;
    const Json document = Json::parse(text.value(), nullptr, false);
    if (document.is_discarded() || !document.is_object() || !has_text(document, "schema", schema) ||
        !has_text(document, "kind", kind) || !has_text(document, "module", module) ||
        !document.contains("verilog_sha256") || !document["verilog_sha256"].is_string() ||
        !document.contains("result") || !document["result"].is_object())
        return unreadable;
    if (document["verilog_sha256"] != sha256(verilog)) return {RecordState::stale, nullptr};
    return {RecordState::fresh, document["result"]};
}

}  // namespace bitshed::flows
