// Techmap for proofs: carries ripple, so that adders of different widths have carries in common.
(* techmap_celltype = "$lcu" *)
module _80_bitshed_ripple_lcu (P, G, CI, CO);
  parameter WIDTH = 2;
  (* force_downto *)
  input [WIDTH-1:0] P, G;
  input CI;
  (* force_downto *)
  output [WIDTH-1:0] CO;
  assign CO = G | (P & {CO, CI});
endmodule
