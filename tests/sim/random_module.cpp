#include "random_module.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "rtl/builder.hpp"

namespace bitshed::test {

namespace {

using rtl::Builder;
using rtl::Value;

constexpr unsigned greatest_width = 150;

class RandomModule {
  public:
    RandomModule(const std::string& name, std::uint64_t seed) : random_(seed), b_(name) {}

    rtl::Module make() {
        b_.clock("clk_i", "the clock");
        clear_ = b_.input("clear_i", 1, "", "clears what can be cleared");
        std::optional<Value> enable;
        if (chance(2)) enable = b_.input("en_i", 1, "enable", "");
        if (chance(2)) reset_ = b_.reset("rst_ni", "");
        pool_ = {*clear_};
        const unsigned inputs = 3 + below(3), sections = 2 + below(3);
        for (unsigned i = 0; i < inputs; ++i)
            pool_.push_back(b_.input(fmt::format("in{}_i", i), some_width(), "", "anything"));
        if (reset_) b_.resets(pool_.back());
        int stage = 0;
        for (unsigned i = 0; i < sections; ++i) {
            if (i > 0) stage = std::min(stage + static_cast<int>(below(3)), 3);
            if (i == 1) b_.prefix("l1_");
            add_section(fmt::format("part {}", i), stage);
            b_.prefix("");
            if (i == 0 && enable) set_enable(*enable);
        }
        show_everything(stage);
        return b_.finish();
    }

  private:
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool chance(unsigned one_in) { return below(one_in) == 0; }

    unsigned some_width() {
        switch (below(4)) {
            case 0:
                return 1;
            case 1:
                return 2 + below(8);
            case 2:
                return 60 + below(10);
            default:
                return 1 + below(greatest_width);
        }
    }

    void set_enable(Value enable) {
        if (chance(2)) return b_.enable(enable);
        pool_.push_back(b_.name("free", expression(1, 2), ""));  // with a name, it does not fold
        b_.enable(b_.name("advance", enable | pool_.back(), "computed"));
    }

    void add_section(const std::string& title, int stage) {
        b_.section(title, {"A line of explanation.", "", "Another."}, stage);
        const unsigned loops = below(3), values = 4 + below(4);
        std::vector<Value> open;  // registers that close loops: read before they are connected
        for (unsigned i = 0; i < loops; ++i) {
            open.push_back(b_.reg(next_name("loop", "_q"), some_width(), "a loop"));
            if (reset_ && chance(2)) b_.resets(open.back());
            pool_.push_back(open.back());
        }
        for (unsigned i = 0; i < values; ++i) add_value();
        for (const Value reg : open) {
            const Value d = expression(reg.width(), 3);
            const Value reason = expression(1, 2);
            b_.connect(reg, d, chance(2) ? *clear_ : *clear_ | reason);
        }
    }

    void add_value() {
        const unsigned width = some_width();
        if (chance(5)) {
            // It enters the pool once it is connected: a loop holds a register that clears.
            const Value d = expression(width, 3);
            const Value reg = b_.reg(next_name("kept", "_q"), width, "");
            b_.connect(reg, d);
            if (reset_ && chance(2)) b_.resets(reg);
            pool_.push_back(reg);
            return;
        }
        const std::string why = chance(3) ? "" : std::string(1 + below(70), 'w');
        pool_.push_back(b_.name(next_name("v", ""), expression(width, 3), why));
    }

    std::string next_name(const char* base, const char* suffix) {
        return fmt::format("{}{}{}", base, count_++, suffix);
    }

    Value constant(unsigned width) {
        std::vector<std::uint64_t> limbs;
        for (unsigned i = 0; i < width; i += 64) limbs.push_back(chance(4) ? 0 : random_());
        return b_.constant(Bits::from_limbs(width, limbs));
    }

    /// A named value, or some of its bits, or it and more.
    Value leaf(unsigned width) {
        if (chance(8)) return constant(width);
        const Value given = pool_[below(static_cast<unsigned>(pool_.size()))];
        if (given.width() == width) return given;
        if (given.width() > width) {
            const unsigned low = below(given.width() - width + 1);
            return given(low + width - 1, low);
        }
        return chance(2) ? b_.zero_extended(given, width)
                         : b_.extended(given, width, given.bit(below(given.width())));
    }

    Value flag(int depth) {
        const unsigned width = some_width();
        switch (below(5)) {
            case 4: {
                const unsigned index_bits = 1 + below(6);
                const Value table = b_.name(next_name("t", ""), leaf(1u << index_bits), "");
                pool_.push_back(table);
                return b_.lookup(table, expression(index_bits, depth));
            }
            case 0:
                return b_.any(expression(width, depth));
            case 1:
                return b_.all(expression(width, depth));
            case 2: {
                const Value left = expression(width, depth);
                return b_.equal(left, expression(width, depth));
            }
            default:
                return expression(1, depth);
        }
    }

    Value parts(unsigned width, int depth) {
        for (unsigned copies : {4u, 3u, 2u})
            if (width % copies == 0 && chance(2))
                return b_.repeat(expression(width / copies, depth), copies);
        std::vector<Value> list;
        while (width > 0) {
            const unsigned part = 1 + below(width);
            list.push_back(expression(part, depth));
            if (chance(3) && part <= width - part) {
                list.push_back(list.back());
                width -= part;
            }
            width -= part;
        }
        return b_.concat(list);
    }

    Value product(unsigned width, int depth) {
        const unsigned left = 1 + below(width - 1);
        const Value first = expression(left, depth);
        const Value made = b_.multiply(first, expression(width - left, depth));
        pool_.push_back(b_.name(next_name("product", ""), made, "a product"));
        return pool_.back();
    }

    Value expression(unsigned width, int depth) {
        if (depth == 0) return leaf(width);
        --depth;
        if (width == 1 && chance(2)) return flag(depth);
        // One operand after the other: the order of a call's arguments is the compiler's choice.
        const Value left = expression(width, depth);
        switch (below(10)) {
            case 0:
                return left;
            case 1:
                return ~left;
            case 2:
                return left & expression(width, depth);
            case 3:
                return left | expression(width, depth);
            case 4:
                return left ^ expression(width, depth);
            case 5:
                return left + expression(width, depth);
            case 6: {
                const Value right = expression(width, depth);
                return b_.add(left, right, flag(depth));
            }
            case 7: {
                const Value right = expression(width, depth);
                return b_.mux(flag(depth), left, right);
            }
            case 8:
                return parts(width, depth);
            default:
                return width >= 2 ? product(width, depth) : left;
        }
    }

    void show_everything(int stage) {
        b_.section("outputs", {}, stage);
        const Value last =
            b_.reg("last_q", 1, "uses the enable and the reset, should nothing else");
        if (reset_) b_.resets(last);
        b_.connect(last, *clear_);
        b_.output("last_o", last, "", "");
        const bool all = !chance(3);
        if (!all) b_.leave_unread();
        const std::vector<Value> shown = pool_;
        for (const Value value : shown) {
            if (!all && chance(2)) continue;
            const std::string name = next_name("out", "");
            b_.output(name + "_o", b_.name(name, value, ""), "", "a value");
        }
    }

    std::mt19937_64 random_;
    Builder b_;
    std::optional<Value> clear_, reset_;
    std::vector<Value> pool_;
    unsigned count_ = 0;
};

}  // namespace

rtl::Module random_module(const std::string& name, std::uint64_t seed) {
    return RandomModule(name, seed).make();
}

}  // namespace bitshed::test
