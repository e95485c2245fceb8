#include "mac/control.hpp"

namespace bitshed::mac {

using rtl::Value;

void Control::make_inputs() {
    b_.clock("clk_i", "clock, rising edge");
    if (spec_.handshake == Handshake::none) {
        clear_ = b_.input("clear_i", 1, "clear", "drops this cycle's pair and sets the sum to +0");
        if (spec_.enable == Enable::present)
            b_.enable(b_.input("en_i", 1, "enable", "low: the unit holds, clear included"));
        return;
    }
    reset_n_ = b_.reset("rst_ni", "synchronous reset, active low: everything in flight is gone");
    in_valid_ = b_.input("in_valid_i", 1, "in_valid", "there is a pair");
    first_ = b_.input("in_first_i", 1, "in_first", "it begins a sum");
    in_last_ = b_.input("in_last_i", 1, "in_last", "it ends a sum");
    if (spec_.handshake == Handshake::stream)
        out_ready_ = b_.input("out_ready_i", 1, "out_ready", "the sum is taken at this edge");
}

void Control::begin() {
    if (spec_.handshake == Handshake::none) return;
    out_valid_ = b_.reg("out_valid_q", 1, "acc_o is a whole sum");
    b_.resets(*out_valid_);
    if (spec_.handshake == Handshake::stream) {
        const Value advances =
            b_.name("advances", *out_ready_ | ~*out_valid_, "nothing moves while a sum waits");
        b_.enable(advances);
        in_ready_ = b_.name("in_ready", advances & *reset_n_, "");
    }
    const Value open = b_.reg("open_q", 1, "between the first pair of a sum and its last");
    b_.resets(open);
    takes_ =
        b_.name("takes", *in_valid_ & (*first_ | open), "a pair outside first..last starts no sum");
    completes_ = b_.name("completes", *takes_ & *in_last_, "");
    b_.resets(*takes_);
    b_.resets(*completes_);
    b_.connect(open, b_.mux(*in_valid_, *takes_ & ~*in_last_, open));
}

void Control::end() {
    if (out_valid_) b_.connect(*out_valid_, *completes_);
}

void Control::make_outputs() {
    if (!out_valid_) return;
    b_.output("out_valid_o", *out_valid_, "out_valid", "acc_o is the sum of first..last");
    if (in_ready_)
        b_.output("in_ready_o", *in_ready_, "in_ready", "the pair is taken at this edge");
}

}  // namespace bitshed::mac
