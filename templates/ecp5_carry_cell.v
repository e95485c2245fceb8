// What a carry cell of Lattice ECP5 does (FPGA-TN-02200): two places of a sum and the carry between
// them. Each table gives a place's sum without its carry; where that is 0, the place's carry is what
// the table says of A and B with C = D = 0.
module CCU2C #(
  parameter [15:0] INIT0 = 16'h0000,
  parameter [15:0] INIT1 = 16'h0000,
  parameter INJECT1_0 = "YES",
  parameter INJECT1_1 = "YES"
) (
  input  wire CIN,
  input  wire A0, B0, C0, D0,
  input  wire A1, B1, C1, D1,
  output wire S0, S1, COUT
);
  wire sum0 = INIT0[{D0, C0, B0, A0}];
  wire sum1 = INIT1[{D1, C1, B1, A1}];
  wire into0 = (INJECT1_0 == "YES") ? 1'b0 : CIN;
  wire from0 = sum0 ? CIN : (INJECT1_0 == "YES") ? 1'b0 : INIT0[{2'b00, B0, A0}];
  wire into1 = (INJECT1_1 == "YES") ? 1'b0 : from0;
  assign S0 = sum0 ^ into0;
  assign S1 = sum1 ^ into1;
  assign COUT = sum1 ? from0 : (INJECT1_1 == "YES") ? 1'b0 : INIT1[{2'b00, B1, A1}];
endmodule
