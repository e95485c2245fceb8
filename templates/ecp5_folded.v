// What the patterns of ecp5_fold.v become: a carry cell that holds the multiplexers. Each half adds
// C ? B : D to A. The low four bits of INIT make the carry of A and B alone, with C = D = 0: there the
// addend is 0, so that the half's sum is A and the carry is A's own. That is what they say anyway,
// and where A and the addend differ, the carry is passed on without them.
module bitshed_fold_two (
  input A0, B0, C0, D0, A1, B1, C1, D1, CIN,
  output S0, S1, COUT
);
  CCU2C #(.INIT0(16'h656a), .INIT1(16'h656a), .INJECT1_0("NO"), .INJECT1_1("NO")) carry (
    .CIN(CIN), .COUT(COUT), .S0(S0), .S1(S1),
    .A0(A0), .B0(B0), .C0(C0), .D0(D0),
    .A1(A1), .B1(B1), .C1(C1), .D1(D1)
  );
endmodule

// The same of one half; the other adds B to A.
module bitshed_fold_low (
  input A0, B0, C0, D0, A1, B1, CIN,
  output S0, S1, COUT
);
  CCU2C #(.INIT0(16'h656a), .INIT1(16'h96aa), .INJECT1_0("NO"), .INJECT1_1("NO")) carry (
    .CIN(CIN), .COUT(COUT), .S0(S0), .S1(S1),
    .A0(A0), .B0(B0), .C0(C0), .D0(D0),
    .A1(A1), .B1(B1), .C1(1'b0), .D1(1'b1)
  );
endmodule

module bitshed_fold_high (
  input A0, B0, A1, B1, C1, D1, CIN,
  output S0, S1, COUT
);
  CCU2C #(.INIT0(16'h96aa), .INIT1(16'h656a), .INJECT1_0("NO"), .INJECT1_1("NO")) carry (
    .CIN(CIN), .COUT(COUT), .S0(S0), .S1(S1),
    .A0(A0), .B0(B0), .C0(1'b0), .D0(1'b1),
    .A1(A1), .B1(B1), .C1(C1), .D1(D1)
  );
endmodule
