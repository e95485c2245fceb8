// Arrays in numpy's .npy files, as numpy.lib.format describes them (versions 1.0, 2.0 and 3.0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/result.hpp"

namespace bitshed::quant {

/// An array in row-major order. Files of float16 are read as float, of int8, int16, int32, uint16
/// and uint32 as int64, of bool as uint8; all of these are exact.
struct NpyArray {
    std::vector<std::size_t> shape;  ///< empty for a single number
    std::variant<std::vector<float>, std::vector<double>, std::vector<std::uint8_t>,
                 std::vector<std::int64_t>>
        values;

    /// Elements: the product of the shape.
    [[nodiscard]] std::size_t size() const;
};

/// Reads the bytes of a .npy file; `name` is what messages call it. Error (files), with words: it
/// is no such file, its size is not what its header says, or its type is none of float16, float32,
/// float64, bool, int and uint of 8 to 32 bits, int64, all little-endian. Row-major and
/// column-major order are read.
Result<NpyArray> parse_npy(std::string_view bytes, std::string_view name);
/// The same from a file. Error (files): it cannot be read, or as above.
Result<NpyArray> read_npy(const std::filesystem::path& path);

/// The values as float32, rounded to nearest even. Error (files): a finite value lies beyond the
/// float32 range; `name` is what the message calls the array.
Result<std::vector<float>> to_floats(NpyArray array, std::string_view name);

/// The bytes of a .npy file (version 1.0, float32, row-major). The shape's product is the size.
std::string npy_bytes(std::span<const std::size_t> shape, std::span<const float> values);
/// Writes it, whole or not at all. Error (files): it cannot be written.
Outcome write_npy(const std::filesystem::path& path, std::span<const std::size_t> shape,
                  std::span<const float> values);

/// "(3, 4)", "(7,)", "()": a shape as Python writes it.
std::string shape_text(std::span<const std::size_t> shape);

}  // namespace bitshed::quant
