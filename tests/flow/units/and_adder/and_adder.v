// A LUT of two inputs before a carry chain: its longest path begins at an operand, not at the sum.
`default_nettype none
module and_adder (
  input  wire       clk_i,
  input  wire [3:0] w_i,
  input  wire [3:0] a_i,
  output wire [3:0] acc_o
);
  reg [3:0] acc_q;
  always @(posedge clk_i) acc_q <= acc_q + (w_i & a_i);
  assign acc_o = acc_q;
endmodule
`default_nettype wire
