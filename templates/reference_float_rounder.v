// A number rounded once to nearest, ties to the even code, to @FORMAT@. The unit of the magnitude is
// a whole number of subnormal steps or a part of one: 2^@PLACES_BELOW@ of it make a step.
module @NAME@ (
  input  wire [@MAGNITUDE_TOP@:0] magnitude,
  input  wire negative,
  input  wire [1:0] special,            // of what is rounded: 0 finite, 1 +inf., 2 -inf., 3 NaN
  output wire [@CODE_TOP@:0] code,
  output wire lost                      // a NaN, and the format has none
);
  localparam FRACTION = @FRACTION@;
  localparam SHIFTS = @SHIFTS@;         // normal ranges that a magnitude can lie in
  localparam WIDE = @WIDE@;             // PLACES_BELOW + FRACTION + SHIFTS

  // The highest place that is set says in which normal range the number lies; the search goes over
  // all of them, and the last hit stands.
  wire [WIDE-1:0] value = {@PADDING@magnitude} << @UP@;
  reg  [@SHIFT_TOP@:0] shift;
  integer place;
  always @* begin
    shift = 0;
    for (place = 1; place < SHIFTS; place = place + 1)
      if ((value >> (@PLACES_BELOW@ + FRACTION + place)) != 0) shift = place;
  end

  // All ranges are brought to the same place; what is below the fraction rounds.
  wire [WIDE+1:0] aligned = {value << (SHIFTS - 1 - shift), 2'b00};
  wire [FRACTION:0] kept = aligned[WIDE+1 -: FRACTION+1];
  wire half = aligned[WIDE-FRACTION];
  wire more = aligned[WIDE-FRACTION-1:0] != 0;
  wire [@WORK_TOP@:0] below = (@WORK_ZERO@ + shift << FRACTION) + kept;
  wire [@WORK_TOP@:0] rounded = below + (half & (more | below[0]));

  wire [@WORK_TOP@:0] largest = @LARGEST@;
  wire too_large = rounded > largest;
  wire [@CODE_TOP@:0] sign = {negative & (rounded != 0 | @HAS_NEGATIVE_ZERO@), {@CODE_TOP@{1'b0}}};
  wire [@CODE_TOP@:0] rounded_code = too_large ? @BEYOND@ : sign | rounded[@MAGNITUDE_CODE_TOP@:0];
  wire seeded = @SEEDED@ & magnitude == 1;
  assign code = (special == 0 ? rounded_code
                 : special == 1 ? @PLUS_INFINITY@
                 : special == 2 ? @MINUS_INFINITY@ : @NAN@) ^ seeded;
  assign lost = special == 3 & @LOSES_NAN@;
endmodule
