#include "harness/every_step.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "golden/mac.hpp"
#include "harness/code_set.hpp"

namespace bitshed::harness {

namespace {

using State = std::uint32_t;

/// What is known of a state: which pairs were added to it, in order, and one pair for each state
/// that it led to.
struct Known {
    std::size_t tried = 0;
    std::map<State, WalkStep> next;
};

class Walk {
  public:
    explicit Walk(const golden::Unit& unit)
        : mac_(unit), w_(CodeSet(unit.weight).finite), a_(CodeSet(unit.activation).finite) {
        start_ = state_ = code();
    }

    std::vector<WalkStep> take() {
        states_[start_];
        while (go_to_untried()) {
            Known& here = states_[state_];
            const WalkStep step{WalkStep::Kind::pair, w_[here.tried / a_.size()],
                                a_[here.tried % a_.size()]};
            ++here.tried;
            const State to = after(step);
            here.next.emplace(to, step);
            states_[to];
            add(step, to);
        }
        return std::move(steps_);
    }

  private:
    [[nodiscard]] State code() const {
        std::uint64_t limb = 0;
        mac_.accumulator_code(std::span(&limb, 1));
        return static_cast<State>(limb);
    }

    State after(const WalkStep& step) {
        mac_.resume(state_);
        mac_.step(std::span(&step.w, 1), std::span(&step.a, 1));
        return code();
    }

    void add(const WalkStep& step, State to) {
        steps_.push_back(step);
        state_ = to;
    }

    [[nodiscard]] bool has_untried(State state) const {
        return states_.at(state).tried < w_.size() * a_.size();
    }

    /// Goes to the nearest state that has a pair left; a clear is a step too. False: there is none.
    bool go_to_untried() {
        struct Way {
            State from;
            WalkStep step;
        };
        std::map<State, std::optional<Way>> reached{{state_, std::nullopt}};
        std::vector<State> queue{state_};
        for (std::size_t i = 0; i < queue.size(); ++i) {
            const State at = queue[i];
            if (has_untried(at)) {
                std::vector<std::pair<WalkStep, State>> way;
                for (State to = at; reached.at(to); to = reached.at(to)->from)
                    way.emplace_back(reached.at(to)->step, to);
                for (auto step = way.rbegin(); step != way.rend(); ++step)
                    add(step->first, step->second);
                return true;
            }
            const auto visit = [&](State to, const WalkStep& step) {
                if (reached.emplace(to, Way{at, step}).second) queue.push_back(to);
            };
            for (const auto& [to, step] : states_.at(at).next) visit(to, step);
            visit(start_, WalkStep{});
        }
        return false;
    }

    golden::Mac mac_;
    Codes w_, a_;
    State start_ = 0, state_ = 0;
    std::map<State, Known> states_;
    std::vector<WalkStep> steps_;
};

}  // namespace

std::vector<WalkStep> walk_every_step(const golden::Unit& unit) {
    const auto* rounded = std::get_if<golden::FloatAccumulator>(&unit.accumulator);
    if (rounded == nullptr || unit.lanes != 1) return {};
    const int bits = format::width(unit.weight) + format::width(unit.activation) +
                     format::width(rounded->format);
    if (bits > 40 || (std::size_t{1} << bits) > most_walked_steps) return {};
    return Walk(unit).take();
}

}  // namespace bitshed::harness
