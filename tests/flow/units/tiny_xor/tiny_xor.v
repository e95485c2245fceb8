// No multiplier: four xor gates and four registers, so that its cost is known without a tool.
`default_nettype none
module tiny_xor (
  input  wire       clk_i,
  input  wire [3:0] w_i,
  input  wire [3:0] a_i,
  output wire [3:0] acc_o
);
  reg [3:0] acc_q;
  always @(posedge clk_i) acc_q <= w_i ^ a_i;
  assign acc_o = acc_q;
endmodule
`default_nettype wire
