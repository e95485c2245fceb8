// The definition of @MODULE@, for a proof: a delay line, then a machine of one cycle.
`default_nettype none

module @NAME@ (
@PORTS@
);
  // Infinities and NaN as IEEE 754 adds them: 0 finite, 1 +infinity, 2 -infinity, 3 NaN.
  function [1:0] together(input [1:0] x, input [1:0] y);
    together = x == 0 ? y : y == 0 | x == y ? x : 2'd3;
  endfunction

@BODY@endmodule

@MODULES@
