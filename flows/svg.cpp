#include "flows/svg.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace bitshed::flows {

namespace {

/// The bytes of the well-formed UTF-8 character at the start of `text`; 0: there is none. Overlong
/// forms, surrogates and what lies above U+10FFFF are not well-formed (RFC 3629).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto rest = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const std::uint32_t first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first < 0xe0) return rest(1) ? 2 : 0;
    if (first >= 0xe0 && first < 0xf0) {
        const bool overlong = first == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = first == 0xed && byte(1) >= 0xa0;
        return rest(1) && rest(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first < 0xf5) {
        const bool overlong = first == 0xf0 && byte(1) < 0x90;
        const bool above = first == 0xf4 && byte(1) >= 0x90;
        return rest(1) && rest(2) && rest(3) && !overlong && !above ? 4 : 0;
    }
    return 0;
}

const char* anchor_name(Anchor anchor) {
    switch (anchor) {
        case Anchor::start:
            return "start";
        case Anchor::middle:
            return "middle";
        case Anchor::end:
            return "end";
    }
    return "start";
}

}  // namespace

std::string xml_text(std::string_view text) {
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string safe;
    while (!text.empty()) {
        const auto length = utf8_length(text);
        const auto character = text.substr(0, length == 0 ? 1 : length);
        const auto byte = static_cast<unsigned char>(text[0]);
        const bool control = byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
        // U+FFFE and U+FFFF are no characters of XML.
        const bool no_character = character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";
        if (length == 0 || control || byte == 0x7f || no_character)
            safe += replacement;
        else if (byte == '<')
            safe += "&lt;";
        else if (byte == '>')
            safe += "&gt;";
        else if (byte == '&')
            safe += "&amp;";
        else if (byte == '"')
            safe += "&quot;";
        else if (byte == '\'')
            safe += "&#39;";
        else
            safe += character;
        text.remove_prefix(character.size());
    }
    return safe;
}

void SvgWriter::line(double x1, double y1, double x2, double y2, std::string_view style) {
    body_ += fmt::format(R"(<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)"
                         "\n",
                         xml_text(style), x1, y1, x2, y2);
}

void SvgWriter::text(double x, double y, std::string_view words, std::string_view style,
                     Anchor anchor) {
    body_ += fmt::format(R"(<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)"
                         "\n",
                         xml_text(style), x, y, anchor_name(anchor), xml_text(words));
}

void SvgWriter::upright_text(double x, double y, std::string_view words, std::string_view style) {
    body_ += fmt::format(
        R"svg(<text class="{}" transform="translate({:.1f} {:.1f}) rotate(-90)" text-anchor="middle">{}</text>)svg"
        "\n",
        xml_text(style), x, y, xml_text(words));
}

void SvgWriter::mark(double x, double y, double radius, Marker shape, std::string_view style,
                     std::string_view title) {
    std::string path;
    switch (shape) {
        case Marker::circle:
            path = fmt::format(
                "M{:.1f} {:.1f}a{:.1f} {:.1f} 0 1 0 {:.1f} 0a{:.1f} {:.1f} 0 1 0 "
                "{:.1f} 0z",
                x - radius, y, radius, radius, 2 * radius, radius, radius, -2 * radius);
            break;
        case Marker::square:
            path = fmt::format("M{:.1f} {:.1f}h{:.1f}v{:.1f}h{:.1f}z", x - radius, y - radius,
                               2 * radius, 2 * radius, -2 * radius);
            break;
        case Marker::triangle:
            path = fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}H{:.1f}z", x, y - radius, x + radius,
                               y + radius, x - radius);
            break;
    }
    body_ += fmt::format(R"(<path class="{}" d="{}")", xml_text(style), path);
    body_ += title.empty() ? "/>\n" : fmt::format("><title>{}</title></path>\n", xml_text(title));
}

std::string SvgWriter::document(double width, double height, std::string_view title,
                                std::string_view style_sheet) const {
    return fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" class="bitshed-plots" role="img" width="{0:.0f}" height="{1:.0f}" viewBox="0 0 {0:.0f} {1:.0f}">)"
        "\n<title>{2}</title>\n<style>\n{3}</style>\n"
        R"(<rect class="paper" width="{0:.0f}" height="{1:.0f}"/>)"
        "\n{4}</svg>\n",
        width, height, xml_text(title), style_sheet, body_);
}

}  // namespace bitshed::flows
