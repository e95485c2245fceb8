// A multiply-accumulate unit written by hand for the tests of the flow: e4m3 (every code finite)
// times e4m3, exact sum in 47 bits. It shares no line with what bitshed emits.
`default_nettype none
module mac_e4m3_e4m3_plain (
  input  wire        clk_i,
  input  wire        clear_i,
  input  wire [7:0]  w_i,
  input  wire [7:0]  a_i,
  output wire [46:0] acc_o
);
  wire [3:0] w_significand = {|w_i[6:3], w_i[2:0]};
  wire [3:0] a_significand = {|a_i[6:3], a_i[2:0]};
  wire [3:0] w_shift = (|w_i[6:3]) ? w_i[6:3] - 4'd1 : 4'd0;
  wire [3:0] a_shift = (|a_i[6:3]) ? a_i[6:3] - 4'd1 : 4'd0;
  wire       negative = w_i[7] ^ a_i[7];
  wire [7:0] product = {4'd0, w_significand} * {4'd0, a_significand};
  wire [4:0] shift = {1'b0, w_shift} + {1'b0, a_shift};
  wire [46:0] magnitude = {39'd0, product} << shift;
  wire [46:0] term = magnitude ^ {47{negative}};
  reg  [46:0] acc_q;
  always @(posedge clk_i)
    acc_q <= clear_i ? 47'd0 : acc_q + term + {46'd0, negative};
  assign acc_o = acc_q;
endmodule
`default_nettype wire
