// The architecture for a target: what was measured is found again, and every row of the table can
// be built.
#include <catch2/catch.hpp>

#include <set>
#include <tuple>

#include "format/parse.hpp"
#include "mac/choice.hpp"
#include "mac/request.hpp"

namespace {

using bitshed::mac::Architecture;
using bitshed::mac::Choice;
using bitshed::mac::choose_architecture;
using bitshed::mac::choose_for_clock;
using bitshed::mac::Ground;
using bitshed::mac::MacOptions;
using bitshed::mac::MacSpec;
using bitshed::mac::make_mac_spec;
using bitshed::mac::measured_choices;
using bitshed::mac::measured_clocks;
using bitshed::mac::MeasuredClock;
using bitshed::mac::Objective;

bitshed::format::Format operand(std::string_view name) {
    return bitshed::format::parse(name, bitshed::format::Use::operand).value();
}

Choice choice(std::string_view weight, std::string_view activation, std::string_view family,
              Objective objective = Objective::area, int stages = 0) {
    return choose_architecture(operand(weight), operand(activation), family, objective, stages,
                               [](const Architecture&) { return true; });
}

bool any_row(const MeasuredClock&) {
    return true;
}

/// What a row costs: LUTs over MHz, or the time of a cycle.
double cost(Objective objective, const MeasuredClock& row) {
    return objective == Objective::clock ? 1 / row.mhz : row.luts / row.mhz;
}

}  // namespace

TEST_CASE("choice: a pair that was measured gets what was the best of it") {
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> known;
    for (const auto& row : measured_choices()) {
        CAPTURE(row.family, row.weight, row.activation);
        CHECK(known.insert({row.family, row.weight, row.activation}).second);
        const Choice found = choice(row.weight, row.activation, row.family);
        CHECK(found.ground == Ground::measured);
        CHECK(found.architecture == row.architecture);
    }
    CHECK(known.size() > 100);
}

TEST_CASE("choice: of clocks that were measured none beats the one that is chosen") {
    for (const Objective objective : {Objective::clock, Objective::balanced})
        for (const auto& row : measured_clocks()) {
            CAPTURE(bitshed::mac::objective_name(objective), row.target, row.weight, row.activation,
                    row.stages);
            const Choice found =
                choice(row.weight, row.activation, row.family, objective, row.stages);
            CHECK(found.ground == Ground::measured);
            for (const auto& other : measured_clocks())
                if (other.target == row.target && other.weight == row.weight &&
                    other.activation == row.activation && other.stages == row.stages &&
                    other.architecture == found.architecture)
                    CHECK(cost(objective, other) <= cost(objective, row));
        }
}

TEST_CASE("choice: what is not allowed is not chosen") {
    using bitshed::mac::Carry, bitshed::mac::Cells;
    const auto e4m3 = operand("e4m3");
    const auto chosen = [&](Objective objective, auto allowed) {
        return choose_architecture(e4m3, e4m3, "ecp5", objective, 0, allowed);
    };
    const auto any = [](const Architecture&) { return true; };
    const auto ripples = [](const Architecture& one) { return one.carry == Carry::ripple; };
    const auto is_portable = [](const Architecture& one) { return one.cells == Cells::portable; };
    CHECK(chosen(Objective::clock, any).architecture.carry != Carry::ripple);
    CHECK(chosen(Objective::clock, ripples).architecture.carry == Carry::ripple);
    CHECK(chosen(Objective::clock, ripples).ground == Ground::measured);
    // The only row of a pair for its area: without it comes a neighbour's.
    CHECK(chosen(Objective::area, any).architecture.cells == Cells::ecp5);
    CHECK(chosen(Objective::area, is_portable).architecture.cells == Cells::portable);
    CHECK(chosen(Objective::area, is_portable).ground == Ground::neighbour);
    CHECK(chosen(Objective::area, [](const Architecture&) { return false; }).ground ==
          Ground::fallback);
}

TEST_CASE("choice: for a clock comes the row of the fewest LUTs that reaches it") {
    const auto e4m3 = operand("e4m3");
    std::set<int> stages;
    for (const auto& aim : measured_clocks()) {
        const auto w = operand(aim.weight), a = operand(aim.activation);
        const auto found = choose_for_clock(w, a, aim.target, aim.mhz, any_row);
        REQUIRE(found);
        CAPTURE(aim.target, aim.weight, aim.activation, aim.mhz);
        CHECK(found->ground == Ground::measured);
        CHECK(found->reaches);
        CHECK(found->unit.mhz >= aim.mhz);
        CHECK(found->unit.luts <= aim.luts);
        stages.insert(found->unit.stages);
    }
    CHECK(stages.size() == 5);

    const auto beyond = choose_for_clock(e4m3, e4m3, "ice40-hx8k", 10'000, any_row);
    REQUIRE(beyond);
    CHECK_FALSE(beyond->reaches);
    for (const auto& row : measured_clocks())
        if (row.target == "ice40-hx8k" && row.weight == "e4m3" && row.activation == "e4m3")
            CHECK(row.mhz <= beyond->unit.mhz);
    const auto near = choose_for_clock(operand("e4m3fn"), e4m3, "ecp5-25k", 1, any_row);
    REQUIRE(near);
    CHECK(near->ground == Ground::neighbour);
    CHECK(near->unit.weight == "e4m3");
    // A clock of one device says nothing of another, not even of its family.
    for (const char* target : {"ice40-up5k", "machxo2", "xilinx-us+"})
        CHECK_FALSE(choose_for_clock(e4m3, e4m3, target, 1, any_row));
    const auto piped = choose_for_clock(e4m3, e4m3, "ecp5-25k", 1,
                                        [](const MeasuredClock& row) { return row.stages == 2; });
    REQUIRE(piped);
    CHECK(piped->unit.stages == 2);
}

TEST_CASE("choice: every row can be built, and is what is built") {
    const auto check_row = [](std::string_view weight, std::string_view activation,
                              const Architecture& architecture) {
        MacOptions options;
        options.weight = weight;
        options.activation = activation;
        bitshed::mac::ask_for(architecture, options);
        CAPTURE(weight, activation);
        const auto spec = make_mac_spec(options);
        REQUIRE(spec.ok());
        CHECK(spec.value().architecture == architecture);
    };
    for (const auto& row : measured_choices())
        check_row(row.weight, row.activation, row.architecture);
    for (const auto& row : measured_clocks())
        check_row(row.weight, row.activation, row.architecture);
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
