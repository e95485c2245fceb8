#include <catch2/catch.hpp>

#include "support/bits.hpp"
#include "support/files.hpp"
#include "support/junit.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

using bitshed::Bits;

TEST_CASE("parse_whole_number: takes plain decimal digits inside the range") {
    CHECK(bitshed::parse_whole_number("64", 1, 64) == 64);
    CHECK(bitshed::parse_whole_number("-3", -1000, 1000) == -3);
    CHECK(bitshed::parse_whole_number("0", 0, 4) == 0);
}

TEST_CASE("parse_whole_number: refuses everything else") {
    for (const char* text : {"", "-", "+1", " 1", "1 ", "01", "-0", "-01", "1e3", "0x10", "1.0",
                             "65", "9223372036854775808", "99999999999999999999"})
        CHECK_FALSE(bitshed::parse_whole_number(text, -5, 64).has_value());
}

TEST_CASE("parse_code: takes decimal and hex, nothing above the greatest code") {
    CHECK(bitshed::parse_code("0x7f", 255) == 0x7fu);
    CHECK(bitshed::parse_code("0XfF", 255) == 0xffu);
    CHECK(bitshed::parse_code("255", 255) == 255u);
    for (const char* text : {"", "0x", "256", "0x100", "-1", "ff", "1 ", "0b1"})
        CHECK_FALSE(bitshed::parse_code(text, 255).has_value());
}

TEST_CASE("printable: control characters and long text are made harmless") {
    CHECK(bitshed::printable("e4m3") == "'e4m3'");
    CHECK(bitshed::printable("\x1b[31m\n") == "'\\x1b[31m\\x0a'");
    CHECK(bitshed::printable(std::string(1'000'000, 'e')).size() < 100);
}

TEST_CASE(
    "fill_page: fills holes, keeps other at-signs, and refuses a missing or an unknown hole") {
    CHECK(bitshed::fill_page("a @NAME@ b", {{"NAME", "x"}}) == "a x b");
    CHECK(bitshed::fill_page("@(posedge clk_i) @NAME@", {{"NAME", "x"}}) == "@(posedge clk_i) x");
    CHECK_THROWS_AS(bitshed::fill_page("@NAME@", {}), bitshed::InternalError);
    CHECK_THROWS_AS(bitshed::fill_page("page", {{"NAME", "x"}}), bitshed::InternalError);
}

TEST_CASE("Bits: adds with carries across limbs and wraps at its width") {
    CHECK((Bits::all_ones(65) + Bits(65, 1)) == Bits(65, 0));
    CHECK((Bits(65, ~0ull) + Bits(65, 1)).hex() == "10000000000000000");
    CHECK((Bits(5, 31) + Bits(5, 2)).to_u64() == 1);
}

TEST_CASE("Bits: slices, resizes and extends across limbs") {
    const Bits value = Bits::from_limbs(130, {0x0123456789abcdefull, 0xfedcba9876543210ull, 0x2});
    CHECK(value.slice(60, 8).to_u64() == 0x00);
    CHECK(value.slice(64, 64).to_u64() == 0xfedcba9876543210ull);
    CHECK(value.slice(128, 2).to_u64() == 0x2);
    CHECK(value.sign_extended(132).slice(128, 4).to_u64() == 0xe);
    CHECK(Bits(4, 0x5).sign_extended(100).to_u64() == 0x5);
    CHECK(value.resized(4).to_u64() == 0xf);
}

TEST_CASE("ceil_log2 and bit_length: at and beside powers of two") {
    CHECK(bitshed::ceil_log2(1) == 0);
    CHECK(bitshed::ceil_log2(4096) == 12);
    CHECK(bitshed::ceil_log2(4097) == 13);
    CHECK(bitshed::bit_length(0) == 0);
    CHECK(bitshed::bit_length(4096) == 13);
}

TEST_CASE("run: gives the exit status, the output and the signal of a program") {
    const bitshed::ScratchFolder folder("process-test");
    const auto log = folder.path() / "log";
    const auto ended =
        bitshed::run({.arguments = {"sh", "-c", "echo out; echo err >&2; exit 42"}, .log = log});
    REQUIRE(ended.ok());
    CHECK(ended.value().status == 42);
    CHECK(bitshed::read_file(log).value() == "out\nerr\n");
    CHECK(bitshed::run({.arguments = {"sh", "-c", "kill -9 $$"}}).value().status == 128 + 9);
}

TEST_CASE("run: arguments reach the program as they are, without a shell") {
    const bitshed::ScratchFolder folder("process test 'quoted' $(id)");
    const auto out = folder.path() / "out";
    const std::string nasty = "$(id) `id` ; \"quoted\" 'single'\nline";
    REQUIRE(
        bitshed::run(
            {.arguments = {"printf", "%s", nasty}, .folder = folder.path(), .standard_output = out})
            .ok());
    CHECK(bitshed::read_file(out).value() == nasty);
}

TEST_CASE("run: a hanging program is killed with its children at the limit") {
    const auto ended = bitshed::run(
        {.arguments = {"sh", "-c", "sleep 60 & sleep 60"}, .limit = std::chrono::seconds(1)});
    REQUIRE(ended.ok());
    CHECK(ended.value().out_of_time);
    CHECK(ended.value().seconds < 30);
}

TEST_CASE("run: a missing program is a tool error that names it") {
    const auto ended = bitshed::run({.arguments = {"no-such-program-here"}});
    REQUIRE_FALSE(ended.ok());
    CHECK(ended.error().kind == bitshed::ErrorKind::tool);
    CHECK(ended.error().complaints[0].problem.find("no-such-program-here") != std::string::npos);
}

TEST_CASE("write_file: replaces whole files and leaves nothing beside them") {
    const bitshed::ScratchFolder folder("files-test");
    const auto path = folder.path() / "deep er" / "file";
    REQUIRE(bitshed::write_file(path, "one").ok());
    REQUIRE(bitshed::write_file(path, "two").ok());
    CHECK(bitshed::read_file(path).value() == "two");
    CHECK(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}) == 1);
    const auto refused = bitshed::write_file(path / "below a file", "x");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == bitshed::ErrorKind::files);
}

TEST_CASE("junit_text: counts failures and errors, and escapes what XML would read") {
    bitshed::JunitCase good;
    good.classname = "c";
    good.name = "good";
    good.seconds = 1.25;
    bitshed::JunitCase wrong = good;
    wrong.name = "a<b>&\"\x01\xff";
    wrong.trouble = bitshed::JunitTrouble::failure;
    wrong.type = "mismatch";
    wrong.message = "1 < 2 & 3";
    bitshed::JunitCase broken = good;
    broken.trouble = bitshed::JunitTrouble::error;
    const auto text = bitshed::junit_text("s", {good, wrong, wrong, broken});
    CHECK(text.find(
              "<testsuite name=\"s\" tests=\"4\" failures=\"2\" errors=\"1\" time=\"5.000\">") !=
          std::string::npos);
    CHECK(text.find("name=\"a&lt;b&gt;&amp;&quot;??\"") != std::string::npos);
    CHECK(
        text.find(
            "<failure type=\"mismatch\" message=\"1 &lt; 2 &amp; 3\">1 &lt; 2 &amp; 3</failure>") !=
        std::string::npos);
    CHECK(text.find("<error ") != std::string::npos);
}

TEST_CASE("split_words: blanks part words, quotes keep them, nothing else is special") {
    using Words = std::vector<std::string>;
    CHECK(bitshed::split_words("  srun -n1\t-c1 ") == Words{"srun", "-n1", "-c1"});
    CHECK(bitshed::split_words("'a b'c \"d'e\" ''") == Words{"a bc", "d'e", ""});
    CHECK(bitshed::split_words("$(x) \\ ; > *") == Words{"$(x)", "\\", ";", ">", "*"});
    CHECK(bitshed::split_words("") == Words{});
    CHECK_FALSE(bitshed::split_words("it's").has_value());
}
