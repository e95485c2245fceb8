#include "quant/npy.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "format/decoded.hpp"
#include "quant/npy_header.hpp"
#include "support/check.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

static_assert(std::endian::native == std::endian::little, ".npy data are copied as they are");

constexpr std::string_view known_types =
    "float16, float32, float64, bool, int8 to int64 and uint8 to uint32, little-endian";

/// The elements as they stand in the file, each turned into a Kept by `convert`.
template <class Stored, class Kept, class Convert>
std::vector<Kept> elements(std::string_view data, std::size_t size, Convert convert) {
    std::vector<Kept> kept(size);
    for (std::size_t i = 0; i < size; ++i) {
        Stored stored;
        std::memcpy(&stored, data.data() + i * sizeof(Stored), sizeof(Stored));
        kept[i] = convert(stored);
    }
    return kept;
}

template <class Stored, class Kept>
std::vector<Kept> widened(std::string_view data, std::size_t size) {
    return elements<Stored, Kept>(data, size, [](Stored x) { return static_cast<Kept>(x); });
}

float float_of_half(std::uint16_t code) {
    const std::uint32_t sign = (code & 0x8000U) << 16;
    const std::uint32_t rest = code & 0x7fffU;
    // As a float32 that is 2^112 too small: the fields have the same places, the biases differ so.
    if (rest < 0x7c00)
        return std::bit_cast<float>(
            std::bit_cast<std::uint32_t>(std::bit_cast<float>(rest << 13) * 0x1p112F) | sign);
    return std::bit_cast<float>(sign | 0x7f80'0000U | (rest & 0x3ffU) << 13);
}

template <class T>
std::vector<T> row_major(const std::vector<T>& column_major,
                         const std::vector<std::size_t>& shape) {
    std::vector<T> values(column_major.size());
    std::vector<std::size_t> index(shape.size(), 0);
    for (const T& value : column_major) {
        std::size_t at = 0;
        for (std::size_t axis = 0; axis < shape.size(); ++axis) at = at * shape[axis] + index[axis];
        values[at] = value;
        for (std::size_t axis = 0; axis < shape.size() && ++index[axis] == shape[axis]; ++axis)
            index[axis] = 0;
    }
    return values;
}

struct Type {
    std::string_view descr;
    std::size_t bytes;
};
constexpr Type types[] = {{"<f2", 2}, {"<f4", 4}, {"<f8", 8}, {"|b1", 1}, {"|u1", 1}, {"|i1", 1},
                          {"<u2", 2}, {"<i2", 2}, {"<u4", 4}, {"<i4", 4}, {"<i8", 8}};

decltype(NpyArray::values) values_of(std::string_view descr, std::string_view data,
                                     std::size_t size) {
    using Whole = std::int64_t;
    if (descr == "<f2") return elements<std::uint16_t, float>(data, size, float_of_half);
    if (descr == "<f4") return widened<float, float>(data, size);
    if (descr == "<f8") return widened<double, double>(data, size);
    if (descr == "|b1")
        return elements<std::uint8_t, std::uint8_t>(
            data, size, [](auto x) { return static_cast<std::uint8_t>(x != 0); });
    if (descr == "|u1") return widened<std::uint8_t, std::uint8_t>(data, size);
    if (descr == "|i1") return widened<std::int8_t, Whole>(data, size);
    if (descr == "<u2") return widened<std::uint16_t, Whole>(data, size);
    if (descr == "<i2") return widened<std::int16_t, Whole>(data, size);
    if (descr == "<u4") return widened<std::uint32_t, Whole>(data, size);
    if (descr == "<i4") return widened<std::int32_t, Whole>(data, size);
    check(descr == "<i8", "the types are those of the table");
    return widened<std::int64_t, Whole>(data, size);
}

}  // namespace

std::size_t NpyArray::size() const {
    return std::visit([](const auto& held) { return held.size(); }, values);
}

Result<NpyArray> parse_npy(std::string_view bytes, std::string_view name) {
    const auto header = parse_npy_header(bytes, name);
    if (!header) return header.error();
    const auto& [descr, order, shape, size, data_begin] = header.value();
    const Type* type = nullptr;
    for (const Type& known : types)
        if (descr == known.descr) type = &known;
    if (type == nullptr)
        return Error(ErrorKind::files,
                     fmt::format("{}: arrays of type {} are not read", name, printable(descr)),
                     std::string(known_types));
    const std::string_view data = bytes.substr(data_begin);
    if (data.size() != size * type->bytes)
        return Error(ErrorKind::files,
                     fmt::format("{}: its header announces {} bytes of data, there are {}", name,
                                 size * type->bytes, data.size()));
    NpyArray array{.shape = shape, .values = values_of(descr, data, size)};
    if (order == NpyOrder::column_major)
        std::visit([&](auto& held) { held = row_major(held, array.shape); }, array.values);
    return array;
}

Result<NpyArray> read_npy(const std::filesystem::path& path) {
    const auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    return parse_npy(bytes.value(), printable(path.string(), 200));
}

Result<std::vector<float>> to_floats(NpyArray array, std::string_view name) {
    if (auto* floats = std::get_if<std::vector<float>>(&array.values)) return std::move(*floats);
    std::vector<float> floats;
    floats.reserve(array.size());
    std::visit(
        [&](const auto& held) {
            for (const auto value : held) floats.push_back(static_cast<float>(value));
        },
        array.values);
    if (const auto* doubles = std::get_if<std::vector<double>>(&array.values))
        for (std::size_t i = 0; i < floats.size(); ++i)
            if (std::isinf(floats[i]) && !std::isinf((*doubles)[i]))
                return Error(
                    ErrorKind::files,
                    fmt::format("{}: element {}, {}, is beyond float32", name, i, (*doubles)[i]),
                    "numbers of a magnitude below 2^128");
    return floats;
}

std::string npy_bytes(std::span<const std::size_t> shape, std::span<const float> values) {
    std::string bytes = npy_header({shape.begin(), shape.end()});
    std::size_t size = 1;
    for (const std::size_t length : shape) size *= length;
    check(size == values.size(), "an array has as many elements as its shape says");
    if (values.empty()) return bytes;
    const std::size_t begin = bytes.size();
    bytes.resize(begin + values.size_bytes());
    std::memcpy(bytes.data() + begin, values.data(), values.size_bytes());
    return bytes;
}

Outcome write_npy(const std::filesystem::path& path, std::span<const std::size_t> shape,
                  std::span<const float> values) {
    return write_file(path, npy_bytes(shape, values));
}

std::string shape_text(std::span<const std::size_t> shape) {
    std::string text = "(";
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
        text += fmt::format("{}{}", axis == 0 ? "" : ", ", shape[axis]);
    return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace bitshed::quant
