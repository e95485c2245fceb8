#include "quant/recipe.hpp"

#include <algorithm>

namespace bitshed::quant {

const std::vector<std::string>& recipe_names() {
    static const std::vector<std::string> names = {"none"};
    return names;
}

std::string name(Recipe recipe) {
    return recipe_names().at(static_cast<std::size_t>(recipe));
}

std::optional<Recipe> parse_recipe(std::string_view name) {
    const auto& names = recipe_names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Recipe>(found - names.begin());
}

}  // namespace bitshed::quant
