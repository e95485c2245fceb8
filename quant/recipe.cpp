#include "quant/recipe.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "support/check.hpp"
#include "support/text.hpp"

namespace bitshed::quant {

namespace {

constexpr std::array<std::string_view, technique_count> names = {"fold", "equalize", "smooth",
                                                                 "gptq", "round",    "bias"};
constexpr std::string_view paper = "fold+equalize+smooth+gptq+round+bias";
/// What `best` tries, in this order.
constexpr std::array<std::string_view, 8> candidates = {"none",
                                                        "bias",
                                                        "smooth+bias",
                                                        "equalize+bias",
                                                        "gptq+bias",
                                                        "round+bias",
                                                        "equalize+smooth+gptq+bias",
                                                        "paper"};

std::optional<Technique> technique_named(std::string_view word) {
    const auto found = std::find(names.begin(), names.end(), word);
    if (found == names.end()) return std::nullopt;
    return static_cast<Technique>(found - names.begin());
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (;;) {
        const std::size_t plus = text.find('+');
        words.push_back(text.substr(0, plus));
        if (plus == std::string_view::npos) return words;
        text.remove_prefix(plus + 1);
    }
}

Result<Recipe> parse_one(std::string_view text) {
    Recipe recipe{.name = std::string(text), .techniques = {}};
    if (text == "none") return recipe;
    std::vector<Complaint> complaints;
    std::set<Technique> asked;
    for (const std::string_view word : words_of(text == "paper" ? paper : text)) {
        const auto technique = technique_named(word);
        if (!technique)
            complaints.push_back(
                {"there is no technique " + printable(std::string(word)), allowed_recipes()});
        else if (!asked.insert(*technique).second)
            complaints.push_back({"the technique " + std::string(word) + " is there twice", ""});
    }
    if (!complaints.empty()) return Error(ErrorKind::request, complaints);
    if (asked.contains(Technique::equalize)) asked.insert(Technique::fold);
    recipe.techniques.assign(asked.begin(), asked.end());
    return recipe;
}

}  // namespace

std::string_view name(Technique technique) {
    return names.at(static_cast<std::size_t>(technique));
}

bool Recipe::has(Technique technique) const {
    return std::find(techniques.begin(), techniques.end(), technique) != techniques.end();
}

std::string allowed_recipes() {
    return "none; fold, equalize, smooth, gptq, round, bias or several with + between; paper (all "
           "of them); best";
}

Result<std::vector<Recipe>> parse_recipe(std::string_view text) {
    std::vector<Recipe> recipes;
    if (text != "best") {
        auto one = parse_one(text);
        if (!one) return one.error();
        recipes.push_back(std::move(one).value());
        return recipes;
    }
    for (const std::string_view candidate : candidates) {
        auto one = parse_one(candidate);
        check(one.ok(), "what best tries can be tried");
        recipes.push_back(std::move(one).value());
    }
    return recipes;
}

}  // namespace bitshed::quant
