// The grammar of names: what is accepted, what it prints as, what is refused and how.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "format/parse.hpp"
#include "format_cases.hpp"

using namespace bitshed::format;

namespace {

/// The message of a refusal; fails the test where the text is taken.
std::string refusal(std::string_view text, Use use) {
    const auto parsed = parse(text, use);
    CAPTURE(text.substr(0, 80));
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().kind == bitshed::ErrorKind::request);
    REQUIRE(parsed.error().complaints.size() == 1);
    const auto& complaint = parsed.error().complaints[0];
    CHECK_FALSE(complaint.allowed.empty());
    for (const std::string& words : {complaint.problem, complaint.allowed}) {
        CHECK(words.size() < 300);
        CHECK(
            std::all_of(words.begin(), words.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
    }
    return complaint.problem;
}

std::string canonical(std::string_view text) {
    return name(parse(text, Use::any).value());
}

}  // namespace

TEST_CASE("parse: a name prints back without what is the default") {
    const std::map<std::string, std::string> names = {
        {"e4m3", "e4m3"},
        {"E4M3", "e4m3"},
        {"e4m3b7", "e4m3"},
        {"e4m3b7fn", "e4m3fn"},
        {"E4M3B8FNUZ", "e4m3fnuz"},
        {"e4m3b7fnuz", "e4m3b7fnuz"},
        {"e4m3b8", "e4m3b8"},
        {"e4m3b-3", "e4m3b-3"},
        {"e4m3b0", "e4m3b0"},
        {"e1m6b0", "e1m6"},
        {"e1m0", "e1m0"},
        {"e1m0b1fnuz", "e1m0fnuz"},
        {"e8m23IEEE", "e8m23ieee"},
        {"e8m23b127ieee", "e8m23ieee"},
        {"e1m30", "e1m30"},
        {"e3m2b-1000", "e3m2b-1000"},
        {"e3m2b1000ieee", "e3m2b1000ieee"},
        {"int8", "int8"},
        {"INT2", "int2"},
        {"UInt5", "uint5"},
    };
    for (const auto& [text, expected] : names) {
        CAPTURE(text);
        CHECK(canonical(text) == expected);
    }
}

TEST_CASE("parse: the fields of a format are those of its name") {
    const Format format = parse("e5m2b-17ieee", Use::operand).value();
    CHECK(format ==
          Format{.exponent_bits = 5, .fraction_bits = 2, .bias = -17, .specials = Specials::ieee});
    CHECK(parse("int7", Use::operand).value() ==
          Format{.family = Family::signed_integer, .integer_bits = 7});
    CHECK(parse("uint2", Use::operand).value() ==
          Format{.family = Family::unsigned_integer, .integer_bits = 2});
    CHECK(parse("e4m3fnuz", Use::operand).value().bias == 8);
    CHECK(parse("e4m3", Use::operand).value().bias == 7);
}

TEST_CASE("parse: every alias is its format, in either case") {
    const std::map<std::string, std::string> expected = {
        {"fp32", "e8m23ieee"},
        {"fp16", "e5m10ieee"},
        {"bf16", "e8m7ieee"},
        {"ocp_e4m3", "e4m3fn"},
        {"ocp_e5m2", "e5m2ieee"},
        {"ocp_e3m2", "e3m2"},
        {"ocp_e2m3", "e2m3"},
        {"ocp_e2m1", "e2m1"},
        {"float8_e4m3fn", "e4m3fn"},
        {"float8_e5m2", "e5m2ieee"},
        {"float8_e4m3fnuz", "e4m3fnuz"},
        {"float8_e5m2fnuz", "e5m2fnuz"},
        {"float8_e4m3b11fnuz", "e4m3b11fnuz"},
        {"float8_e4m3", "e4m3ieee"},
        {"float8_e3m4", "e3m4ieee"},
        {"float6_e2m3fn", "e2m3"},
        {"float6_e3m2fn", "e3m2"},
        {"float4_e2m1fn", "e2m1"},
    };
    CHECK(aliases().size() == expected.size());
    for (const auto& [alias, format] : expected) {
        CAPTURE(alias);
        std::string upper = alias;
        for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        CHECK(canonical(alias) == format);
        CHECK(canonical(upper) == format);
        const auto names = aliases_of(parse(format, Use::any).value());
        CHECK(std::count(names.begin(), names.end(), alias) == 1);
    }
    CHECK(aliases_of(minifloat(4, 3)).empty());
}

TEST_CASE("parse: every format prints a name of its own that means the format again") {
    std::set<std::string> names;
    std::size_t count = 0;
    const auto visit = [&](const Format& format) {
        const std::string text = name(format);
        CAPTURE(text);
        CHECK(parse(text, Use::any).value() == format);
        names.insert(text);
        ++count;
    };
    for (int exponent_bits = 1; exponent_bits <= 8; ++exponent_bits)
        for (int fraction_bits = 0; 1 + exponent_bits + fraction_bits <= 32; ++fraction_bits)
            for (const Specials kind : format_cases::all_kinds)
                for (const int bias : {-1000, -1, 0, 1, 3, 7, 8, 127, 128, 1000}) {
                    Format format = minifloat(exponent_bits, fraction_bits, kind);
                    format.bias = bias;
                    visit(format);
                }
    for (int bits = 2; bits <= 8; ++bits) {
        visit(signed_integer(bits));
        visit(unsigned_integer(bits));
    }
    CHECK(count == (31 + 30 + 29 + 28 + 27 + 26 + 25 + 24) * 4 * 10 + 14);
    CHECK(names.size() == count);
}

TEST_CASE("parse: refuses what is no format, in words") {
    for (const std::string_view text : {"",
                                        "e",
                                        "e4",
                                        "m3",
                                        "4m3",
                                        "e04m3",
                                        "e+4m3",
                                        "e4m3x",
                                        "e4m3b",
                                        "e99999999999m3",
                                        "e0m3",
                                        "int0",
                                        "int9",
                                        "int1",
                                        "int",
                                        "uint",
                                        "uint1",
                                        "uint9",
                                        "int08",
                                        "int-8",
                                        "int8fn",
                                        "int8b0",
                                        "e4m",
                                        "e4m03",
                                        "e4m+3",
                                        "e4m-1",
                                        "e4m3b+3",
                                        "e4m3b-0",
                                        "e4m3b007",
                                        "e4m3b-03",
                                        "e4m3b1001",
                                        "e4m3b-1001",
                                        "e4m3b-",
                                        "e4m3b1.5",
                                        "e4m3b0x3",
                                        "e4m3fnb7",
                                        "e4m3fnfn",
                                        "e4m3fnuzx",
                                        "e4m3none",
                                        "e4m3ieee754",
                                        "e9m3",
                                        "e9m0",
                                        "e8m24",
                                        "e1m31",
                                        "e-4m3",
                                        "e 4m3",
                                        " e4m3",
                                        "e4m3 ",
                                        "e4m3\n",
                                        "e4m3\t",
                                        "e4 m3",
                                        "e4m3b 7",
                                        "e4.0m3",
                                        "e4m3,",
                                        "e4m3*e4m3",
                                        "fp8",
                                        "fp64",
                                        "float32",
                                        "ocp_",
                                        "ocp_e4m3fn",
                                        "float8_e4m",
                                        "fp16 ",
                                        "b11",
                                        "fn",
                                        "none",
                                        "-e4m3",
                                        "\xd0\xb5"
                                        "4m3",
                                        "e4\xd0\xbc"
                                        "3",
                                        "\xef\xbd\x85"
                                        "4m3",
                                        "e\xd9\xa4m3",
                                        "e4m3\x01",
                                        "\x1b[31me4m3",
                                        "\x7f",
                                        "\xff\xfe"})
        refusal(text, Use::any);
    refusal(std::string_view("e4m3\0", 5), Use::any);
    refusal(std::string_view("\0", 1), Use::any);
}

TEST_CASE("parse: refuses a megabyte of anything in one short sentence") {
    const std::string megabyte(1'000'000, '9');
    for (const std::string& text : {megabyte, "e" + megabyte, "e4m" + megabyte, "e4m3b" + megabyte,
                                    "e4m3b-" + megabyte, "e4m3" + megabyte, "int" + megabyte,
                                    std::string(1'000'000, 'e'), std::string(1'000'000, '\x02')})
        refusal(text, Use::any);
}

TEST_CASE("parse: says what is wrong") {
    using Catch::Matchers::Contains;
    CHECK_THAT(refusal("e04m3", Use::any), Contains("'e04m3'") && Contains("leading zero"));
    CHECK_THAT(refusal("e4m3b", Use::any), Contains("bias is missing"));
    CHECK_THAT(refusal("int9", Use::any), Contains("'9' is out of range"));
    CHECK_THAT(refusal("e8m3", Use::operand), Contains("12 bits are too many"));
    CHECK_THAT(refusal("e4m3\n", Use::any), Contains("'e4m3\\x0a'"));
}

TEST_CASE("parse: an operand has at most 8 bits, an accumulator 32") {
    for (const char* text : {"e8m3", "e8m0", "e7m1", "e4m4", "e1m7", "fp16", "bf16", "fp32"}) {
        CHECK(parse(text, Use::any).ok());
        refusal(text, Use::operand);
    }
    for (const char* text : {"e7m0", "e4m3", "e1m6", "e1m0", "int8", "ocp_e5m2", "e4m3b-1000fn"})
        CHECK(parse(text, Use::operand).ok());
}

TEST_CASE("shapes: 28 minifloats, 7 ints and 7 uints of 2 to 8 bits, each once") {
    const auto all = shapes(2, 8);
    CHECK(all.size() == 28 + 7 + 7);
    std::set<std::string> names;
    for (const Format& format : all) {
        names.insert(name(format));
        CHECK(width(format) >= 2);
        CHECK(width(format) <= 8);
        CHECK(parse(name(format), Use::operand).value() == format);
    }
    CHECK(names.size() == all.size());
    CHECK(name(all.front()) == "e1m0");
    CHECK(shapes(3, 8).size() == 27 + 6 + 6);
    CHECK(name(shapes(4, 4)[1]) == "e2m1");
}
