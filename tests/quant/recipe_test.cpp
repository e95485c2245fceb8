// Recipes: what a name means, and what is refused.
#include "quant/recipe.hpp"

#include <catch2/catch.hpp>

using namespace bitshed::quant;

namespace {

using Names = std::vector<Technique>;

Recipe one(std::string_view text) {
    const auto recipes = parse_recipe(text);
    REQUIRE(recipes.ok());
    REQUIRE(recipes.value().size() == 1);
    return recipes.value().front();
}

std::string problems(std::string_view text) {
    const auto recipes = parse_recipe(text);
    REQUIRE_FALSE(recipes.ok());
    return problems_of(recipes.error());
}

}  // namespace

TEST_CASE("recipes: none has no technique, any order is put in order, a name stays as it was") {
    CHECK(one("none").techniques.empty());
    CHECK(one("smooth").techniques == Names{Technique::smooth});
    CHECK(one("bias+smooth+fold").techniques ==
          Names{Technique::fold, Technique::smooth, Technique::bias});
    CHECK(one("bias+smooth+fold").name == "bias+smooth+fold");
    CHECK(one("bias").has(Technique::bias));
    CHECK_FALSE(one("bias").has(Technique::fold));
}

TEST_CASE("recipes: equalizing implies folding, once") {
    CHECK(one("equalize").techniques == Names{Technique::fold, Technique::equalize});
    CHECK(one("fold+equalize").techniques == Names{Technique::fold, Technique::equalize});
    CHECK(one("equalize").name == "equalize");
}

TEST_CASE("recipes: unknown words, empty ones and repeated ones are refused, all at once") {
    CHECK(problems("").find("there is no technique") != std::string::npos);
    CHECK(problems("bias+").find("there is no technique") != std::string::npos);
    CHECK(problems("none+bias").find("none") != std::string::npos);
    CHECK(problems("bias+bias").find("twice") != std::string::npos);
    CHECK(problems("Bias").find("Bias") != std::string::npos);
    const auto both = parse_recipe("nothing+bias+more");
    REQUIRE_FALSE(both.ok());
    CHECK(both.error().complaints.size() == 2);
    CHECK(both.error().kind == bitshed::ErrorKind::request);
}

TEST_CASE("recipes: best means several different ones, the first of them none") {
    const auto recipes = parse_recipe("best");
    REQUIRE(recipes.ok());
    CHECK(recipes.value().size() > 3);
    CHECK(recipes.value().front().name == "none");
    for (std::size_t a = 0; a < recipes.value().size(); ++a)
        for (std::size_t b = 0; b < a; ++b)
            CHECK(recipes.value()[a].techniques != recipes.value()[b].techniques);
}
