// Gowin: every smaller LUT as the LUT4 that it takes on the device. nextpnr 0.11.1 has delays of
// LUT4 alone: a path through a LUT1, LUT2 or LUT3 would not be timed.
(* techmap_celltype = "LUT1" *)
module bitshed_lut1 (output F, input I0);
  parameter [1:0] INIT = 0;
  LUT4 #(.INIT({8{INIT}})) _TECHMAP_REPLACE_ (.F(F), .I0(I0), .I1(1'b0), .I2(1'b0), .I3(1'b0));
endmodule

(* techmap_celltype = "LUT2" *)
module bitshed_lut2 (output F, input I0, I1);
  parameter [3:0] INIT = 0;
  LUT4 #(.INIT({4{INIT}})) _TECHMAP_REPLACE_ (.F(F), .I0(I0), .I1(I1), .I2(1'b0), .I3(1'b0));
endmodule

(* techmap_celltype = "LUT3" *)
module bitshed_lut3 (output F, input I0, I1, I2);
  parameter [7:0] INIT = 0;
  LUT4 #(.INIT({2{INIT}})) _TECHMAP_REPLACE_ (.F(F), .I0(I0), .I1(I1), .I2(I2), .I3(1'b0));
endmodule
