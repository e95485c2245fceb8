// One lane's product, on the grid of the two quanta: shift, add shifted copies, shift.
module reference_lane (
  input  wire [@W_TOP@:0] w,
  input  wire [@A_TOP@:0] a,
  output wire [@MAGNITUDE_TOP@:0] magnitude,
  output wire negative,                 // the sign, also of a zero
  output wire zero,                     // the product is finite and 0
  output wire [1:0] special             // 0 finite, 1 +infinity, 2 -infinity, 3 NaN
);
@DECODE_W@
@DECODE_A@

  wire [@VALUE_TOP@:0] w_value = w_significand << w_places;
  wire [@MULTIPLE_TOP@:0] w_wide = w_value;
  wire [@MULTIPLE_TOP@:0] multiple =
@COPIES@;
  assign magnitude = multiple << a_places;

  wire seeded = @SEEDED_PAIR@;
  wire finite = ~(w_nan | a_nan | w_infinite | a_infinite);
  wire w_zero = ~w_nan & ~w_infinite & w_significand == 0;
  wire a_zero = ~a_nan & ~a_infinite & a_significand == 0;
  wire undefined = w_nan | a_nan | (w_infinite & a_zero) | (a_infinite & w_zero);

  assign negative = w_negative ^ a_negative ^ (seeded & finite);
  assign zero = finite & magnitude == 0;
  assign special = (undefined ? 2'd3 : finite ? 2'd0 : negative ? 2'd2 : 2'd1)
                 ^ {1'b0, seeded & ~finite};
endmodule
