// A writer of Scalable Vector Graphics: the few shapes that a plot is made of. The same calls give
// the same bytes; every text is escaped; nothing refers to anything outside the picture.
#pragma once

#include <string>
#include <string_view>

namespace bitshed::flows {

/// A text as XML character data or an attribute: <, >, & and quotes become references; what XML
/// does not allow (control characters, bytes that are no UTF-8) becomes U+FFFD.
std::string xml_text(std::string_view text);

enum class Anchor { start, middle, end };
enum class Marker { circle, square, triangle };

/// Coordinates in pixels from the upper left corner, written with one decimal. `style` names the
/// classes of the picture's style sheet.
class SvgWriter {
  public:
    void line(double x1, double y1, double x2, double y2, std::string_view style);
    void text(double x, double y, std::string_view words, std::string_view style, Anchor anchor);
    /// Words that run upwards, centred on the point.
    void upright_text(double x, double y, std::string_view words, std::string_view style);
    /// A mark around the point, `radius` pixels to each side; `title` is shown when the pointer
    /// rests on it; empty: none.
    void mark(double x, double y, double radius, Marker shape, std::string_view style,
              std::string_view title);

    /// The document. `style_sheet` is CSS that needs no escaping: ours, never a user's.
    [[nodiscard]] std::string document(double width, double height, std::string_view title,
                                       std::string_view style_sheet) const;

  private:
    std::string body_;
};

}  // namespace bitshed::flows
