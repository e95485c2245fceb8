// The units of one simulation side by side: inputs are sliced from one wide row, outputs are joined
// into another. WIDTH stays on here: it tells a port that is not as wide as the manifest says.
// The row of inputs is kept in a register with a clock of its own, which rises before clk_i does: the
// logic behind the inputs is then translated once less, and there is less to compile.
/* verilator lint_off UNUSEDSIGNAL */
`default_nettype none
module bitshed_bench (
    input  wire clk_i,
    input  wire drive_i,
    input  wire [@STIMULUS_TOP@:0] stimulus_i,
    output wire [@RESPONSE_TOP@:0] response_o
);
    reg [@STIMULUS_TOP@:0] stimulus_q;
    always @(posedge drive_i) stimulus_q <= stimulus_i;

@INSTANCES@
endmodule
`default_nettype wire
/* verilator lint_on UNUSEDSIGNAL */
