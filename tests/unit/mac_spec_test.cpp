// From a request to a spec, or to every complaint at once.
#include <catch2/catch.hpp>

#include <algorithm>

#include "format/parse.hpp"
#include "mac/request.hpp"

namespace {

using bitshed::Complaint;
using bitshed::ErrorKind;
using bitshed::mac::AccumulatorKind;
using bitshed::mac::Enable;
using bitshed::mac::Handshake;
using bitshed::mac::MacOptions;
using bitshed::mac::MacSpec;
using bitshed::mac::make_mac_spec;
using bitshed::mac::Overflow;
using bitshed::mac::WidthRule;

MacSpec made(const MacOptions& options) {
    const auto spec = make_mac_spec(options);
    if (!spec) FAIL(spec.error().complaints[0].problem);
    return spec.value();
}

std::string names(const MacOptions& options) {
    const MacSpec spec = made(options);
    return bitshed::format::name(spec.weight) + " " + bitshed::format::name(spec.activation);
}

/// The complaints about a request, each of them one printable sentence of a sane length.
std::vector<Complaint> complaints(const MacOptions& options) {
    const auto spec = make_mac_spec(options);
    REQUIRE_FALSE(spec.ok());
    CHECK(spec.error().kind == ErrorKind::request);
    for (const auto& complaint : spec.error().complaints)
        for (const std::string& text : {complaint.problem, complaint.allowed}) {
            CHECK(text.size() < 300);
            CHECK(std::all_of(text.begin(), text.end(),
                              [](char c) { return c >= 0x20 && c < 0x7f; }));
        }
    return spec.error().complaints;
}

/// One complaint, which holds these words.
void refused(const MacOptions& options, const std::string& words) {
    const auto found = complaints(options);
    CAPTURE(found[0].problem, found[0].allowed, words);
    CHECK(found.size() == 1);
    CHECK((found[0].problem + found[0].allowed).find(words) != std::string::npos);
    CHECK_FALSE(found[0].allowed.empty());
}

}  // namespace

TEST_CASE("spec: WEIGHT*ACTIVATION alone is exact, tight, 4608 terms, one lane, no stages") {
    const MacSpec spec = made({.spec = "e4m3*e5m2"});
    CHECK(spec.weight == bitshed::format::minifloat(4, 3));
    CHECK(spec.activation == bitshed::format::minifloat(5, 2));
    CHECK(spec.accumulator.kind == AccumulatorKind::exact);
    CHECK(spec.accumulator.width_rule == WidthRule::tight);
    CHECK(spec.accumulator.overflow == Overflow::none);
    CHECK(spec.accumulator.terms == 4608);
    CHECK(spec.lanes == 1);
    CHECK(spec.stages == 0);
    CHECK(spec.enable == Enable::absent);
    CHECK(spec.handshake == Handshake::none);
    CHECK_FALSE(spec.result.has_value());
    CHECK(bitshed::mac::latency(spec) == 1);
}

TEST_CASE("spec: a spec string and the flags say the same") {
    CHECK(names({.spec = "int4*int8"}) == "int4 int8");
    CHECK(names({.weight = "int4", .activation = "int8"}) == "int4 int8");
    CHECK(names({.weight = "int4", .activation = "int8", .accumulator = "exact"}) == "int4 int8");
    CHECK(
        made({.spec = "int4*int8+fixed24"}).accumulator.bits ==
        made({.weight = "int4", .activation = "int8", .accumulator = "fixed24"}).accumulator.bits);
}

TEST_CASE("spec: aliases and upper case are formats too, and print canonically") {
    CHECK(names({.spec = "ocp_e4m3*float8_e5m2"}) == "e4m3fn e5m2ieee");
    CHECK(names({.spec = "E4M3FN*INT8"}) == "e4m3fn int8");
    CHECK(names({.spec = "float8_e4m3b11fnuz*e4m3b7"}) == "e4m3b11fnuz e4m3");
    CHECK(names({.spec = "e4m3b-3*uint2"}) == "e4m3b-3 uint2");
    const MacSpec half = made({.spec = "e4m3*e4m3+fp16"});
    REQUIRE(half.accumulator.format.has_value());
    CHECK(bitshed::format::name(*half.accumulator.format) == "e5m10ieee");
}

TEST_CASE("spec: every accumulator of the contract, with its default overflow") {
    const MacSpec fixed = made({.spec = "e4m3*e4m3+fixed24"});
    CHECK(fixed.accumulator.kind == AccumulatorKind::fixed);
    CHECK(fixed.accumulator.bits == 24);
    CHECK(fixed.accumulator.overflow == Overflow::wrap);
    CHECK(fixed.accumulator.lsb_exponent == -18);  // e4m3's quantum is 2^-9
    for (const int bits : {2, 512})
        CHECK(made({.spec = "e4m3*e4m3+fixed" + std::to_string(bits)}).accumulator.bits == bits);
    const MacSpec single = made({.spec = "e5m2*e4m3+fp32"});
    CHECK(single.accumulator.kind == AccumulatorKind::floating);
    CHECK(single.accumulator.bits == 32);
    CHECK(single.accumulator.overflow == Overflow::ieee);
    CHECK(made({.spec = "e4m3*e4m3+e4m10fn"}).accumulator.overflow == Overflow::ieee);
    CHECK(made({.spec = "e4m3*e4m3+e5m10"}).accumulator.overflow == Overflow::saturate);
    CHECK(made({.spec = "e4m3*e4m3+fp16", .overflow = "saturate"}).accumulator.overflow ==
          Overflow::saturate);
    CHECK(made({.spec = "e4m3*e4m3+fixed24", .overflow = "saturate"}).accumulator.overflow ==
          Overflow::saturate);
}

TEST_CASE("spec: one overflow governs accumulator and result; a result without it saturates") {
    const auto result_overflow = [](const char* spec, const char* result,
                                    std::optional<std::string> overflow) {
        return made({.spec = spec, .result = result, .overflow = std::move(overflow)})
            .result_overflow;
    };
    CHECK(result_overflow("e4m3*e4m3", "fp16", std::nullopt) == Overflow::saturate);
    CHECK(result_overflow("e4m3*e4m3", "fp16", "ieee") == Overflow::ieee);
    CHECK(result_overflow("e4m3*e4m3+fixed24", "fp16", "wrap") == Overflow::saturate);
    CHECK(result_overflow("e4m3*e4m3+fp16", "e4m3fn", "ieee") == Overflow::ieee);
    CHECK(result_overflow("e4m3*e4m3+fp16", "e4m3", "ieee") == Overflow::saturate);
    CHECK(result_overflow("e4m3*e4m3+fp16", "int8", "saturate") == Overflow::saturate);
}

TEST_CASE("spec: numbers at both ends of what is allowed") {
    CHECK(made({.spec = "e4m3*e4m3", .terms = "1"}).accumulator.terms == 1);
    CHECK(made({.spec = "e4m3*e4m3", .terms = "4611686018427387904"}).accumulator.terms ==
          std::int64_t{1} << 62);
    CHECK(made({.spec = "e4m3*e4m3", .lanes = "64"}).lanes == 64);
    CHECK(made({.spec = "e4m3*e4m3", .lanes = "1"}).lanes == 1);
    CHECK(made({.spec = "e4m3*e4m3", .stages = "0"}).stages == 0);
    const MacSpec deep = made({.spec = "e4m3*e4m3", .stages = "4"});
    CHECK(deep.stages == 4);
    CHECK(bitshed::mac::latency(deep) == 5);
}

TEST_CASE("spec: no count is anything but plain decimal digits in range") {
    for (const char* count :
         {"", "-1", "9223372036854775808", "99999999999999999999999", "1e3", "0x10", "+1", "01",
          " 1", "1 ", "1.0", "1,000", "NaN", "one", "\xd9\xa3", "1\n", "\x1b[31m1"}) {
        refused({.spec = "e4m3*e4m3", .terms = count}, "--terms");
        refused({.spec = "e4m3*e4m3", .lanes = count}, "--lanes");
        refused({.spec = "e4m3*e4m3", .stages = count}, "--stages");
    }
    refused({.spec = "e4m3*e4m3", .terms = "0"}, "--terms");
    refused({.spec = "e4m3*e4m3", .terms = "4611686018427387905"}, "--terms");
    refused({.spec = "e4m3*e4m3", .lanes = "0"}, "1 to 64");
    refused({.spec = "e4m3*e4m3", .lanes = "65"}, "1 to 64");
    refused({.spec = "e4m3*e4m3", .stages = "5"}, "0 to 4");
}

TEST_CASE("spec: no text is a spec but two formats and at most one accumulator") {
    for (const char* spec : {"e4m3", "e4m3*", "*e4m3", "*", "**", "e4m3*e4m3*e4m3", "e4m3+exact",
                             "+", "e4m3 * e4m3", "e4m3*e4m3\n", "e4m3x*e4m3", "e4m3*e4m3+",
                             "e4m3*e4m3+exact+exact", "e4m3*e4m3+EXACT ", "e+4m3*e4m3"}) {
        CAPTURE(spec);
        CHECK_FALSE(complaints({.spec = spec}).empty());
    }
    refused({}, "needs a weight and an activation");
    refused({.weight = "e4m3"}, "needs a weight and an activation");
    refused({.activation = "e4m3"}, "needs a weight and an activation");
    refused({.spec = "e4m3*e4m3", .weight = "e4m3"}, "either the spec or the flags");
    refused({.spec = "e4m3*e4m3", .accumulator = "exact"}, "either the spec or the flags");
}

TEST_CASE("spec: no name is an operand but a format of 2 to 8 bits") {
    for (const char* name : {"e",
                             "e4",
                             "m3",
                             "4m3",
                             "e04m3",
                             "e+4m3",
                             "e4m3x",
                             "e4m3b",
                             "e99999999999m3",
                             "e0m3",
                             "e8m3",
                             "fp16",
                             "fp32",
                             "int0",
                             "int9",
                             "int1",
                             "uint1",
                             "int08",
                             "int",
                             "e4m3b-",
                             "e4m3b1001",
                             "e4m3b-1001",
                             "e4m3ieeefn",
                             "float",
                             "e4m3 ",
                             " e4m3",
                             "e4 m3",
                             "e-4m3",
                             "\xd0\xb5"
                             "4m3",  // a Cyrillic e
                             "e4\xef\xbd\x8d"
                             "3",
                             "e4m3\xe2\x80\x8b",
                             "e4m3\x01",
                             "\x1b[31me4m3"}) {
        CAPTURE(name);
        CHECK(complaints({.weight = name, .activation = "e4m3"}).size() == 1);
        CHECK(complaints({.weight = "e4m3", .activation = name}).size() == 1);
        if (std::string(name) == "e+4m3") continue;  // in a spec the + begins the accumulator
        CHECK(complaints({.spec = std::string(name) + "*" + name}).size() == 2);
    }
}

TEST_CASE("spec: no name is an accumulator but exact, fixed<B> and a float format") {
    for (const char* name : {"", "fixed", "fixed1", "fixed0", "fixed513", "fixed-3", "fixed024",
                             "fixed 24", "fixed24x", "fixed99999999999999999999", "int8", "uint8",
                             "float", "exactly", "e9m3", "e8m24", "e4m3x",
                             "\xd0\xb5"
                             "5m10"}) {
        CAPTURE(name);
        refused({.weight = "e4m3", .activation = "e4m3", .accumulator = name}, "accumulator");
    }
}

TEST_CASE("spec: overflows that do not go with an accumulator or a result are refused") {
    refused({.spec = "e4m3*e4m3+fp16", .overflow = "wrap"}, "float accumulator");
    refused({.spec = "e4m3*e4m3+e5m10", .overflow = "ieee"}, "neither infinity nor NaN");
    refused({.spec = "e4m3*e4m3+fixed24", .overflow = "ieee"}, "fixed accumulator");
    refused({.spec = "e4m3*e4m3", .result = "fp16", .overflow = "wrap"}, "result");
    refused({.spec = "e4m3*e4m3", .result = "e5m10", .overflow = "ieee"}, "neither");
    refused({.spec = "e4m3*e4m3", .result = "int8", .overflow = "ieee"}, "neither");
    for (const char* word : {"", "Wrap", "clamp", "ieee ", "\t"})
        refused({.spec = "e4m3*e4m3", .overflow = word}, "wrap, saturate, ieee");
}

TEST_CASE("spec: other words that are not allowed") {
    refused({.spec = "e4m3*e4m3", .width = "wide"}, "tight, paper");
    refused({.spec = "e4m3*e4m3", .width = ""}, "tight, paper");
    refused({.spec = "e4m3*e4m3", .handshake = "axi"}, "none, valid, stream");
    refused({.spec = "e4m3*e4m3", .shifter = "barrel"}, "blocks, chain");
    refused({.spec = "e4m3*e4m3", .sign = "never"}, "early, late");
    refused({.spec = "e4m3*e4m3", .product = "divide"}, "multiply, table, dsp, tree, packed");
    refused({.spec = "e4m3*e4m3", .carry = "skip"}, "ripple, deferred, retimed");
    refused({.spec = "e4m3*e4m3", .cells = "ice40"}, "portable, ecp5");
    for (const char* carry : {"deferred", "retimed"})
        refused({.spec = "e4m3*e4m3", .carry = carry, .cells = "ecp5"}, "--cells portable");
    refused({.spec = "int8*int8", .product = "tree", .cells = "ecp5"}, "--cells portable");
    for (const char* spec :
         {"e4m3*e4m3", "e2m1*e3m1", "e2m1fn*e2m1", "e2m1*e1m1ieee", "int3*int3", "e1m0*int3"})
        refused({.spec = spec, .product = "table"}, "at most 6 bits");
    CHECK(complaints({.spec = "e4m3*e4m0", .shifter = "", .sign = "", .product = ""}).size() == 3);
    refused({.spec = "e4m3*e4m3", .handshake = "valid", .enable = true}, "--enable");
    refused({.spec = "e4m3*e4m3", .handshake = "stream", .enable = true}, "--enable");
    refused({.spec = "e4m3*e4m3", .result = "e9m3"}, "e9m3");
    refused({.spec = "e4m3*int8", .width = "paper"}, "two minifloats or two integers");
    refused({.spec = "uint2*e4m3", .width = "paper"}, "two minifloats or two integers");
}

TEST_CASE("spec: every complaint comes at once, in the order of reading") {
    const auto found = complaints({.spec = "e0m3*int9+fixed1",
                                   .result = "e9m9",
                                   .terms = "0",
                                   .width = "wide",
                                   .overflow = "clamp",
                                   .lanes = "65",
                                   .stages = "1e3",
                                   .handshake = "axi"});
    std::vector<std::string> words = {"e0m3",        "int9",    "lanes",  "stages", "terms",
                                      "--handshake", "--width", "fixed1", "e9m9",   "--overflow"};
    REQUIRE(found.size() == words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        CAPTURE(found[i].problem);
        CHECK(found[i].problem.find(words[i]) != std::string::npos);
    }
    // A wrong format hides nothing, and makes nothing up.
    CHECK(complaints({.spec = "e0m3*e4m3+fixed1"}).size() == 2);
    CHECK(complaints({.spec = "e0m3*e4m3+fixed24", .result = "fp16", .overflow = "wrap"}).size() ==
          1);
    CHECK(complaints({.spec = "e0m3*e4m3+fp16", .overflow = "wrap"}).size() == 2);
}

TEST_CASE("spec: a megabyte of text is one short complaint") {
    const std::string megabyte(1'000'000, 'e');
    CHECK(complaints({.spec = megabyte}).size() == 1);
    CHECK(complaints({.spec = megabyte + "*e4m3"}).size() == 1);
    CHECK(complaints({.spec = "e4m3*e4m3+" + megabyte}).size() == 1);
    CHECK(complaints({.spec = "e4m3*e4m3", .terms = std::string(1'000'000, '1')}).size() == 1);
    CHECK(complaints({.spec = "e4m3*e4m3", .overflow = megabyte}).size() == 1);
    CHECK(complaints({.spec = std::string(1'000'000, '*')}).size() == 1);
}

TEST_CASE("spec: special_o is there where a NaN or an infinity can come and has no other place") {
    const auto special = [](const MacOptions& options) {
        return bitshed::mac::has_special_output(made(options));
    };
    CHECK_FALSE(special({.spec = "e4m3*e4m3"}));
    CHECK_FALSE(special({.spec = "int8*e1m0"}));
    CHECK(special({.spec = "e4m3fn*int8"}));
    CHECK(special({.spec = "int8*e4m3fnuz"}));
    CHECK(special({.spec = "e1m0ieee*e4m3+fixed24"}));  // no NaN, but infinity
    CHECK_FALSE(special({.spec = "e4m3fn*e4m3+fp16"}));
    CHECK(special({.spec = "e4m3fn*e4m3+e5m10"}));  // the sum has no code for NaN
    CHECK(special({.spec = "e4m3fn*e4m3+fp16", .result = "e4m3"}));
    CHECK_FALSE(special({.spec = "e4m3fn*e4m3+fp16", .result = "e4m3fn"}));
}
