#include "emit/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/text.hpp"

namespace bitshed::emit {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* schema = "bitshed.manifest/1";

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

bool is_identifier(const std::string& name) {
    const auto word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
           std::all_of(name.begin(), name.end(), word);
}

/// Reads fields out of a JSON object and collects what is wrong with them.
class Reader {
  public:
    Reader(std::string origin, std::vector<Complaint>& complaints)
        : origin_(std::move(origin)), complaints_(complaints) {}

    void complain(std::string problem, std::string allowed = {}) {
        complaints_.push_back({fmt::format("{}: {}", origin_, problem), std::move(allowed)});
    }

    std::string text(const Json& object, const char* field) {
        const Json* value = find(object, field);
        if (value != nullptr && value->is_string()) return value->get<std::string>();
        if (value != nullptr) complain(fmt::format("the field '{}' is no text", field));
        return {};
    }

    std::optional<std::string> text_or_null(const Json& object, const char* field) {
        if (!object.contains(field) || object.at(field).is_null()) return std::nullopt;
        return text(object, field);
    }

    std::int64_t whole(const Json& object, const char* field, std::int64_t least,
                       std::int64_t most) {
        const Json* value = find(object, field);
        if (value == nullptr) return least;
        const bool too_large =
            value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t{INT64_MAX};
        if (value->is_number_integer() && !too_large) {
            const auto number = value->get<std::int64_t>();
            if (number >= least && number <= most) return number;
        }
        complain(fmt::format("the field '{}' is {}", field, printable(value->dump())),
                 fmt::format("a whole number from {} to {}", least, most));
        return least;
    }

    std::optional<std::int64_t> whole_or_null(const Json& object, const char* field,
                                              std::int64_t least, std::int64_t most) {
        if (!object.contains(field) || object.at(field).is_null()) return std::nullopt;
        return whole(object, field, least, most);
    }

    std::string one_of(const Json& object, const char* field,
                       const std::set<std::string>& allowed) {
        const Json* value = find(object, field);
        if (value == nullptr) return *allowed.begin();
        std::string given = value->is_string() ? value->get<std::string>() : value->dump();
        if (value->is_string() && allowed.contains(given)) return given;
        std::string list;
        for (const auto& word : allowed) list += (list.empty() ? "" : ", ") + word;
        complain(fmt::format("the field '{}' is {}", field, printable(given)), list);
        return *allowed.begin();
    }

    /// A name that Verilog takes; "" where there is none.
    std::string identifier(const Json& object, const char* field) {
        const Json* value = find(object, field);
        if (value == nullptr) return {};
        std::string given = value->is_string() ? value->get<std::string>() : value->dump();
        if (value->is_string() && is_identifier(given)) return given;
        complain(fmt::format("the field '{}' is {}", field, printable(given)),
                 "a Verilog identifier");
        return {};
    }

    const Json* find(const Json& object, const char* field) {
        if (object.is_object() && object.contains(field)) return &object.at(field);
        complain(fmt::format("the field '{}' is missing", field));
        return nullptr;
    }

  private:
    std::string origin_;
    std::vector<Complaint>& complaints_;
};

ManifestAccumulator read_accumulator(Reader& reader, const Json& object) {
    ManifestAccumulator accumulator;
    accumulator.kind = reader.one_of(object, "kind", {"exact", "fixed", "float"});
    accumulator.format = reader.text_or_null(object, "format");
    accumulator.bits = static_cast<int>(reader.whole(object, "bits", 1, 512));
    if (const auto lsb = reader.whole_or_null(object, "lsb_exponent", -5000, 5000))
        accumulator.lsb_exponent = static_cast<int>(*lsb);
    static const std::map<std::string, std::set<std::string>> overflows = {
        {"exact", {"none"}}, {"fixed", {"wrap", "saturate"}}, {"float", {"saturate", "ieee"}}};
    accumulator.overflow = reader.one_of(object, "overflow", overflows.at(accumulator.kind));
    accumulator.terms = reader.whole_or_null(object, "terms", 1, INT64_MAX);
    const bool is_float = accumulator.kind == "float";
    if (is_float != accumulator.format.has_value())
        reader.complain("the accumulator's 'format' is given for kind float, and only there");
    if (is_float == accumulator.lsb_exponent.has_value())
        reader.complain(
            "the accumulator's 'lsb_exponent' is given for exact and fixed, and only there");
    if ((accumulator.kind == "exact") != accumulator.terms.has_value())
        reader.complain("the accumulator's 'terms' is given for kind exact, and only there");
    return accumulator;
}

/// What a port of each role is like; docs/manifest.md has the same table for people.
struct Role {
    const char* direction;
    int bits;                          ///< 0: as many as the unit needs
    std::set<std::string> handshakes;  ///< that may have it; valid and stream must have theirs
};

const std::map<std::string, Role>& roles() {
    static const std::set<std::string> all = {"none", "valid", "stream"}, none = {"none"},
                                       framed = {"valid", "stream"}, stream = {"stream"};
    static const std::map<std::string, Role> table = {
        {"clock", {"input", 1, all}},        {"clear", {"input", 1, none}},
        {"enable", {"input", 1, none}},      {"weight", {"input", 0, all}},
        {"activation", {"input", 0, all}},   {"accumulator", {"output", 0, all}},
        {"special", {"output", 2, all}},     {"result", {"output", 0, all}},
        {"reset", {"input", 1, framed}},     {"in_valid", {"input", 1, framed}},
        {"in_first", {"input", 1, framed}},  {"in_last", {"input", 1, framed}},
        {"in_ready", {"output", 1, stream}}, {"out_valid", {"output", 1, framed}},
        {"out_ready", {"input", 1, stream}},
    };
    return table;
}

std::vector<ManifestPort> read_ports(Reader& reader, const Json& list) {
    std::vector<ManifestPort> ports;
    if (!list.is_array()) {
        reader.complain("the field 'ports' is no list");
        return ports;
    }
    std::set<std::string> role_names;
    for (const auto& [name, role] : roles()) role_names.insert(name);
    for (const auto& entry : list) {
        ManifestPort port;
        port.name = reader.identifier(entry, "name");
        port.direction = reader.one_of(entry, "direction", {"input", "output"});
        port.bits = static_cast<int>(reader.whole(entry, "bits", 1, 4096));
        port.role = reader.one_of(entry, "role", role_names);
        ports.push_back(std::move(port));
    }
    return ports;
}

/// Ports against their roles and the rest of the manifest.
void compare_ports(Reader& reader, const Manifest& manifest) {
    std::set<std::string> names, seen;
    for (const auto& port : manifest.ports) {
        if (!names.insert(port.name).second || !seen.insert(port.role).second)
            reader.complain(fmt::format("the port '{}' or its role stands twice", port.name));
        const Role& role = roles().at(port.role);
        if (port.direction != role.direction)
            reader.complain(fmt::format("the port '{}' is an {}", port.name, port.direction),
                            fmt::format("an {}, for its role is {}", role.direction, port.role));
        if (role.bits != 0 && port.bits != role.bits)
            reader.complain(fmt::format("the port '{}' has {} bits", port.name, port.bits),
                            fmt::format("{}, for its role is {}", role.bits, port.role));
        if (!role.handshakes.contains(manifest.handshake))
            reader.complain(fmt::format("the port '{}' does not go with the handshake {}",
                                        port.name, manifest.handshake));
    }
    for (const auto& [name, role] : roles()) {
        const bool is_framed = manifest.handshake != "none" && role.handshakes.size() < 3;
        const bool needed = name == "clock" || name == "weight" || name == "activation" ||
                            name == "accumulator" || is_framed;
        if (needed && role.handshakes.contains(manifest.handshake) &&
            manifest.port(name) == nullptr)
            reader.complain(fmt::format("no port has the role '{}'", name));
    }
    if ((manifest.port("result") != nullptr) != manifest.result.has_value())
        reader.complain("a port with the role 'result' is there for a result, and only then");
    for (const char* operand : {"weight", "activation"})
        if (const ManifestPort* port = manifest.port(operand);
            port != nullptr && port->bits % manifest.lanes != 0)
            reader.complain(fmt::format("the port '{}' has {} bits, which {} lanes cannot share",
                                        port->name, port->bits, manifest.lanes));
    if (const ManifestPort* port = manifest.port("accumulator");
        port != nullptr && port->bits != manifest.accumulator.bits)
        reader.complain(fmt::format("the port '{}' has {} bits, the accumulator {}", port->name,
                                    port->bits, manifest.accumulator.bits));
}

std::vector<std::string> read_files(Reader& reader, const Json& list) {
    std::vector<std::string> files;
    if (list.is_array())
        for (const auto& file : list)
            if (file.is_string()) files.push_back(file.get<std::string>());
    if (!list.is_array() || files.empty() || files.size() != list.size())
        reader.complain("the field 'files' is no list of names");
    return files;
}

}  // namespace

const ManifestPort* Manifest::port(const std::string& role) const {
    const auto found = std::find_if(ports.begin(), ports.end(),
                                    [&](const ManifestPort& p) { return p.role == role; });
    return found == ports.end() ? nullptr : &*found;
}

nlohmann::ordered_json to_json(const Manifest& manifest) {
    Json ports = Json::array();
    for (const auto& port : manifest.ports)
        ports.push_back({{"name", port.name},
                         {"direction", port.direction},
                         {"bits", port.bits},
                         {"role", port.role}});
    Json json = {
        {"schema", schema},
        {"module", manifest.module},
        {"command", manifest.command},
        {"version", manifest.version},
        {"weight", manifest.weight},
        {"activation", manifest.activation},
        {"accumulator",
         {{"kind", manifest.accumulator.kind},
          {"format", or_null(manifest.accumulator.format)},
          {"bits", manifest.accumulator.bits},
          {"lsb_exponent", or_null(manifest.accumulator.lsb_exponent)},
          {"overflow", manifest.accumulator.overflow},
          {"terms", or_null(manifest.accumulator.terms)}}},
        {"result", or_null(manifest.result)},
        {"result_overflow", manifest.result ? Json(manifest.result_overflow) : Json(nullptr)},
        {"lanes", manifest.lanes},
        {"stages", manifest.stages},
        {"latency", manifest.latency},
        {"interval", manifest.interval},
        {"handshake", manifest.handshake},
        {"ports", ports},
        {"files", manifest.files}};
    if (manifest.cells) json["cells"] = *manifest.cells;
    return json;
}

Result<Manifest> manifest_from_text(const std::string& text, const std::string& origin) {
    const Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_object())
        return Error(ErrorKind::files,
                     fmt::format("{}: this is no manifest: not a JSON object", origin),
                     "the MODULE.json that `bitshed gen` writes");
    std::vector<Complaint> complaints;
    Reader reader(origin, complaints);
    reader.one_of(document, "schema", {schema});
    Manifest manifest;
    manifest.module = reader.identifier(document, "module");
    manifest.command = reader.text(document, "command");
    manifest.version = reader.text(document, "version");
    manifest.weight = reader.text(document, "weight");
    manifest.activation = reader.text(document, "activation");
    if (const Json* accumulator = reader.find(document, "accumulator"))
        manifest.accumulator = read_accumulator(reader, *accumulator);
    manifest.result = reader.text_or_null(document, "result");
    if (manifest.result)
        manifest.result_overflow = reader.one_of(document, "result_overflow", {"saturate", "ieee"});
    manifest.lanes = static_cast<int>(reader.whole(document, "lanes", 1, 64));
    manifest.stages = static_cast<int>(reader.whole(document, "stages", 0, 4));
    manifest.latency = static_cast<int>(reader.whole(document, "latency", 1, 64));
    manifest.interval = static_cast<int>(reader.whole(document, "interval", 1, 64));
    manifest.handshake = reader.one_of(document, "handshake", {"none", "valid", "stream"});
    if (document.contains("cells")) manifest.cells = reader.one_of(document, "cells", {"ecp5"});
    if (const Json* ports = reader.find(document, "ports")) {
        manifest.ports = read_ports(reader, *ports);
        if (complaints.empty()) compare_ports(reader, manifest);
    }
    if (const Json* files = reader.find(document, "files"))
        manifest.files = read_files(reader, *files);
    if (!complaints.empty()) return Error(ErrorKind::files, std::move(complaints));
    return manifest;
}

}  // namespace bitshed::emit
