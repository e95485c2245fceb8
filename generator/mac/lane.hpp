// A lane: one pair of codes on its way to a term on the grid, phase by phase, so that all lanes
// share each section of the datapath.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "mac/align.hpp"
#include "mac/multiply_rows.hpp"
#include "mac/operand.hpp"
#include "mac/spec.hpp"
#include "rtl/builder.hpp"

namespace bitshed::mac {

/// What a pair adds, in two's complement on the grid: value + carry.
struct Term {
    rtl::Value value;
    rtl::Value carry;  ///< 1 bit at the least place
    /// What the bits of value come out of; cells: the gates that are left are for carry cells of
    /// ECP5 to take in.
    enum class End { adder, gates, cells } end = End::adder;
    std::optional<Choice> choice;    ///< in place of value; cells only
    std::optional<rtl::Value> flip;  ///< each bit of value is to be xored with it; cells only
};

/// The flags of a pair that is not finite. Flags of several pairs join by or: +infinity with
/// -infinity, and NaN, set both bits.
struct Flags {
    rtl::Value positive;  ///< +infinity or NaN
    rtl::Value negative;  ///< -infinity or NaN
};

/// What the lanes of a spec have in common.
struct LanePlan {
    bool integers = false;      ///< two integers: nothing is decoded or moved
    bool has_specials = false;  ///< some operand code is NaN or infinity
    bool always_zero = false;   ///< the only finite product is 0
    bool has_table = false;     ///< a table gives products in their places
    bool moves = false;         ///< a product is moved to its place
    unsigned places = 1;        ///< bits of the largest product, no more than are kept
    unsigned least_shift = 0;
};

/// `kept_places`: how many low places of the grid the accumulator looks at.
LanePlan plan_lanes(const MacSpec& spec, unsigned kept_places);

/// How many stages a lane's multiplier can be spread over; 1 for a table.
unsigned most_parts_of_multiplier(const MacSpec& spec, const LanePlan& plan);

class Lane {
  public:
    Lane(rtl::Builder& builder, const MacSpec& spec, const LanePlan& plan, rtl::Value w,
         rtl::Value a);

    // The phases, in the order of the datapath; each is called once, inside its section.
    void decode();         ///< but of two integers, or where the plan has a table
    void find_specials();  ///< where the plan has specials
    /// What is multiplied; in the section of multiply(), and once.
    Factors factors();
    /// Multiplies by this, which was made of factors(), in the place of the architecture's own.
    void multiply_by(std::unique_ptr<Multiplier> multiplier) {
        multiplier_ = std::move(multiplier);
    }
    /// where the plan has no table: one call for each part, of which each may have its stage
    void multiply(unsigned part, unsigned parts);
    /// where it has one: a table for each place (table.hpp)
    void look_up(const std::vector<rtl::Value>& tables);
    void give_sign();           ///< to a product, but of two integers; before it is moved
    void add_shifts();          ///< where products move, before align()
    void find_negative_zero();  ///< for float accumulators: behind the first part of two integers,
                                ///< else behind the product
    void align();               ///< where products move
    void place();               ///< where products move

    /// Whether place() has work to do that deserves a section.
    [[nodiscard]] bool has_blocks() const;

    /// What the lane adds, in the present section; after the last phase that applies.
    Term term();
    [[nodiscard]] const std::optional<Flags>& flags() const { return flags_; }
    /// The product is -0.
    [[nodiscard]] rtl::Value negative_zero() const { return *negative_zero_; }

  private:
    friend unsigned most_parts_of_multiplier(const MacSpec& spec, const LanePlan& plan);
    [[nodiscard]] bool is_two_s_complement() const;
    [[nodiscard]] bool makes_star() const;  ///< a product by Verilog's *
    [[nodiscard]] RowOrder row_order() const;
    rtl::Value finite_significand();  ///< the weight's
    std::unique_ptr<Multiplier> integer_multiplier();
    std::unique_ptr<Multiplier> significand_multiplier();
    Term term_for_cells(rtl::Value sign);
    rtl::Value is_zero(const DecodedOperand& operand, const char* name);
    [[nodiscard]] rtl::Value sign() const;

    rtl::Builder& b_;
    const MacSpec& spec_;
    const LanePlan& plan_;
    rtl::Value w_, a_;
    std::optional<DecodedOperand> weight_, activation_;
    std::optional<rtl::Value> magnitudes_;  ///< both codes without their signs
    std::optional<rtl::Value> special_pair_, negative_, product_, negative_zero_;
    std::optional<rtl::Value> signed_;  ///< the product; the magnitude where the sign comes late
    std::optional<rtl::Value> shift_;
    std::optional<Alignment> alignment_;
    std::optional<FinelyAligned> fine_;
    std::optional<Shown> shown_;  ///< in place of placed_
    std::optional<Flags> flags_;
    /// One's complement on the grid, without its sign; the magnitude where the sign comes late.
    std::optional<rtl::Value> placed_;
    std::optional<CarriedProduct> integer_product_;  ///< in two's complement
    std::unique_ptr<Multiplier> multiplier_;
};

}  // namespace bitshed::mac
