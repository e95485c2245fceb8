#include "harness/stimulus_rows.hpp"

namespace bitshed::harness {

std::span<std::uint32_t> StimulusRows::new_row() {
    words_.resize(words_.size() + layout_.stimulus_words);
    ++count_;
    return std::span(words_).last(layout_.stimulus_words);
}

std::span<std::uint32_t> StimulusRows::new_random_row() {
    const auto row = new_row();
    for (auto& word : row) word = static_cast<std::uint32_t>(random_.next());
    return row;
}

void StimulusRows::mark(std::span<std::uint32_t> row, Reset reset) {
    put_bits(row, layout_.reset->low, 1, reset == Reset::yes ? 0 : 1);
    const bool ready = stall_rate_ == 0 || !random_.one_in(stall_rate_);
    if (layout_.out_ready) put_bits(row, layout_.out_ready->low, 1, ready ? 1 : 0);
}

void StimulusRows::pair(const Codes& w, const Codes& a, Clear clear, Enable enable) {
    if (has_handshake() && clear == Clear::yes) {
        end_sum();
        while (random_.one_in(3)) idle(Reset::no);
        return;
    }
    const auto row = new_row();
    if (has_handshake()) {
        mark(row, Reset::no);
        put_bits(row, layout_.in_valid->low, 1, 1);
        put_bits(row, layout_.in_first->low, 1, begins_sum_ ? 1 : 0);
        begins_sum_ = false;
        last_pair_ = words_.size() - layout_.stimulus_words;
    }
    if (layout_.clear) put_bits(row, layout_.clear->low, 1, clear == Clear::yes ? 1 : 0);
    if (layout_.enable) put_bits(row, layout_.enable->low, 1, enable == Enable::high ? 1 : 0);
    const auto lanes = static_cast<unsigned>(w.size());
    const unsigned w_bits = layout_.weight.bits / lanes;
    const unsigned a_bits = layout_.activation.bits / lanes;
    for (unsigned lane = 0; lane < lanes; ++lane) {
        put_bits(row, layout_.weight.low + lane * w_bits, w_bits, w[lane]);
        put_bits(row, layout_.activation.low + lane * a_bits, a_bits, a[lane]);
    }
    if (enable == Enable::low) return;
    steps_ = clear == Clear::yes ? 0 : steps_ + 1;
}

void StimulusRows::end_sum() {
    if (last_pair_)
        put_bits(std::span(words_).subspan(*last_pair_, layout_.stimulus_words),
                 layout_.in_last->low, 1, 1);
    drop_sum();
}

void StimulusRows::drop_sum() {
    last_pair_.reset();
    begins_sum_ = true;
    steps_ = 0;
}

void StimulusRows::idle(Reset reset) {
    const auto row = new_random_row();
    mark(row, reset);
    if (reset == Reset::yes)
        drop_sum();
    else
        put_bits(row, layout_.in_valid->low, 1, 0);
}

void StimulusRows::stray_pair() {
    end_sum();
    const auto row = new_random_row();
    mark(row, Reset::no);
    put_bits(row, layout_.in_valid->low, 1, 1);
    put_bits(row, layout_.in_first->low, 1, 0);
}

}  // namespace bitshed::harness
