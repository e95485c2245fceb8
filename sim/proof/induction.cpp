#include "proof/induction.hpp"

#include <map>
#include <memory>

#include "support/check.hpp"

namespace bitshed::proof {

namespace {

/// The registers' values in a frame, by their index.
struct State {
    std::vector<Literal> judged, reference;
};

class Unrolling {
  public:
    Unrolling(const Sides& sides, const Relation& relation) : sides_(sides), relation_(relation) {
        for (std::size_t i = 0; i < sides.judged.registers.size(); ++i)
            state_.judged.push_back(aig_.input());
        for (std::size_t i = 0; i < sides.reference.registers.size(); ++i)
            state_.reference.push_back(aig_.input());
        for (const Pair& pair : relation.always) copy(pair);
    }

    /// Frames 0..stages; collects the differences on the way.
    void unroll() {
        for (int frame = 0; frame <= sides_.stages; ++frame) {
            const bool last = frame == sides_.stages;
            if (last) give_any_sum();
            make_frame(last);
            if (last) copy_shown();
            const Literal held = this->held(*judged_);
            if (frame == 0)
                for (const Pair& pair : relation_.always) control_.push_back(difference(pair));
            if (last) {
                compare_outputs();
                const Literal stays = aig_.conjunction(moved_, complement(held));
                for (const Pair& pair : relation_.late)
                    step_.push_back(aig_.conjunction(stays, difference(pair)));
                for (const Literal different : differences_shown())
                    step_.push_back(aig_.conjunction(stays, different));
                return;
            }
            moved_ = aig_.conjunction(moved_, complement(held));
            advance();
        }
    }

    /// One frame of any state of both sides.
    void hold() {
        make_frame(true);
        const auto changes = [&](Frame& frame, const Netlist& side, Literal held) {
            for (const Register& bit : side.registers)
                step_.push_back(aig_.conjunction(
                    held, aig_.exclusive_or(frame.get(bit.next), frame.get(bit.value))));
        };
        changes(*judged_, sides_.judged, held(*judged_));
        changes(*reference_, sides_.reference, held_by_reference());
    }

    Question question(Lemma lemma) {
        Question question{lemma, aig_, {}, weight_, activation_, {}};
        question.differences = lemma == Lemma::control   ? control_
                               : lemma == Lemma::outputs ? outputs_
                                                         : step_;
        for (const Literal bit : sides_.outputs.at("accumulator").judged)
            question.accumulator.push_back(judged_->get(bit));
        return question;
    }

  private:
    /// A pair's registers hold the same.
    void copy(const Pair& pair) {
        state_.reference[pair.reference] =
            state_.judged[pair.judged] ^ static_cast<Literal>(pair.complemented);
    }

    void give_any_sum() {
        for (const Pair& pair : relation_.late) {
            state_.judged[pair.judged] = aig_.input();
            copy(pair);
        }
        for (const std::size_t index : relation_.showing) state_.judged[index] = aig_.input();
    }

    /// In the present frame the reference's registers hold what the judged file shows.
    void copy_shown() {
        for (const Shown& shown : relation_.shown)
            reference_->set(sides_.reference.registers[shown.reference].value,
                            judged_->get(shown.judged));
    }

    /// Where what the judged file shows after the present frame is not what the reference then
    /// holds.
    std::vector<Literal> differences_shown() {
        if (relation_.shown.empty()) return {};
        Frame after(sides_.judged, aig_);
        for (const Register& bit : sides_.judged.registers)
            after.set(bit.value, judged_->get(bit.next));
        std::vector<Literal> found;
        for (const Shown& shown : relation_.shown)
            found.push_back(aig_.exclusive_or(
                after.get(shown.judged),
                reference_->get(sides_.reference.registers[shown.reference].next)));
        return found;
    }

    void make_frame(bool last) {
        judged_ = std::make_unique<Frame>(sides_.judged, aig_);
        reference_ = std::make_unique<Frame>(sides_.reference, aig_);
        for (const auto& [role, port] : sides_.inputs) {
            auto& bits = last_[role];
            bits.clear();
            for (std::size_t bit = 0; bit < port.judged.size(); ++bit) {
                // Before the last frame the unit moves: a held cycle changes nothing.
                const Literal value = role == "enable" && !last ? constant_true : aig_.input();
                bits.push_back(value);
                judged_->set(port.judged[bit], value);
                reference_->set(port.reference[bit], value);
            }
        }
        if (weight_.empty()) {
            weight_ = last_.at("weight");
            activation_ = last_.at("activation");
        }
        judged_->free_rest();
        reference_->free_rest();
        for (std::size_t i = 0; i < state_.judged.size(); ++i)
            judged_->set(sides_.judged.registers[i].value, state_.judged[i]);
        for (std::size_t i = 0; i < state_.reference.size(); ++i)
            reference_->set(sides_.reference.registers[i].value, state_.reference[i]);
    }

    [[nodiscard]] Literal stalled(Literal valid) {
        return aig_.conjunction(aig_.conjunction(valid, complement(last_.at("out_ready")[0])),
                                last_.at("reset")[0]);
    }

    /// That the judged file, by its own outputs, is held in this frame.
    Literal held(Frame& frame) {
        switch (sides_.hold) {
            case Hold::never:
                return constant_false;
            case Hold::enable:
                return complement(last_.at("enable")[0]);
            case Hold::stalled:
                return stalled(frame.get(sides_.outputs.at("out_valid").judged[0]));
        }
        return constant_false;
    }
    Literal held_by_reference() {
        if (sides_.hold != Hold::stalled) return held(*judged_);
        return stalled(reference_->get(sides_.outputs.at("out_valid").reference[0]));
    }

    Literal difference(const Pair& pair) {
        const Literal judged = judged_->get(sides_.judged.registers[pair.judged].next);
        const Literal reference = reference_->get(sides_.reference.registers[pair.reference].next);
        return aig_.exclusive_or(judged, reference ^ static_cast<Literal>(pair.complemented));
    }

    void compare_outputs() {
        for (const auto& [role, port] : sides_.outputs)
            for (std::size_t bit = 0; bit < port.judged.size(); ++bit)
                outputs_.push_back(aig_.conjunction(
                    moved_, aig_.exclusive_or(judged_->get(port.judged[bit]),
                                              reference_->get(port.reference[bit]))));
    }

    void advance() {
        State next;
        for (const Register& bit : sides_.judged.registers)
            next.judged.push_back(judged_->get(bit.next));
        for (const Register& bit : sides_.reference.registers)
            next.reference.push_back(reference_->get(bit.next));
        state_ = std::move(next);
        for (const Pair& pair : relation_.always) copy(pair);
    }

    const Sides& sides_;
    const Relation& relation_;
    Aig aig_;
    State state_;
    std::unique_ptr<Frame> judged_, reference_;         // the latest
    std::map<std::string, std::vector<Literal>> last_;  // its inputs
    std::vector<Literal> weight_, activation_;          // of the first frame
    Literal moved_ = constant_true;                     // no frame before the last was held
    std::vector<Literal> control_, step_, outputs_;
};

}  // namespace

std::string lemma_name(Lemma lemma) {
    switch (lemma) {
        case Lemma::control:
            return "control";
        case Lemma::step:
            return "step";
        case Lemma::outputs:
            return "outputs";
        case Lemma::held:
            return "held";
    }
    return "";
}

std::vector<Question> make_questions(const Sides& sides, const Relation& relation) {
    std::vector<Question> questions;
    Unrolling unrolling(sides, relation);
    unrolling.unroll();
    for (const Lemma lemma : {Lemma::control, Lemma::step, Lemma::outputs})
        questions.push_back(unrolling.question(lemma));
    if (sides.hold != Hold::never) {
        const Relation nothing;
        Unrolling one(sides, nothing);
        one.hold();
        questions.push_back(one.question(Lemma::held));
    }
    return questions;
}

}  // namespace bitshed::proof
