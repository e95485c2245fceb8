// The manifest: what is written reads back the same, and whatever is wrong with one is refused.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

#include "emit/artifacts.hpp"
#include "emit/manifest.hpp"
#include "mac/build.hpp"
#include "mac/request.hpp"

namespace {

using bitshed::Complaint;
using bitshed::ErrorKind;
using bitshed::emit::Manifest;
using bitshed::emit::manifest_from_text;
using bitshed::mac::MacOptions;
using Json = nlohmann::ordered_json;

Manifest manifest_of(const MacOptions& options) {
    const auto spec = bitshed::mac::make_mac_spec(options).value();
    return bitshed::emit::make_manifest(spec, bitshed::mac::build_mac(spec));
}

/// A manifest that has every optional part of a unit without a handshake.
const Json& good() {
    static const Json json = bitshed::emit::to_json(
        manifest_of({.spec = "e4m3fn*int8", .result = "fp16", .lanes = "2", .enable = true}));
    return json;
}

std::vector<Complaint> complaints(const std::string& text) {
    const auto manifest = manifest_from_text(text, "unit.json");
    REQUIRE_FALSE(manifest.ok());
    CHECK(manifest.error().kind == ErrorKind::files);
    for (const auto& complaint : manifest.error().complaints) {
        CHECK(complaint.problem.starts_with("unit.json: "));
        for (const std::string& words : {complaint.problem, complaint.allowed}) {
            CHECK(words.size() < 400);
            CHECK(std::all_of(words.begin(), words.end(),
                              [](char c) { return c >= 0x20 && c < 0x7f; }));
        }
    }
    return manifest.error().complaints;
}

/// `damage` to the good manifest gives one complaint, which holds these words.
void refused(const std::string& words, const std::function<void(Json&)>& damage) {
    Json json = good();
    damage(json);
    const auto found = complaints(json.dump());
    CAPTURE(words, found[0].problem, found.size());
    CHECK(found.size() == 1);
    CHECK(std::any_of(found.begin(), found.end(), [&](const Complaint& complaint) {
        return complaint.problem.find(words) != std::string::npos;
    }));
}

Json& port_of(Json& json, const std::string& role) {
    for (auto& port : json["ports"])
        if (port["role"] == role) return port;
    FAIL("there is no port " << role);
    return json;
}

void without_port(Json& json, const std::string& role) {
    auto& ports = json["ports"];
    const auto found = std::find_if(ports.begin(), ports.end(),
                                    [&](const Json& port) { return port["role"] == role; });
    REQUIRE(found != ports.end());
    ports.erase(found);
}

}  // namespace

TEST_CASE("manifest: what is written reads back the same, for every kind of unit") {
    for (const MacOptions& options : std::vector<MacOptions>{
             {.spec = "e4m3*e4m3"},
             {.spec = "e1m0fn*e1m0fn"},  // an accumulator of one bit
             {.spec = "e7m0*e7m0", .terms = "4611686018427387904"},
             {.spec = "e2m1b-1000*e2m1b1000"},
             {.spec = "e2m1b1000*e2m1b1000"},
             {.spec = "e4m3fn*e5m2ieee", .stages = "4", .enable = true},
             {.spec = "uint8*int4", .lanes = "64"},
             {.spec = "e4m3*e4m3+fixed24", .overflow = "saturate"},
             {.spec = "int8*int8+fixed512", .result = "int8"},
             {.spec = "e4m3*e4m3+fp32"},
             {.spec = "e4m3fn*e4m3+e5m10", .result = "e4m3", .overflow = "saturate"},
             {.spec = "e4m3*e4m3", .result = "fp16", .overflow = "ieee", .handshake = "valid"},
             {.spec = "e4m3*e4m3+fp16", .lanes = "3", .handshake = "stream"}}) {
        const Json written = bitshed::emit::to_json(manifest_of(options));
        CAPTURE(options.spec);
        const auto read = manifest_from_text(written.dump(2), "unit.json");
        if (!read) FAIL(read.error().complaints[0].problem);
        CHECK(bitshed::emit::to_json(read.value()) == written);
    }
}

TEST_CASE("manifest: has the fields of the contract, in its order") {
    std::vector<std::string> fields;
    for (const auto& [field, value] : good().items()) fields.push_back(field);
    CHECK(fields == std::vector<std::string>{"schema", "module", "command", "version", "weight",
                                             "activation", "accumulator", "result",
                                             "result_overflow", "lanes", "stages", "latency",
                                             "interval", "handshake", "ports", "files"});
    CHECK(good()["schema"] == "bitshed.manifest/1");
    CHECK(good()["accumulator"]["kind"] == "exact");
    CHECK(good()["accumulator"]["lsb_exponent"] == -9);  // e4m3's quantum times 1
    CHECK(good()["latency"] == 1);
    CHECK(good()["files"][0] == good()["module"].get<std::string>() + ".v");
    std::vector<std::string> ports;
    for (const auto& port : good()["ports"]) ports.push_back(port["name"]);
    CHECK(ports == std::vector<std::string>{"clk_i", "clear_i", "en_i", "w_i", "a_i", "acc_o",
                                            "special_o", "result_o"});
}

TEST_CASE("manifest: a field that is missing is named, once") {
    std::vector<std::string> optional = {"result", "result_overflow"};
    for (const auto& [field, value] : good().items()) {
        if (std::find(optional.begin(), optional.end(), field) != optional.end()) continue;
        refused("the field '" + field + "' is missing", [&](Json& json) { json.erase(field); });
    }
    for (const char* field : {"kind", "bits", "overflow"})
        refused(std::string("the field '") + field + "' is missing",
                [&](Json& json) { json["accumulator"].erase(field); });
    for (const char* field : {"name", "direction", "bits", "role"})
        refused(std::string("the field '") + field + "' is missing",
                [&](Json& json) { json["ports"][3].erase(field); });
    refused("lsb_exponent", [](Json& json) { json["accumulator"].erase("lsb_exponent"); });
    refused("terms", [](Json& json) { json["accumulator"].erase("terms"); });
    refused("result_overflow", [](Json& json) { json.erase("result_overflow"); });
}

TEST_CASE("manifest: a field of a wrong type is named") {
    for (const char* field : {"schema", "module", "command", "version", "weight", "activation",
                              "handshake", "result", "lanes", "stages", "latency", "interval"})
        for (const Json& wrong : {Json(1.5), Json(true), Json::array(), Json::object()})
            refused(std::string("'") + field + "'", [&](Json& json) { json[field] = wrong; });
    for (const char* field : {"module", "weight", "version"})
        refused(std::string("'") + field + "'", [&](Json& json) { json[field] = 8; });
    for (const char* field : {"lanes", "stages", "latency", "interval"})
        for (const Json& wrong : {Json("1"), Json(nullptr), Json(1e3)})
            refused(std::string("'") + field + "'", [&](Json& json) { json[field] = wrong; });
    for (const Json& wrong : {Json(1), Json("ports"), Json::object(), Json(nullptr)}) {
        refused("'ports' is no list", [&](Json& json) { json["ports"] = wrong; });
        refused("'files' is no list", [&](Json& json) { json["files"] = wrong; });
    }
    refused("'files' is no list", [](Json& json) { json["files"] = {"unit.v", 3}; });
    refused("'files' is no list", [](Json& json) { json["files"] = Json::array(); });
    for (const Json& wrong : {Json(1), Json("exact"), Json(nullptr), Json::array()}) {
        Json json = good();
        json["accumulator"] = wrong;
        CHECK(complaints(json.dump()).size() >= 3);
        json = good();
        json["ports"][0] = wrong;
        CHECK(complaints(json.dump()).size() >= 4);
    }
}

TEST_CASE("manifest: a number out of range is named, 2^63 and 2^64 - 1 too") {
    const auto number = [](const char* field, const Json& value) {
        refused(std::string("the field '") + field + "'", [&](Json& json) { json[field] = value; });
    };
    for (const char* field : {"lanes", "stages", "latency", "interval"})
        for (const Json& value : {Json(-1), Json(1000), Json(INT64_MAX), Json(INT64_MIN),
                                  Json(std::uint64_t{1} << 63), Json(UINT64_MAX)})
            number(field, value);
    number("lanes", 0);
    number("lanes", 65);
    number("stages", 5);
    number("latency", 0);
    for (const Json& value : {Json(0), Json(513), Json(-1), Json(UINT64_MAX)})
        refused("'bits'", [&](Json& json) { json["accumulator"]["bits"] = value; });
    for (const Json& value : {Json(5001), Json(-5001), Json(UINT64_MAX)})
        refused("'lsb_exponent'", [&](Json& json) { json["accumulator"]["lsb_exponent"] = value; });
    for (const Json& value : {Json(0), Json(-1), Json(UINT64_MAX)})
        refused("'terms'", [&](Json& json) { json["accumulator"]["terms"] = value; });
}

TEST_CASE("manifest: a word that is not one of the contract's is named") {
    for (const char* word : {"", "Exact", "exact ", "floating", "\x01", "\xd0\xb5xact"})
        refused("'kind'", [&](Json& json) { json["accumulator"]["kind"] = word; });
    refused("'handshake'", [](Json& json) { json["handshake"] = "axi"; });
    refused("'overflow'", [](Json& json) { json["accumulator"]["overflow"] = "clamp"; });
    refused("'result_overflow'", [](Json& json) { json["result_overflow"] = "wrap"; });
    refused("'schema'", [](Json& json) { json["schema"] = "bitshed.manifest/2"; });
    for (const char* name : {"", "8bit", "w i", "w-i", "w_i;", "\\w_i ", "w\xc3\xbc", "$w"}) {
        refused("'module'", [&](Json& json) { json["module"] = name; });
        refused("'name'", [&](Json& json) { json["ports"][3]["name"] = name; });
    }
    refused("'role'", [](Json& json) { port_of(json, "weight")["role"] = "weights"; });
    refused("'direction'", [](Json& json) { port_of(json, "weight")["direction"] = "inout"; });
}

TEST_CASE("manifest: an accumulator that contradicts itself is refused") {
    const auto accumulator = [](const char* words, const std::function<void(Json&)>& damage) {
        refused(words, [&](Json& json) { damage(json["accumulator"]); });
    };
    accumulator("'format'", [](Json& json) { json["format"] = "fp16"; });
    accumulator("'lsb_exponent'", [](Json& json) { json["lsb_exponent"] = nullptr; });
    accumulator("'terms'", [](Json& json) { json["terms"] = nullptr; });
    accumulator("'overflow'", [](Json& json) { json["overflow"] = "wrap"; });
    accumulator("'overflow'", [](Json& json) {
        json["kind"] = "fixed";
        json["overflow"] = "ieee";
        json["terms"] = nullptr;
    });
    accumulator("'terms'", [](Json& json) {
        json["kind"] = "fixed";
        json["overflow"] = "wrap";
    });
}

TEST_CASE("manifest: ports that contradict their roles or the rest are refused") {
    refused("'w_i' is an output",
            [](Json& json) { port_of(json, "weight")["direction"] = "output"; });
    refused("'acc_o' is an input",
            [](Json& json) { port_of(json, "accumulator")["direction"] = "input"; });
    refused("'clk_i' has 2 bits", [](Json& json) { port_of(json, "clock")["bits"] = 2; });
    refused("'clear_i' has 8 bits", [](Json& json) { port_of(json, "clear")["bits"] = 8; });
    refused("'special_o' has 3 bits", [](Json& json) { port_of(json, "special")["bits"] = 3; });
    refused("'acc_o' has 9 bits", [](Json& json) { port_of(json, "accumulator")["bits"] = 9; });
    refused("'w_i' has 15 bits, which 2 lanes",
            [](Json& json) { port_of(json, "weight")["bits"] = 15; });
    refused("stands twice", [](Json& json) { port_of(json, "weight")["name"] = "a_i"; });
    refused("stands twice", [](Json& json) {
        json["ports"].push_back(port_of(json, "weight"));
        json["ports"].back()["name"] = "w2_i";
    });
    for (const char* role : {"clock", "weight", "activation", "accumulator"})
        refused(std::string("no port has the role '") + role,
                [&](Json& json) { without_port(json, role); });
    refused("'result'", [](Json& json) { without_port(json, "result"); });
    refused("'result'", [](Json& json) { json["result"] = nullptr; });
}

TEST_CASE("manifest: a handshake has its ports, and no others") {
    refused("'valid_i' does not go with the handshake none", [](Json& json) {
        json["ports"].push_back(
            {{"name", "valid_i"}, {"direction", "input"}, {"bits", 1}, {"role", "in_valid"}});
    });
    for (const std::string handshake : {"valid", "stream"}) {
        const Json framed =
            bitshed::emit::to_json(manifest_of({.spec = "e4m3*e4m3", .handshake = handshake}));
        std::vector<std::string> roles = {"reset", "in_valid", "in_first", "in_last", "out_valid"};
        if (handshake == "stream") roles.insert(roles.end(), {"in_ready", "out_ready"});
        for (const auto& role : roles) {
            Json json = framed;
            without_port(json, role);
            const auto found = complaints(json.dump());
            CHECK(found.size() == 1);
            CHECK(found[0].problem.find("no port has the role '" + role) != std::string::npos);
        }
        Json clearing = framed;
        clearing["ports"].push_back(
            {{"name", "clear_i"}, {"direction", "input"}, {"bits", 1}, {"role", "clear"}});
        CHECK(complaints(clearing.dump()).size() == 1);
    }
}

TEST_CASE("manifest: every complaint comes at once") {
    Json json = good();
    json.erase("version");
    json["lanes"] = 0;
    json["accumulator"]["bits"] = "many";
    json["ports"][0]["role"] = "clack";
    json["files"] = 3;
    CHECK(complaints(json.dump()).size() == 5);
}

TEST_CASE("manifest: what is no JSON object is one complaint") {
    const std::string whole = good().dump(2);
    for (const std::string& text : std::vector<std::string>{
             "", " ", "null", "3", "[]", "\"text\"", "{", "}", "{]", "\x00\x01\x02", "not json",
             "{\"schema\": \"bitshed.manifest/1\"", "\xff\xfe{}", whole + whole,
             std::string(1'000'000, '['), std::string(1'000'000, 'x'),
             "{\"module\": \"" + std::string("\xff") + "\"}"})
        CHECK(complaints(text).size() == 1);
    for (std::size_t length = 1; length < whole.size(); length += 17)
        CHECK(complaints(whole.substr(0, length)).size() == 1);
    CHECK(complaints("{}").size() > 10);
    Json deep = good();
    deep["module"] = std::string(1'000'000, 'm') + "\n";
    CHECK(complaints(deep.dump()).size() == 1);
}
