// Patterns for Yosys's `extract`: a carry cell of ECP5 whose addends come from multiplexers.
(* extract_order = 1 *)
module bitshed_fold_two (
  input A0, B0, C0, D0, A1, B1, C1, D1, CIN,
  output S0, S1, COUT
);
  wire addend0, addend1;
  \$_MUX_ mux0 (.A(D0), .B(B0), .S(C0), .Y(addend0));
  \$_MUX_ mux1 (.A(D1), .B(B1), .S(C1), .Y(addend1));
  CCU2C #(.INIT0(16'h96aa), .INIT1(16'h96aa), .INJECT1_0("NO"), .INJECT1_1("NO")) carry (
    .CIN(CIN), .COUT(COUT), .S0(S0), .S1(S1),
    .A0(A0), .B0(addend0), .C0(1'b0), .D0(1'b1),
    .A1(A1), .B1(addend1), .C1(1'b0), .D1(1'b1)
  );
endmodule

(* extract_order = 2 *)
module bitshed_fold_low (
  input A0, B0, C0, D0, A1, B1, CIN,
  output S0, S1, COUT
);
  wire addend0;
  \$_MUX_ mux0 (.A(D0), .B(B0), .S(C0), .Y(addend0));
  CCU2C #(.INIT0(16'h96aa), .INIT1(16'h96aa), .INJECT1_0("NO"), .INJECT1_1("NO")) carry (
    .CIN(CIN), .COUT(COUT), .S0(S0), .S1(S1),
    .A0(A0), .B0(addend0), .C0(1'b0), .D0(1'b1),
    .A1(A1), .B1(B1), .C1(1'b0), .D1(1'b1)
  );
endmodule

(* extract_order = 3 *)
module bitshed_fold_high (
  input A0, B0, A1, B1, C1, D1, CIN,
  output S0, S1, COUT
);
  wire addend1;
  \$_MUX_ mux1 (.A(D1), .B(B1), .S(C1), .Y(addend1));
  CCU2C #(.INIT0(16'h96aa), .INIT1(16'h96aa), .INJECT1_0("NO"), .INJECT1_1("NO")) carry (
    .CIN(CIN), .COUT(COUT), .S0(S0), .S1(S1),
    .A0(A0), .B0(B0), .C0(1'b0), .D0(1'b1),
    .A1(A1), .B1(addend1), .C1(1'b0), .D1(1'b1)
  );
endmodule
