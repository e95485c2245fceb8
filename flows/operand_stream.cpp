#include "flows/operand_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "format/encode.hpp"
#include "format/parse.hpp"
#include "support/random.hpp"
#include "support/text.hpp"

namespace bitshed::flows {

namespace {

/// A number of the normal distribution, by Box and Muller.
double normal(Random& random) {
    const double radius = std::sqrt(-2 * std::log(random.above_zero()));
    return radius * std::cos(2 * std::numbers::pi * random.above_zero());
}

bool is_finite(const format::Format& format, std::uint32_t code) {
    const auto class_ = format::decode(format, code).class_;
    return class_ != format::Class::infinity && class_ != format::Class::nan;
}

/// A share of the largest finite value, exactly.
format::Real share_of(const format::Real& largest, double share) {
    format::Real real;
    if (share == 0) return real;
    int exponent = 0;
    const double fraction = std::frexp(std::abs(share), &exponent);
    real.class_ = format::Class::normal;
    real.negative = share < 0;
    real.significand = largest.significand;
    real.significand *= static_cast<std::uint64_t>(std::ldexp(fraction, 53));
    real.exponent = largest.exponent + exponent - 53;
    return real;
}

std::optional<std::uint32_t> hex_code(std::string_view word, int bits) {
    const std::string digits(word.starts_with("0x") ? word.substr(2) : word);
    return parse_code("0x" + digits, (std::uint64_t{1} << bits) - 1);
}

}  // namespace

std::string_view stream_name(Stream stream) {
    switch (stream) {
        case Stream::uniform:
            return "uniform";
        case Stream::gauss:
            return "gauss";
        case Stream::file:
            return "file";
    }
    check(false, "a stream is one of its enumerators");
    return {};
}

Result<std::vector<std::uint32_t>> draw_codes(Stream stream, const std::string& name,
                                              std::size_t count, std::uint64_t seed) {
    check(stream != Stream::file, "a file's codes are not drawn");
    const auto parsed = format::parse(name, format::Use::operand);
    if (!parsed) return Error(ErrorKind::files, parsed.error().complaints);
    const format::Format& format = parsed.value();
    Random random(seed);
    std::vector<std::uint32_t> codes;
    codes.reserve(count);
    if (stream == Stream::uniform) {
        while (codes.size() < count) {
            const auto code = static_cast<std::uint32_t>(random.next()) & format::code_mask(format);
            if (is_finite(format, code)) codes.push_back(code);
        }
        return codes;
    }
    const auto largest = format::to_real(format, format::largest_finite_code(format));
    if (largest.class_ == format::Class::zero)
        return Error(ErrorKind::files,
                     fmt::format("{} has no value to scale a normal distribution to", name));
    std::vector<double> values;
    double greatest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(normal(random));
        greatest = std::max(greatest, std::abs(values.back()));
    }
    for (const double value : values) {
        const double drawn = format::is_signed(format) ? value : std::max(value, 0.0);
        const auto code =
            format::encode(format, share_of(largest, drawn / greatest), format::Overflow::saturate);
        check(code.has_value(), "a finite value has a code");
        codes.push_back(*code);
    }
    return codes;
}

std::size_t Operands::longest_sum() const {
    std::size_t longest = 0;
    std::size_t begin = 0;
    for (const std::size_t end : sum_ends) {
        longest = std::max(longest, end - begin);
        begin = end;
    }
    return longest;
}

Result<Operands> parse_operands(const std::string& text, const std::string& origin, int weight_bits,
                                int activation_bits) {
    Operands operands;
    std::vector<CodePair>& pairs = operands.pairs;
    const auto end_sum = [&operands] {
        const std::size_t last = operands.sum_ends.empty() ? 0 : operands.sum_ends.back();
        if (operands.pairs.size() > last) operands.sum_ends.push_back(operands.pairs.size());
    };
    bool says_sums = false;
    std::size_t number = 0;
    for (const auto& whole : split(text, '\n')) {
        ++number;
        const auto line = trim(std::string_view(whole).substr(0, whole.find('#')));
        if (line.empty()) continue;
        if (line == "clear") {
            says_sums = true;
            end_sum();
            continue;
        }
        const auto blank = line.find_first_of(" \t");
        const auto weight = hex_code(line.substr(0, blank), weight_bits);
        const auto activation =
            blank == line.npos ? std::nullopt : hex_code(trim(line.substr(blank)), activation_bits);
        if (!weight || !activation)
            return Error(
                ErrorKind::files,
                fmt::format("{}, line {}: {} is no pair of codes", origin, number, printable(line)),
                fmt::format("a weight of {} bits and an activation of {} in hex digits: "
                            "3f 02; or clear, behind a sum",
                            weight_bits, activation_bits));
        pairs.emplace_back(*weight, *activation);
    }
    if (pairs.empty())
        return Error(ErrorKind::files, fmt::format("{} holds no pair of codes", origin),
                     "a weight's and an activation's code a line, in hex digits");
    if (says_sums) end_sum();
    return operands;
}

Result<Operands> operands_for(const emit::Manifest& manifest, const std::string& text,
                              const std::string& origin) {
    const auto bits_of = [&manifest](const char* role) {
        const auto* port = manifest.port(role);
        return port == nullptr ? 0 : port->bits / manifest.lanes;
    };
    auto operands = parse_operands(text, origin, bits_of("weight"), bits_of("activation"));
    if (!operands) return operands.error();
    const auto longest = static_cast<std::int64_t>(operands.value().longest_sum());
    const auto& terms = manifest.accumulator.terms;
    if (terms && longest > *terms)
        return Error(
            ErrorKind::files,
            fmt::format("{} holds a sum of {} products; the accumulator of {} is made for {}",
                        origin, longest, manifest.module, *terms),
            fmt::format("a unit of --terms {}", longest));
    return operands;
}

}  // namespace bitshed::flows
