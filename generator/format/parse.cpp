#include "format/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "support/check.hpp"
#include "support/text.hpp"

namespace bitshed::format {

namespace {

/// Why a text is no format: what is wrong and what is allowed there.
struct Wrong {
    std::string problem;
    std::string allowed;
};

/// What is still to be read of a name in lower case, and what went wrong first.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] const std::optional<Wrong>& wrong() const { return wrong_; }

    bool take(std::string_view word) {
        if (wrong_ || !rest_.starts_with(word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }

    /// A whole number without sign or leading zeros, or with '-' where `least` is negative.
    int take_number(std::string_view what, int least, int most) {
        if (wrong_) return 0;
        const std::size_t sign = least < 0 && rest_.starts_with('-') ? 1 : 0;
        const auto end = std::min(rest_.find_first_not_of("0123456789", sign), rest_.size());
        const std::string_view number = rest_.substr(0, end);
        const auto allowed =
            fmt::format("a whole number from {} to {}, without leading zeros", least, most);
        if (end == sign) {
            fail(fmt::format("{} is missing", what), allowed);
            return 0;
        }
        const auto value = parse_whole_number(number, least, most);
        if (!value) {
            const bool leading_zero = number.size() > sign + 1 && number[sign] == '0';
            fail(fmt::format("{} {} {}", what, printable(number, 24),
                             number == "-0" ? "is a zero with a sign"
                             : leading_zero ? "has a leading zero"
                                            : "is out of range"),
                 allowed);
            return 0;
        }
        rest_.remove_prefix(end);
        return static_cast<int>(*value);
    }

    void fail(std::string problem, std::string allowed) {
        if (!wrong_) wrong_ = Wrong{std::move(problem), std::move(allowed)};
    }

  private:
    std::string_view rest_;
    std::optional<Wrong> wrong_;
};

std::string grammar(Use use) {
    return fmt::format(
        "e<E>m<M>[b<BIAS>][fn|ieee|fnuz] of {} to {} bits in all (e4m3, e5m2ieee, e4m3b11fnuz), "
        "int2..int8, uint2..uint8, or an alias that `bitshed formats` lists",
        least_width, use == Use::operand ? greatest_operand_width : greatest_width);
}

void expect_end(Reader& reader, std::string_view allowed) {
    if (!reader.rest().empty())
        reader.fail(fmt::format("{} cannot stand at its end", printable(reader.rest(), 24)),
                    std::string(allowed));
}

Specials take_kind(Reader& reader) {
    // The longer word first: fn begins fnuz.
    for (const Specials specials : {Specials::fnuz, Specials::fn, Specials::ieee})
        if (reader.take(kind_name(specials))) return specials;
    return Specials::none;
}

Format read_minifloat(Reader& reader, Use use) {
    const int most_bits = use == Use::operand ? greatest_operand_width : greatest_width;
    const int exponent_bits =
        reader.take_number("the number of exponent bits", 1, greatest_exponent_bits);
    if (!reader.take("m"))
        reader.fail("after the exponent bits 'm' and the fraction bits are missing", grammar(use));
    const int fraction_bits =
        reader.take_number("the number of fraction bits", 0, greatest_width - 2);
    std::optional<int> bias;
    if (reader.take("b")) bias = reader.take_number("the bias", least_bias, greatest_bias);
    const Specials specials = take_kind(reader);
    expect_end(reader,
               bias ? "fn, ieee, fnuz or nothing" : "b<BIAS>, then fn, ieee, fnuz or nothing");
    const int bits = 1 + exponent_bits + fraction_bits;
    if (bits > most_bits)
        reader.fail(
            fmt::format("1 + {} + {} = {} bits are too many", exponent_bits, fraction_bits, bits),
            fmt::format("{} to {} bits in all{}", least_width, most_bits,
                        use == Use::operand ? " for an operand" : ""));
    if (reader.wrong()) return {};
    Format format = minifloat(exponent_bits, fraction_bits, specials);
    if (bias) format.bias = *bias;
    return format;
}

Format read_integer(Reader& reader, Format (*make)(int)) {
    const int bits = reader.take_number("the number of bits", least_width, greatest_operand_width);
    expect_end(reader, "nothing after an integer's bits");
    return reader.wrong() ? Format{} : make(bits);
}

Format read(Reader& reader, Use use) {
    if (reader.rest().empty()) reader.fail("the name is empty", grammar(use));
    if (reader.take("int")) return read_integer(reader, signed_integer);
    if (reader.take("uint")) return read_integer(reader, unsigned_integer);
    if (reader.take("e")) return read_minifloat(reader, use);
    reader.fail("there is no such format", grammar(use));
    return {};
}

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

}  // namespace

Result<Format> parse(std::string_view text, Use use) {
    const std::string lower = in_lower_case(text);
    const auto alias = std::find_if(aliases().begin(), aliases().end(),
                                    [&](const Alias& a) { return a.alias == lower; });
    const bool is_alias = alias != aliases().end();
    Reader reader(is_alias ? alias->canonical : std::string_view(lower));
    const Format format = read(reader, use);
    if (!reader.wrong()) return format;
    return Error(ErrorKind::request,
                 fmt::format("format {}: {}", printable(text), reader.wrong()->problem),
                 reader.wrong()->allowed);
}

const std::vector<Alias>& aliases() {
    static const std::vector<Alias> table = {
        {"fp32", "e8m23ieee"},
        {"fp16", "e5m10ieee"},
        {"bf16", "e8m7ieee"},
        {"ocp_e4m3", "e4m3fn"},
        {"float8_e4m3fn", "e4m3fn"},
        {"ocp_e5m2", "e5m2ieee"},
        {"float8_e5m2", "e5m2ieee"},
        {"float8_e4m3fnuz", "e4m3fnuz"},
        {"float8_e5m2fnuz", "e5m2fnuz"},
        {"float8_e4m3b11fnuz", "e4m3b11fnuz"},
        {"float8_e4m3", "e4m3ieee"},
        {"float8_e3m4", "e3m4ieee"},
        {"ocp_e3m2", "e3m2"},
        {"float6_e3m2fn", "e3m2"},
        {"ocp_e2m3", "e2m3"},
        {"float6_e2m3fn", "e2m3"},
        {"ocp_e2m1", "e2m1"},
        {"float4_e2m1fn", "e2m1"},
    };
    return table;
}

std::vector<std::string> aliases_of(const Format& format) {
    const std::string canonical = name(format);
    std::vector<std::string> found;
    for (const Alias& alias : aliases())
        if (alias.canonical == canonical) found.emplace_back(alias.alias);
    return found;
}

std::vector<Format> shapes(int least_bits, int most_bits) {
    check(least_bits >= least_width && most_bits <= greatest_operand_width,
          "operands have 2 to 8 bits");
    std::vector<Format> found;
    for (int bits = least_bits; bits <= most_bits; ++bits)
        for (int exponent_bits = 1; exponent_bits < bits; ++exponent_bits)
            found.push_back(minifloat(exponent_bits, bits - 1 - exponent_bits));
    for (int bits = least_bits; bits <= most_bits; ++bits) found.push_back(signed_integer(bits));
    for (int bits = least_bits; bits <= most_bits; ++bits) found.push_back(unsigned_integer(bits));
    return found;
}

}  // namespace bitshed::format
