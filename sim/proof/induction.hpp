// The questions whose answers "never" make a proof for all inputs and all sequences.
//
// A run of the judged file is matched with a run of the reference. Registers that correspond hold
// the same; the others are the pipeline's, and what they hold follows from the last `stages` cycles
// in which the unit moved. So frames 0..stages are unrolled from any state of the pipelines, and
// the registers of the sum have any common value in the last of them.
#pragma once

#include <string>
#include <vector>

#include "proof/relation.hpp"
#include "proof/sides.hpp"

namespace bitshed::proof {

enum class Lemma {
    control,  ///< registers that depend on each other and on inputs alone stay the same
    step,     ///< the registers of the sum stay the same over a step
    outputs,  ///< all outputs are the same
    held,     ///< while the unit is held, no register of either side changes
};

std::string lemma_name(Lemma lemma);

/// Literals of `aig` that must never be true.
struct Question {
    Lemma lemma = Lemma::step;
    Aig aig;
    std::vector<Literal> differences;
    /// For reading an answer: the pair of the first frame, which reaches the sum in the last,
    std::vector<Literal> weight, activation;
    /// and the sum as the judged file shows it in the last frame.
    std::vector<Literal> accumulator;
};

/// The questions of a proof, those that are settled by construction included.
std::vector<Question> make_questions(const Sides& sides, const Relation& relation);

}  // namespace bitshed::proof
