// Nexus: gives every carry chain whose input is a constant a cell for it to come from.
//
// Yosys 0.70 folds the first cell of a chain away and ties the carry input of the next to a
// constant; nextpnr-nexus wants a carry input driven by a carry cell, or open. The constant cells
// go too, and hilomap makes those that are still needed.
(* techmap_celltype = "VLO" *)
module bitshed_no_vlo (output Z);
  assign Z = 1'b0;
endmodule

(* techmap_celltype = "VHI" *)
module bitshed_no_vhi (output Z);
  assign Z = 1'b1;
endmodule

(* techmap_celltype = "CCU2" *)
module bitshed_feed_in (
  input  CIN, A1, B1, C1, D1, A0, B0, C0, D0,
  output S1, S0, COUT
);
  parameter INIT0  = "0x0000";
  parameter INIT1  = "0x0000";
  parameter INJECT = "YES";
  parameter _TECHMAP_CONSTMSK_CIN_ = 0;
  parameter _TECHMAP_CONSTVAL_CIN_ = 0;

  wire _TECHMAP_FAIL_ = (_TECHMAP_CONSTMSK_CIN_ != 1) || (_TECHMAP_CONSTVAL_CIN_ === 1'bx);

  wire feed;  // the carry out of a cell that passes CIN on
  CCU2 #(.INIT0("0xFFFF"), .INIT1("0x00AA"), .INJECT("NO")) feed_in (
    .A0(1'b1), .B0(1'b1), .C0(1'b1), .D0(1'b1),
    .A1(CIN),  .B1(1'b1), .C1(1'b1), .D1(1'b1),
    .COUT(feed)
  );
  CCU2 #(.INIT0(INIT0), .INIT1(INIT1), .INJECT(INJECT)) _TECHMAP_REPLACE_ (
    .CIN(feed),
    .A0(A0), .B0(B0), .C0(C0), .D0(D0),
    .A1(A1), .B1(B1), .C1(C1), .D1(D1),
    .S0(S0), .S1(S1), .COUT(COUT)
  );
endmodule
