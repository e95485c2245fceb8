// .npy files, byte by byte. What numpy writes and reads is compared in cast_test.py.
#include "quant/npy.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <random>

#include "quant/npy_header.hpp"

using namespace bitshed::quant;

namespace {

std::string file_with(std::string_view dictionary, std::string_view data, char version = 1) {
    std::string bytes = "\x93NUMPY";
    bytes += version;
    bytes += '\0';
    bytes += static_cast<char>(dictionary.size() & 0xff);
    bytes += static_cast<char>(dictionary.size() >> 8 & 0xff);
    if (version > 1) bytes += std::string(2, '\0');
    return bytes + std::string(dictionary) + std::string(data);
}

template <class T>
std::string data_of(const std::vector<T>& values) {
    std::string data(values.size() * sizeof(T), '\0');
    if (!values.empty()) std::memcpy(data.data(), values.data(), data.size());
    return data;
}

std::string dictionary(std::string_view type, std::string_view shape,
                       std::string_view order = "False") {
    return "{'descr': '" + std::string(type) + "', 'fortran_order': " + std::string(order) +
           ", 'shape': " + std::string(shape) + ", }\n";
}

template <class Kept, class Stored>
void reads_as(std::string_view type, const std::vector<Stored>& stored,
              const std::vector<Kept>& kept) {
    CAPTURE(type);
    const auto shape = "(" + std::to_string(stored.size()) + ",)";
    const auto array = parse_npy(file_with(dictionary(type, shape), data_of(stored)), "it");
    REQUIRE(array);
    CHECK(array.value().shape == std::vector<std::size_t>{stored.size()});
    REQUIRE(std::holds_alternative<std::vector<Kept>>(array.value().values));
    CHECK(std::get<std::vector<Kept>>(array.value().values) == kept);
}

/// The message; empty where it was read.
std::string refusal(std::string_view bytes) {
    const auto array = parse_npy(bytes, "it");
    if (array) return "";
    CHECK(array.error().kind == bitshed::ErrorKind::files);
    return problems_of(array.error());
}

}  // namespace

TEST_CASE("npy: every type that is read") {
    using Whole = std::int64_t;
    reads_as<float>("<f4", std::vector<float>{1.5F, -0.0F}, {1.5F, -0.0F});
    reads_as<double>("<f8", std::vector<double>{0.1, -3}, {0.1, -3});
    reads_as<std::uint8_t>("|u1", std::vector<std::uint8_t>{0, 255}, {0, 255});
    reads_as<std::uint8_t>("|b1", std::vector<std::uint8_t>{0, 1}, {0, 1});
    reads_as<Whole>("|i1", std::vector<std::int8_t>{-128, 5}, {-128, 5});
    reads_as<Whole>("<i2", std::vector<std::int16_t>{-32768}, {-32768});
    reads_as<Whole>("<u2", std::vector<std::uint16_t>{65535}, {65535});
    reads_as<Whole>("<i4", std::vector<std::int32_t>{-2147483647}, {-2147483647});
    reads_as<Whole>("<u4", std::vector<std::uint32_t>{4294967295u}, {4294967295});
    reads_as<Whole>("<i8", std::vector<Whole>{-9000000000000000001}, {-9000000000000000001});
    // float16: 1, -2, 65504, the least subnormal, -0, infinity.
    reads_as<float>("<f2",
                    std::vector<std::uint16_t>{0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00},
                    {1, -2, 65504, 0x1p-24F, -0.0F, std::numeric_limits<float>::infinity()});
}

TEST_CASE("npy: shapes, orders and versions") {
    const std::string six = data_of<float>({1, 2, 3, 4, 5, 6});
    const auto read = [](const std::string& bytes) { return parse_npy(bytes, "it").value(); };
    CHECK(read(file_with(dictionary("<f4", "(2, 3)"), six)).shape ==
          std::vector<std::size_t>{2, 3});
    CHECK(read(file_with(dictionary("<f4", "(2,3,)"), six, 2)).shape ==
          std::vector<std::size_t>{2, 3});
    CHECK(read(file_with(dictionary("<f4", "(1, 6, 1)"), six, 3)).size() == 6);
    CHECK(read(file_with(dictionary("<f4", "()"), data_of<float>({7}))).shape.empty());
    CHECK(read(file_with(dictionary("<f4", "(0, 5)"), "")).size() == 0);
    CHECK(read(file_with("{\"shape\": (6,), \"descr\": \"<f4\", \"fortran_order\": False}", six))
              .size() == 6);
    // Column-major: the first index runs fastest.
    const auto turned = read(file_with(dictionary("<f4", "(2, 3)", "True"), six));
    CHECK(std::get<std::vector<float>>(turned.values) == std::vector<float>{1, 3, 5, 2, 4, 6});
    CHECK(turned.shape == std::vector<std::size_t>{2, 3});
}

TEST_CASE("npy: what is no such file is refused with words") {
    const std::string six = data_of<float>({1, 2, 3, 4, 5, 6});
    const std::string good = file_with(dictionary("<f4", "(6,)"), six);
    CHECK(refusal(good).empty());
    CHECK(refusal("") == "it is no .npy file: it does not begin as one");
    CHECK(refusal("PK\x03\x04 a zip").find("does not begin") != std::string::npos);
    CHECK(refusal(good + "x") == "it: its header announces 24 bytes of data, there are 25");
    CHECK(refusal(file_with(dictionary("<f4", "(7,)"), six)) ==
          "it: its header announces 28 bytes of data, there are 24");
    CHECK(refusal(file_with(dictionary(">f4", "(6,)"), six)) ==
          "it: arrays of type '>f4' are not read");
    for (const char* type : {"<c8", "|O", "<f16", "<u8", "|S4", "f4", ""})
        CHECK_FALSE(refusal(file_with(dictionary(type, "(6,)"), six)).empty());
    for (const char* shape : {"(6)", "6", "(6,", "(-6,)", "(6.0,)", "(06,)", "(2 3)", "(,)",
                              "(6,,)", "(99999999999999999999,)", "None",
                              "(4294967296, 4294967296)", "(0, 4294967296, 4294967296)"})
        CHECK_FALSE(refusal(file_with(dictionary("<f4", shape), six)).empty());
    for (const char* header :
         {"", "{}", "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'shape': (6,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), ",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (6,)} x",
          "{'descr': '<f4', 'fortran_order': 0, 'shape': (6,)}",
          "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), 'more': 1}",
          "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}", "{'descr': '<f4"}) {
        CAPTURE(header);
        CHECK_FALSE(refusal(file_with(header, six)).empty());
    }
    CHECK(refusal(file_with(dictionary("<f4", "(6,)"), six, 4)) ==
          "it: .npy version 4.0 is not known");
    // Cut anywhere, and with any one byte of the header changed: never a crash, never more data.
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(refusal(good.substr(0, size)).empty());
    std::size_t read = 0;
    for (std::size_t at = 0; at < good.size() - six.size(); ++at)
        for (int byte = 0; byte < 256; ++byte) {
            std::string damaged = good;
            damaged[at] = static_cast<char>(byte);
            const auto array = parse_npy(damaged, "it");
            if (array) {
                ++read;
                CHECK(array.value().size() * 4 <= six.size() * 4);
            }
        }
    CHECK(read >= good.size() - six.size());  // with the byte it had
}

TEST_CASE("npy: headers of random rubbish") {
    std::mt19937 random(1);
    constexpr std::string_view pieces[] = {
        "{", "}",       "'descr'",         ":",     ",", "'<f4'", "(", ")",
        "6", "'shape'", "'fortran_order'", "False", "'", " "};
    for (int tried = 0; tried < 20000; ++tried) {
        std::string header;
        for (std::size_t count = random() % 20; count > 0; --count)
            header += pieces[random() % std::size(pieces)];
        const auto array = parse_npy(file_with(header, "twenty-four bytes of it."), "it");
        if (array) CHECK(array.value().size() == 6);
    }
}

TEST_CASE("npy: what is written is read") {
    const std::vector<float> values = {1, -0.0F, 0x1p-149F, std::numeric_limits<float>::infinity(),
                                       5, 6};
    for (const std::vector<std::size_t>& shape :
         {std::vector<std::size_t>{6}, {2, 3}, {1, 1, 6, 1}, {100'000'000'000, 0}, {}}) {
        const std::size_t size = shape.empty() ? 1 : shape.back() == 0 ? 0 : 6;
        const std::string bytes = npy_bytes(shape, std::span(values).first(size));
        CHECK(npy_header(shape).size() % 64 == 0);
        CHECK(bytes.size() == npy_header(shape).size() + 4 * size);
        const auto array = parse_npy(bytes, "it");
        REQUIRE(array);
        CHECK(array.value().shape == shape);
        CHECK(data_of(std::get<std::vector<float>>(array.value().values)) ==
              data_of(std::vector<float>(values.begin(), values.begin() + static_cast<int>(size))));
    }
    using namespace std::string_literals;
    CHECK(npy_bytes(std::vector<std::size_t>{6}, values)
              .starts_with("\x93NUMPY\x01\x00\x76\x00"s +
                           "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }  "));
}

TEST_CASE("npy: other types become float32, rounded to nearest") {
    const auto floats = [](NpyArray array) { return to_floats(std::move(array), "it"); };
    CHECK(floats({{2}, std::vector<double>{0.1, 1e-300}}).value() == std::vector<float>{0.1F, 0});
    CHECK(floats({{2}, std::vector<std::int64_t>{16777217, -5}}).value() ==
          std::vector<float>{16777216, -5});
    CHECK(floats({{1}, std::vector<std::uint8_t>{200}}).value() == std::vector<float>{200});
    CHECK(std::isinf(
        floats({{1}, std::vector<double>{std::numeric_limits<double>::infinity()}}).value()[0]));
    const auto refused = floats({{2}, std::vector<double>{1, 1e39}});
    REQUIRE_FALSE(refused);
    CHECK(problems_of(refused.error()) == "it: element 1, 1e+39, is beyond float32");
}
