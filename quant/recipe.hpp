// Recipes: which techniques are applied. Their order is not a choice: it is the paper's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace bitshed::quant {

/// In the order in which they are applied. The first three edit the network in float and leave what
/// it computes as it is; gptq and round take the place of rounding weights to nearest; bias comes
/// when weights and activations have their scales.
enum class Technique {
    fold,      ///< batch norms into the layers before them (techniques/fold.hpp)
    equalize,  ///< ranges of weights between layers (techniques/equalize.hpp)
    smooth,    ///< ranges of activations into weights (techniques/smooth.hpp)
    gptq,      ///< weights rounded one after the other, errors passed on (techniques/gptq.hpp)
    round,     ///< to the value above or below, as is learned (techniques/learned_rounding.hpp)
    bias,      ///< means of layers' outputs (techniques/bias.hpp)
};
inline constexpr int technique_count = 6;

std::string_view name(Technique technique);

struct Recipe {
    std::string name;  ///< as it was asked for: "none", "equalize+bias", "paper"
    /// Each once, in order, with what others imply; none: scales only.
    std::vector<Technique> techniques;

    [[nodiscard]] bool has(Technique technique) const;
};

/// What --recipe takes, as a sentence for the help.
std::string allowed_recipes();

/// The recipes that a text means. One for `none`, for techniques with + between them and for
/// `paper` (all of them); `best` means several, of which the best is to be found out. Equalizing
/// implies folding. Error (request): an unknown word, a technique twice, or one that this version
/// lacks.
Result<std::vector<Recipe>> parse_recipe(std::string_view text);

}  // namespace bitshed::quant
