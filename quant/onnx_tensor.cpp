#include "quant/onnx_tensor.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <cstring>
#include <fstream>

#include "support/text.hpp"

namespace bitshed::quant {

namespace fs = std::filesystem;

namespace {

using onnx::TensorProto;

/// More elements than any network's tensor has: what a damaged file may claim.
constexpr std::int64_t most_elements = std::int64_t{1} << 32;

/// Bytes an element in raw data; 0 where bitshed has no use for the type.
std::size_t bytes_of(int data_type) {
    switch (data_type) {
        case TensorProto::BOOL:
        case TensorProto::INT8:
        case TensorProto::UINT8:
            return 1;
        case TensorProto::FLOAT16:
        case TensorProto::BFLOAT16:
        case TensorProto::INT16:
        case TensorProto::UINT16:
            return 2;
        case TensorProto::FLOAT:
        case TensorProto::INT32:
        case TensorProto::UINT32:
            return 4;
        case TensorProto::DOUBLE:
        case TensorProto::INT64:
            return 8;
        default:
            return 0;
    }
}

float from_half(std::uint16_t code) {
    const float sign = (code & 0x8000U) != 0 ? -1.0F : 1.0F;
    const unsigned exponent = (code >> 10U) & 0x1fU;
    const auto fraction = static_cast<float>(code & 0x3ffU);
    if (exponent == 0) return sign * fraction * 0x1p-24F;
    if (exponent == 31)
        return fraction == 0 ? sign * std::numeric_limits<float>::infinity()
                             : std::numeric_limits<float>::quiet_NaN();
    return sign * std::ldexp(1024.0F + fraction, static_cast<int>(exponent) - 25);
}

float from_bfloat(std::uint16_t code) {
    return std::bit_cast<float>(std::uint32_t{code} << 16U);
}

/// Numbers of type T one behind the other, little-endian as ONNX has them.
template <class T, class To>
void unpack(std::string_view bytes, std::vector<To>& into) {
    into.resize(bytes.size() / sizeof(T));
    for (std::size_t at = 0; at < into.size(); ++at) {
        T element;
        std::memcpy(&element, bytes.data() + at * sizeof(T), sizeof(T));
        into[at] = static_cast<To>(element);
    }
}

void unpack_raw(int data_type, std::string_view bytes, Tensor& tensor) {
    std::vector<std::uint16_t> halves;
    switch (data_type) {
        case TensorProto::FLOAT:
            unpack<float>(bytes, tensor.reals);
            break;
        case TensorProto::DOUBLE:
            unpack<double>(bytes, tensor.reals);
            break;
        case TensorProto::FLOAT16:
        case TensorProto::BFLOAT16:
            unpack<std::uint16_t>(bytes, halves);
            for (const std::uint16_t half : halves)
                tensor.reals.push_back(data_type == TensorProto::FLOAT16 ? from_half(half)
                                                                         : from_bfloat(half));
            break;
        case TensorProto::BOOL:
        case TensorProto::UINT8:
            unpack<std::uint8_t>(bytes, tensor.integers);
            break;
        case TensorProto::INT8:
            unpack<std::int8_t>(bytes, tensor.integers);
            break;
        case TensorProto::INT16:
            unpack<std::int16_t>(bytes, tensor.integers);
            break;
        case TensorProto::UINT16:
            unpack<std::uint16_t>(bytes, tensor.integers);
            break;
        case TensorProto::INT32:
            unpack<std::int32_t>(bytes, tensor.integers);
            break;
        case TensorProto::UINT32:
            unpack<std::uint32_t>(bytes, tensor.integers);
            break;
        default:
            unpack<std::int64_t>(bytes, tensor.integers);
            break;
    }
}

/// The fields of a tensor that is not written as raw bytes.
void copy_fields(const TensorProto& proto, Tensor& tensor) {
    switch (proto.data_type()) {
        case TensorProto::FLOAT:
            tensor.reals.assign(proto.float_data().begin(), proto.float_data().end());
            break;
        case TensorProto::DOUBLE:
            for (const double element : proto.double_data())
                tensor.reals.push_back(static_cast<float>(element));
            break;
        case TensorProto::FLOAT16:
        case TensorProto::BFLOAT16:
            for (const std::int32_t element : proto.int32_data()) {
                const auto half = static_cast<std::uint16_t>(element);
                tensor.reals.push_back(proto.data_type() == TensorProto::FLOAT16
                                           ? from_half(half)
                                           : from_bfloat(half));
            }
            break;
        case TensorProto::INT64:
            tensor.integers.assign(proto.int64_data().begin(), proto.int64_data().end());
            break;
        case TensorProto::UINT32:
            for (const std::uint64_t element : proto.uint64_data())
                tensor.integers.push_back(static_cast<std::int64_t>(element));
            break;
        default:
            tensor.integers.assign(proto.int32_data().begin(), proto.int32_data().end());
    }
}

/// The bytes of a tensor that lie in another file, which must be in the model's folder or below.
Result<std::string> external_bytes(const TensorProto& proto, const std::string& what,
                                   const fs::path& folder, std::size_t size) {
    std::string location;
    std::int64_t offset = 0;
    for (const auto& entry : proto.external_data()) {
        if (entry.key() == "location") location = entry.value();
        if (entry.key() == "offset")
            offset = parse_whole_number(entry.value(), 0, std::numeric_limits<std::int64_t>::max())
                         .value_or(-1);
    }
    const fs::path relative = fs::path(location).lexically_normal();
    if (location.empty() || relative.is_absolute() || *relative.begin() == "..")
        return Error(ErrorKind::files,
                     fmt::format("{}: its data lie in {}", what, printable(location, 200)),
                     "a file in the folder of the model, or below it");
    std::ifstream file(folder / relative, std::ios::binary);
    std::string bytes(size, '\0');
    if (!file || offset < 0 || !file.seekg(offset) ||
        !file.read(bytes.data(), static_cast<std::streamsize>(size)))
        return Error(ErrorKind::files,
                     fmt::format("{}: its {} bytes of data cannot be read from {}", what, size,
                                 printable((folder / relative).string(), 200)));
    return bytes;
}

}  // namespace

std::optional<Element> element_of(int data_type) {
    switch (data_type) {
        case TensorProto::FLOAT:
        case TensorProto::DOUBLE:
        case TensorProto::FLOAT16:
        case TensorProto::BFLOAT16:
            return Element::real;
        case TensorProto::BOOL:
            return Element::boolean;
        case TensorProto::INT8:
        case TensorProto::INT16:
        case TensorProto::INT32:
        case TensorProto::INT64:
        case TensorProto::UINT8:
        case TensorProto::UINT16:
        case TensorProto::UINT32:
            return Element::integer;
        default:
            return std::nullopt;
    }
}

Result<Tensor> read_tensor(const TensorProto& proto, const std::string& what,
                           const fs::path& folder) {
    const auto element = element_of(proto.data_type());
    if (!element)
        return Error(ErrorKind::request,
                     fmt::format("{} has elements of ONNX data type {}", what, proto.data_type()),
                     "float32, float64, float16, bfloat16, bool and integers of 8 to 64 bits");
    Tensor tensor;
    tensor.element = *element;
    tensor.shape.assign(proto.dims().begin(), proto.dims().end());
    std::int64_t count = 1;
    for (const std::int64_t extent : tensor.shape) {
        if (extent < 0 || (extent > 0 && count > most_elements / extent))
            return Error(ErrorKind::files, what + " has an impossible shape");
        count *= extent;
    }
    const std::size_t size = static_cast<std::size_t>(count) * bytes_of(proto.data_type());
    if (proto.data_location() == TensorProto::EXTERNAL) {
        const auto bytes = external_bytes(proto, what, folder, size);
        if (!bytes) return bytes.error();
        unpack_raw(proto.data_type(), bytes.value(), tensor);
    } else if (proto.has_raw_data()) {
        if (proto.raw_data().size() != size)
            return Error(ErrorKind::files,
                         fmt::format("{} has {} bytes of data; its shape asks for {}", what,
                                     proto.raw_data().size(), size));
        unpack_raw(proto.data_type(), proto.raw_data(), tensor);
    } else {
        copy_fields(proto, tensor);
    }
    const std::size_t held =
        *element == Element::real ? tensor.reals.size() : tensor.integers.size();
    if (held != static_cast<std::size_t>(count))
        return Error(ErrorKind::files,
                     fmt::format("{} has {} elements; its shape asks for {}", what, held, count));
    return tensor;
}

}  // namespace bitshed::quant
