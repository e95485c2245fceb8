// From a value back to what makes its channels: the half of channels.hpp that knows the operators.
#pragma once

#include "quant/techniques/channels.hpp"

namespace bitshed::quant {

/// The axis of a value that its channels lie in.
struct ChannelAxis {
    enum Place {
        second,  ///< axis 1, as in pictures and rows
        last,    ///< of however many axes, as in sequences of tokens
    };
    Place place = second;
    std::optional<int> axes;  ///< of the value, where it is known

    friend bool operator==(const ChannelAxis&, const ChannelAxis&) = default;

    /// How many axes stand behind it; nothing where that is not known.
    [[nodiscard]] std::optional<int> behind() const {
        if (place == last) return 0;
        return axes ? std::optional(*axes - 2) : std::nullopt;
    }
};

/// Whether the channels of a picture were laid side by side with its pixels on the way.
enum class Flattened { no, yes };

struct Walked {
    Source source;
    std::int64_t channels = 0;
    Flattened flattened = Flattened::no;
};

/// The source of a value, as channels.hpp says; `value` may have more readers than one, what stands
/// before it may not.
std::optional<Walked> walk_to_source(const Graph& graph, const std::vector<Layer>& layers,
                                     ValueId value, ChannelAxis axis);

}  // namespace bitshed::quant
