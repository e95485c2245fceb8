// Names and command lines: two different specs have two names, and a command makes its spec again.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <sstream>

#include "format/format.hpp"
#include "mac/request.hpp"

namespace {

using bitshed::mac::command_line;
using bitshed::mac::MacOptions;
using bitshed::mac::MacSpec;
using bitshed::mac::make_mac_spec;
using bitshed::mac::module_name;

/// Everything that decides a unit, as text.
std::string facts(const MacSpec& spec) {
    std::ostringstream text;
    const auto& accumulator = spec.accumulator;
    text << bitshed::format::name(spec.weight) << ' ' << bitshed::format::name(spec.activation)
         << ' ' << bitshed::mac::kind_name(accumulator.kind) << ' ' << accumulator.bits << ' '
         << accumulator.lsb_exponent << ' '
         << (accumulator.format ? bitshed::format::name(*accumulator.format) : "-") << ' '
         << bitshed::mac::overflow_name(accumulator.overflow) << ' ' << accumulator.terms << ' '
         << (spec.result ? bitshed::format::name(*spec.result) : "-") << ' '
         << (spec.result ? bitshed::mac::overflow_name(spec.result_overflow) : "-") << ' '
         << spec.lanes << ' ' << spec.stages << ' ' << static_cast<int>(spec.enable) << ' '
         << bitshed::mac::handshake_name(spec.handshake) << ' '
         << static_cast<int>(spec.architecture.shifter) << ' '
         << static_cast<int>(spec.architecture.sign) << ' '
         << static_cast<int>(spec.architecture.product) << ' '
         << static_cast<int>(spec.architecture.carry) << ' '
         << static_cast<int>(spec.architecture.cells);
    return text.str();
}

/// Reads a command line as a shell and the verbs do.
MacOptions options_of(const std::string& line) {
    MacOptions options;
    std::istringstream words(line);
    std::string word;
    const std::map<std::string, std::optional<std::string>*> flags = {
        {"--terms", &options.terms},         {"--width", &options.width},
        {"--result", &options.result},       {"--overflow", &options.overflow},
        {"--lanes", &options.lanes},         {"--stages", &options.stages},
        {"--handshake", &options.handshake}, {"--shifter", &options.shifter},
        {"--carry", &options.carry},         {"--sign", &options.sign},
        {"--product", &options.product},     {"--cells", &options.cells}};
    while (words >> word) {
        if (word == "--enable") {
            options.enable = true;
        } else if (word.starts_with("--")) {
            REQUIRE(flags.contains(word));
            std::string value;
            REQUIRE(words >> value);
            *flags.at(word) = value;
        } else {
            REQUIRE(options.spec.empty());
            REQUIRE(word.starts_with('\''));
            REQUIRE(word.ends_with('\''));
            options.spec = word.substr(1, word.size() - 2);
        }
    }
    return options;
}

using Choices = std::vector<std::optional<std::string>>;

/// The specs of every combination that is not refused.
std::vector<MacSpec> many_specs() {
    std::vector<MacSpec> specs;
    MacOptions options;
    for (const char* spec :
         {"e4m3*e4m3", "e4m3b3*e4m3", "e4m3b-3*e4m3", "e4m3fn*e4m3", "e4m3b3fn*e4m3", "int8*uint8",
          "uint8*int8", "e4m3*e4m3+fixed24", "e4m3*e4m3+fixed25", "e4m3*e4m3+fp16",
          "e4m3*e4m3+e5m10", "e4m3*e4m3+e5m10b-3", "e4m3*e4m3+e4m3"})
        for (const auto& result : Choices{std::nullopt, "fp16", "e5m10", "int8", "e5m10b-3ieee"})
            for (const auto& overflow : Choices{std::nullopt, "wrap", "saturate", "ieee"})
                for (const auto& terms : Choices{std::nullopt, "1", "4608"})
                    for (const auto& width : Choices{std::nullopt, "paper"})
                        for (const auto& handshake : Choices{std::nullopt, "valid", "stream"})
                            for (const bool enable : {false, true}) {
                                const auto made = make_mac_spec({.spec = spec,
                                                                 .result = result,
                                                                 .terms = terms,
                                                                 .width = width,
                                                                 .overflow = overflow,
                                                                 .handshake = handshake,
                                                                 .enable = enable});
                                if (made) specs.push_back(made.value());
                            }
    for (const char* lanes : {"1", "2", "64"})
        for (const char* stages : {"0", "1", "2", "3", "4"})
            for (const char* shifter : {"blocks", "chain"})
                specs.push_back(
                    make_mac_spec(
                        {.spec = "e4m3*e4m3", .lanes = lanes, .stages = stages, .shifter = shifter})
                        .value());
    for (const char* spec : {"e2m1*e2m1", "e1m2*e1m2+fixed24", "e2m3*e2m3", "int4*e2m1",
                             "int4*int8", "int8*int7", "e1m6*e1m6", "uint4*uint8"})
        for (const char* shifter : {"blocks", "chain"})
            for (const char* sign : {"early", "late"})
                for (const char* product : {"multiply", "table", "dsp", "tree", "packed"})
                    for (const char* carry : {"ripple", "deferred", "retimed"})
                        for (const char* cells : {"portable", "ecp5"}) {
                            const auto made = make_mac_spec({.spec = spec,
                                                             .shifter = shifter,
                                                             .sign = sign,
                                                             .product = product,
                                                             .carry = carry,
                                                             .cells = cells});
                            if (made) specs.push_back(made.value());
                        }
    return specs;
}

}  // namespace

TEST_CASE("module name: two different specs have two, the same spec has one") {
    std::map<std::string, std::string> spec_of_name, name_of_spec;
    for (const MacSpec& spec : many_specs()) {
        const std::string name = module_name(spec), meaning = facts(spec);
        CAPTURE(name, meaning);
        CHECK(spec_of_name.emplace(name, meaning).first->second == meaning);
        // The rule of an exact width says how it was found: paper and tight may give the same.
        name_of_spec.emplace(meaning, name);
    }
    CHECK(name_of_spec.size() > 500);
}

TEST_CASE("module name: a file name and an identifier, lower case, with no odd underscores") {
    for (const MacSpec& spec : many_specs()) {
        const std::string name = module_name(spec);
        CAPTURE(name);
        CHECK(name.size() < 100);
        CHECK(name.starts_with("mac_"));
        CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
        CHECK(name.find("__") == std::string::npos);
        CHECK_FALSE(name.ends_with('_'));
    }
}

TEST_CASE("command line: makes the same spec again") {
    std::set<std::string> lines;
    for (const MacSpec& spec : many_specs()) {
        const std::string line = command_line(spec);
        CAPTURE(line);
        const auto again = make_mac_spec(options_of(line));
        REQUIRE(again.ok());
        CHECK(facts(again.value()) == facts(spec));
        CHECK(module_name(again.value()) == module_name(spec));
        CHECK(command_line(again.value()) == line);
        lines.insert(line);
    }
    CHECK(lines.size() > 500);
}

TEST_CASE("command line: defaults are left out, aliases are canonical") {
    const auto line = [](const MacOptions& options) {
        return command_line(make_mac_spec(options).value());
    };
    CHECK(line({.spec = "E4M3*ocp_e4m3"}) == "'e4m3*e4m3fn+exact'");
    CHECK(line({.spec = "int8*int8",
                .terms = "4608",
                .width = "tight",
                .lanes = "1",
                .stages = "0",
                .handshake = "none"}) == "'int8*int8+exact'");
    CHECK(line({.spec = "e4m3*e4m3+fp32", .overflow = "ieee"}) == "'e4m3*e4m3+e8m23ieee'");
    CHECK(line({.spec = "e2m1*e2m1", .terms = "16", .stages = "2", .enable = true}) ==
          "'e2m1*e2m1+exact' --terms 16 --stages 2 --enable");
    CHECK(line({.spec = "e2m1*e2m1", .shifter = "blocks", .sign = "late", .product = "table"}) ==
          "'e2m1*e2m1+exact' --sign late --product table");
    CHECK(line({.spec = "e4m3*e4m3+fp16", .result = "fp16", .overflow = "ieee"}) ==
          "'e4m3*e4m3+e5m10ieee' --result e5m10ieee --overflow ieee");
}

TEST_CASE("architecture: what decides nothing is forgotten") {
    const auto line = [](const MacOptions& options) {
        return command_line(make_mac_spec(options).value());
    };
    CHECK(line({.spec = "int8*int4", .shifter = "chain", .sign = "late"}) == "'int8*int4+exact'");
    CHECK(line({.spec = "e1m3*int4", .shifter = "chain", .sign = "late"}) ==
          "'e1m3*int4+exact' --sign late");
    CHECK(line({.spec = "e2m1*e2m1", .shifter = "chain", .product = "table"}) ==
          "'e2m1*e2m1+exact' --product table");
    CHECK(line({.spec = "e4m3*e4m3+fp16", .cells = "ecp5"}) == line({.spec = "e4m3*e4m3+fp16"}));
    CHECK(line({.spec = "e1m0*e1m3", .cells = "ecp5"}) == "'e1m0*e1m3+exact'");
    CHECK(line({.spec = "e1m0*e2m3", .cells = "ecp5"}) == "'e1m0*e2m3+exact' --cells ecp5");
    CHECK(line({.spec = "e1m0*e1m3", .sign = "late", .cells = "ecp5"}) ==
          "'e1m0*e1m3+exact' --sign late --cells ecp5");
    CHECK(line({.spec = "int8*int4", .cells = "ecp5"}) == "'int8*int4+exact' --cells ecp5");
    CHECK(line({.spec = "int8*int4", .carry = "deferred"}) == "'int8*int4+exact' --carry deferred");
    CHECK(line({.spec = "e4m3*int4", .carry = "retimed"}) == "'e4m3*int4+exact' --carry retimed");
    for (const char* spec : {"int8*int7", "uint7*int8", "e1m6*e1m6", "e1m6*uint7"})
        CHECK(line({.spec = spec, .product = "tree"}) ==
              fmt::format("'{}+exact' --product tree", spec));
    for (const char* spec : {"int4*int5", "e4m3*e2m1", "e2m4*e2m4", "uint5*uint5", "int3*uint4"})
        CHECK(line({.spec = spec, .lanes = "2", .product = "packed"}) ==
              fmt::format("'{}+exact' --lanes 2 --product packed", spec));
    for (const char* spec : {"int5*int5", "e2m5*e2m4", "e3m0*e2m4"})
        CHECK(line({.spec = spec, .lanes = "2", .product = "packed"}) ==
              line({.spec = spec, .lanes = "2", .product = "dsp"}));
    CHECK(line({.spec = "int4*int4", .product = "packed"}) ==
          line({.spec = "int4*int4", .product = "dsp"}));
    for (const char* spec : {"int8*int6", "uint8*uint8", "e2m5*e2m5", "int8*e2m1"})
        CHECK(line({.spec = spec, .product = "tree"}) == line({.spec = spec}));
    for (const char* spec : {"int8*int4", "e2m3*e2m3", "e2m3*uint4"})
        CHECK(line({.spec = spec, .product = "dsp"}) ==
              fmt::format("'{}+exact' --product dsp", spec));
    for (const char* spec : {"uint8*uint4", "e2m1*e2m3", "e1m0*e2m3", "int3*e2m3"})
        CHECK(line({.spec = spec, .product = "dsp"}) == line({.spec = spec}));
    CHECK(line({.spec = "e2m1*e2m3", .product = "dsp", .cells = "ecp5"}) ==
          "'e2m1*e2m3+exact' --product dsp --cells ecp5");
    CHECK(line({.spec = "int8*int4", .product = "dsp", .cells = "ecp5"}) ==
          "'int8*int4+exact' --product dsp");
    for (const char* spec : {"e4m3*e4m3+fp16", "int4*int4+fixed3"})
        for (const char* carry : {"deferred", "retimed"})
            CHECK(line({.spec = spec, .carry = carry}) == line({.spec = spec}));
    for (const char* carry : {"deferred", "retimed"})
        CHECK(line({.spec = "int4*int4+fixed9", .overflow = "saturate", .carry = carry}) ==
              line({.spec = "int4*int4+fixed9", .overflow = "saturate"}));
}
