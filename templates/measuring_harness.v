// The measuring harness of @MODULE@: what is placed and routed around the unit, and subtracted.
//
//   si -> shift register -> unit -> capture registers -> registered tree of parities -> so
//
// Three pins serve a unit of any size, and every path of the harness itself goes from register
// to register through one LUT at most, so that the limiting path is the unit's own.
`default_nettype none

module bitshed_harness (
  input  wire clk,
  input  wire si,
  output wire so
);
  localparam IN_BITS  = @IN_BITS@;
  localparam OUT_BITS = @OUT_BITS@;

  reg  [IN_BITS-1:0]  operands_q;
  wire [OUT_BITS-1:0] outputs;
  reg  [OUT_BITS-1:0] capture_q;

  @MODULE@ core (
@CONNECTIONS@
  );

  always @(posedge clk) begin
    operands_q <= {operands_q[IN_BITS-2:0], si};
    capture_q  <= outputs;
  end

  bitshed_parity #(.WIDTH(OUT_BITS)) fold (.clk(clk), .bits(capture_q), .parity(so));
endmodule

// The parity of WIDTH bits, four bits a level, one register after each level.
module bitshed_parity #(parameter WIDTH = 4) (
  input  wire             clk,
  input  wire [WIDTH-1:0] bits,
  output wire             parity
);
  localparam GROUPS = (WIDTH + 3) / 4;

  generate
    if (WIDTH == 1) begin : last
      assign parity = bits[0];
    end else begin : level
      wire [4*GROUPS:0]  padded = {{(4*GROUPS-WIDTH+1){1'b0}}, bits};
      reg  [GROUPS-1:0]  level_q;
      integer group;
      always @(posedge clk)
        for (group = 0; group < GROUPS; group = group + 1)
          level_q[group] <= ^padded[4*group +: 4];
      bitshed_parity #(.WIDTH(GROUPS)) next (.clk(clk), .bits(level_q), .parity(parity));
    end
  endgenerate
endmodule

`default_nettype wire
