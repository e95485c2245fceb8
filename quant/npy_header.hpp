// The header of a .npy file: a Python dictionary with three entries, in any order.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace bitshed::quant {

enum class NpyOrder { row_major, column_major };

struct NpyHeader {
    std::string type;  ///< numpy's array-protocol string: "<f4", "|u1"
    NpyOrder order = NpyOrder::row_major;
    std::vector<std::size_t> shape;
    std::size_t size = 1;        ///< elements: the product of the shape, which fits
    std::size_t data_begin = 0;  ///< where the data begin in the file
};

/// Reads the header at the begin of a file. Error (files): what is wrong with it; `name` is what
/// messages call the file.
Result<NpyHeader> parse_npy_header(std::string_view bytes, std::string_view name);

/// The header of a file of float32 in row-major order (version 1.0), up to where the data begin: a
/// multiple of 64 bytes.
std::string npy_header(const std::vector<std::size_t>& shape);

}  // namespace bitshed::quant
