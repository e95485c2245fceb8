#include "quant/npy_header.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <span>

#include "quant/npy.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t alignment = 64;
/// More dimensions than any numpy array has.
constexpr std::size_t greatest_rank = 64;

/// A cursor over the dictionary. Each function takes what it names, after blanks, or says it is not
/// there.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool take(std::string_view token) {
        skip_blanks();
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    std::optional<std::string> quoted() {
        skip_blanks();
        if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) return std::nullopt;
        const std::size_t end = rest_.find(rest_.front(), 1);
        if (end == std::string_view::npos) return std::nullopt;
        std::string text(rest_.substr(1, end - 1));
        rest_.remove_prefix(end + 1);
        return text;
    }

    std::optional<std::size_t> length() {
        skip_blanks();
        std::size_t digits = 0;
        while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') ++digits;
        const auto value = parse_whole_number(rest_.substr(0, digits), 0,
                                              std::numeric_limits<std::int64_t>::max());
        if (!value) return std::nullopt;
        rest_.remove_prefix(digits);
        return static_cast<std::size_t>(*value);
    }

    /// "()", "(7,)", "(3, 4)", "(3, 4,)".
    std::optional<std::vector<std::size_t>> tuple() {
        if (!take("(")) return std::nullopt;
        std::vector<std::size_t> lengths;
        bool comma = true;
        while (!take(")")) {
            const auto next = comma ? length() : std::nullopt;
            if (!next || lengths.size() == greatest_rank) return std::nullopt;
            lengths.push_back(*next);
            comma = take(",");
        }
        if (lengths.size() == 1 && !comma) return std::nullopt;  // Python reads "(7)" as a number
        return lengths;
    }

    bool at_end() {
        skip_blanks();
        return rest_.empty();
    }

  private:
    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size()));
    }

    std::string_view rest_;
};

/// Fills type, order and shape; false where the text is no such dictionary.
bool read_dictionary(std::string_view text, NpyHeader& header) {
    Reader reader(text);
    bool has_type = false;
    bool has_order = false;
    bool has_shape = false;
    if (!reader.take("{")) return false;
    while (!reader.take("}")) {
        const auto key = reader.quoted();
        if (!key || !reader.take(":")) return false;
        if (*key == "descr" && !has_type) {
            auto type = reader.quoted();
            if (!type) return false;
            header.type = std::move(*type);
            has_type = true;
        } else if (*key == "fortran_order" && !has_order) {
            if (reader.take("True"))
                header.order = NpyOrder::column_major;
            else if (!reader.take("False"))
                return false;
            has_order = true;
        } else if (*key == "shape" && !has_shape) {
            auto shape = reader.tuple();
            if (!shape) return false;
            header.shape = std::move(*shape);
            has_shape = true;
        } else {
            return false;
        }
        if (!reader.take(",")) {
            if (!reader.take("}")) return false;
            break;
        }
    }
    return has_type && has_order && has_shape && reader.at_end();
}

Error not_npy(std::string_view name, std::string_view why) {
    return Error(ErrorKind::files, fmt::format("{} is no .npy file: {}", name, why),
                 "an array that numpy.save wrote");
}

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view bytes, std::string_view name) {
    const auto byte = [&](std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
    };
    if (!bytes.starts_with(magic)) return not_npy(name, "it does not begin as one");
    // Behind the magic: two bytes of version, then the length of the dictionary.
    constexpr std::size_t version_at = magic.size();
    constexpr std::size_t length_at = version_at + 2;
    if (bytes.size() < length_at) return not_npy(name, "it ends within its header");
    const std::size_t version = byte(version_at);
    if (version < 1 || version > 3 || byte(version_at + 1) != 0)
        return Error(
            ErrorKind::files,
            fmt::format("{}: .npy version {}.{} is not known", name, version, byte(version_at + 1)),
            "versions 1.0, 2.0 and 3.0");
    const std::size_t length_bytes = version == 1 ? 2 : 4;
    const std::size_t text_at = length_at + length_bytes;
    if (bytes.size() < text_at) return not_npy(name, "it ends within its header");
    std::size_t length = 0;
    for (std::size_t at = 0; at < length_bytes; ++at) length |= byte(length_at + at) << (8 * at);
    if (length > bytes.size() - text_at) return not_npy(name, "it ends within its header");

    NpyHeader header;
    header.data_begin = text_at + length;
    if (!read_dictionary(bytes.substr(text_at, length), header))
        return Error(ErrorKind::files,
                     fmt::format("{}: its header is not understood: {}", name,
                                 printable(trim(bytes.substr(text_at, length)))),
                     "descr (a plain type), fortran_order and shape");
    // No array has more elements than memory has bytes, even where a length is 0.
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / 16;
    std::size_t without_zeros = 1;
    for (const std::size_t length_of_axis : header.shape) {
        if (length_of_axis != 0 && without_zeros > most / length_of_axis)
            return Error(ErrorKind::files, fmt::format("{}: its shape {} is too large", name,
                                                       shape_text(header.shape)));
        without_zeros *= length_of_axis == 0 ? 1 : length_of_axis;
        header.size *= length_of_axis;
    }
    return header;
}

std::string npy_header(const std::vector<std::size_t>& shape) {
    std::string text =
        fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", shape_text(shape));
    constexpr std::size_t fixed = magic.size() + 4;  // version, and a length of two bytes
    const std::size_t whole = (fixed + text.size() + 1 + alignment - 1) / alignment * alignment;
    text.resize(whole - fixed - 1, ' ');
    text += '\n';
    std::string bytes(magic);
    bytes += {'\x01', '\x00', static_cast<char>(text.size() & 0xff),
              static_cast<char>(text.size() >> 8)};
    return bytes + text;
}

}  // namespace bitshed::quant
