// A number rounded once to nearest, ties to even, to @FORMAT@ and clamped to its range.
// 2^@PLACES_BELOW@ units of the magnitude are 1.
module @NAME@ (
  input  wire [@MAGNITUDE_TOP@:0] magnitude,
  input  wire negative,
  input  wire [1:0] special,            // of what is rounded: 0 finite, 1 +inf., 2 -inf., 3 NaN
  output wire [@CODE_TOP@:0] code,
  output wire lost                      // a NaN
);
  localparam WIDE = @WIDE@;
  wire [WIDE-1:0] value = {@PADDING@magnitude} << @UP@;
  wire [WIDE+1:0] aligned = {value, 2'b00};
  wire [WIDE+1:0] whole = aligned >> (@PLACES_BELOW@ + 2);
  wire half = aligned[@PLACES_BELOW@ + 1];
  wire more = aligned[@PLACES_BELOW@:0] != 0;
  wire [WIDE+1:0] rounded = whole + (half & (more | whole[0]));

  wire [WIDE+1:0] greatest = @GREATEST@;  // magnitudes of the range's ends
  wire [WIDE+1:0] least = @LEAST@;
  wire infinite = special == 1 | special == 2;
  wire below_zero = infinite ? special == 2 : negative;
  wire [WIDE+1:0] limit = below_zero ? least : greatest;
  wire [WIDE+1:0] clamped = infinite | rounded > limit ? limit : rounded;
  wire [@CODE_TOP@:0] magnitude_code = clamped[@CODE_TOP@:0];
  wire seeded = @SEEDED@ & magnitude == 1;
  assign code = (special == 3 ? @ZERO@ : below_zero ? ~magnitude_code + 1'b1 : magnitude_code) ^ seeded;
  assign lost = special == 3;
endmodule
