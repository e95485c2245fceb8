// The architecture for a target: what was measured is found again, and every row of the table can
// be built.
#include <catch2/catch.hpp>

#include <set>
#include <tuple>

#include "format/parse.hpp"
#include "mac/choice.hpp"

namespace {

using bitshed::mac::Architecture;
using bitshed::mac::Choice;
using bitshed::mac::choose_architecture;
using bitshed::mac::Ground;
using bitshed::mac::MacOptions;
using bitshed::mac::MacSpec;
using bitshed::mac::make_mac_spec;
using bitshed::mac::measured_choices;
using bitshed::mac::Objective;

bitshed::format::Format operand(std::string_view name) {
    return bitshed::format::parse(name, bitshed::format::Use::operand).value();
}

Choice choice(std::string_view weight, std::string_view activation, std::string_view family,
              Objective objective = Objective::area) {
    return choose_architecture(operand(weight), operand(activation), family, objective);
}

}  // namespace

TEST_CASE("choice: a pair that was measured gets what was the best of it") {
    std::set<std::tuple<std::string_view, Objective, std::string_view, std::string_view>> known;
    for (const auto& row : measured_choices()) {
        CAPTURE(row.family, bitshed::mac::objective_name(row.objective), row.weight,
                row.activation);
        CHECK(known.insert({row.family, row.objective, row.weight, row.activation}).second);
        const Choice found = choice(row.weight, row.activation, row.family, row.objective);
        CHECK(found.ground == Ground::measured);
        CHECK(found.architecture == row.architecture);
    }
    CHECK(known.size() > 100);
}

TEST_CASE("choice: every row can be built, and is what is built") {
    for (const auto& row : measured_choices()) {
        MacOptions options;
        options.weight = row.weight;
        options.activation = row.activation;
        bitshed::mac::ask_for(row.architecture, options);
        CAPTURE(row.family, row.weight, row.activation);
        const auto spec = make_mac_spec(options);
        REQUIRE(spec.ok());
        CHECK(spec.value().architecture == row.architecture);
    }
}

TEST_CASE("choice: a pair that was not measured gets its neighbour's, if it can be built so") {
    for (const char* family : {"ice40", "ecp5", "xcup"}) {
        const Choice measured = choice("e4m3", "e4m3", family);
        const Choice near = choice("e4m3fn", "e4m3b3", family);
        CHECK(near.ground == Ground::neighbour);
        CHECK(near.architecture == measured.architecture);
        for (const char* special : {"e2m1fn", "e2m1ieee", "e1m1fnuz", "int3"})
            CHECK(choice(special, "e2m1", family).architecture.product ==
                  bitshed::mac::Product::multiply);
    }
    CHECK(choice("e2m1", "e2m1", "xcup").architecture.product == bitshed::mac::Product::table);
}

TEST_CASE("choice: families alike share what was measured, others get the portable default") {
    for (const char* shape : {"e2m1", "e4m3", "e5m2"}) {
        CHECK(choice(shape, shape, "xc7").architecture ==
              choice(shape, shape, "xcup").architecture);
        for (const Objective objective : {Objective::area, Objective::clock, Objective::balanced})
            for (const char* family : {"machxo2", "machxo3"}) {
                // Carry cells of one family are not those of another, even if they are alike.
                const Architecture wanted = choice(shape, shape, "ecp5", objective).architecture;
                const Architecture found = choice(shape, shape, family, objective).architecture;
                CHECK(found.cells == bitshed::mac::Cells::portable);
                CHECK((found == wanted || wanted.cells == bitshed::mac::Cells::ecp5));
            }
        CHECK(choice(shape, shape, "asic").ground == Ground::fallback);
        CHECK(choice(shape, shape, "asic").architecture == Architecture{});
        // No clock is known of a family that nothing routes.
        CHECK(choice(shape, shape, "xcup", Objective::clock).ground == Ground::fallback);
    }
}

TEST_CASE("choice: options that are given win, and an objective's name is its own") {
    MacOptions options{.spec = "e2m1*e2m1", .sign = "late"};
    bitshed::mac::ask_for({.product = bitshed::mac::Product::table}, options);
    const MacSpec spec = make_mac_spec(options).value();
    CHECK(spec.architecture.sign == bitshed::mac::Sign::late);
    CHECK(spec.architecture.product == bitshed::mac::Product::table);
    for (const Objective objective : {Objective::area, Objective::clock, Objective::balanced})
        CHECK(bitshed::mac::parse_objective(bitshed::mac::objective_name(objective)) == objective);
    CHECK_FALSE(bitshed::mac::parse_objective("speed"));
}
