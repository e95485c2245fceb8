// Recipes: which techniques are applied, and in which order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bitshed::quant {

enum class Recipe {
    none,  ///< scales only: round every weight and activation to nearest
};

/// The names of --recipe, in the order of Recipe.
const std::vector<std::string>& recipe_names();
std::string name(Recipe recipe);
/// Nothing where there is no recipe of that name.
std::optional<Recipe> parse_recipe(std::string_view name);

}  // namespace bitshed::quant
