// The unit's netlist under a stream of operands, for a simulator that writes what every net does.
// A row of all inputs follows every rising edge of the clock, as out of registers; no cell has a
// delay, so that a net changes once after an edge at the most.
`timescale 1ns/1ns
module bitshed_activity;
    reg clk = 1'b0;
    reg [@TOP@:0] stimulus [0:@LAST@];
    reg [@TOP@:0] row;
    integer at;

    @MODULE@ unit (
@CONNECTIONS@
    );

    always @(posedge clk) row <= stimulus[at];

    initial begin
        $readmemh("@STIMULUS@", stimulus);
        $dumpfile("@WAVES@");
        $dumpvars(1, unit);
        row = stimulus[0];
        for (at = 1; at <= @LAST@; at = at + 1) begin
            #1 clk = 1'b1;
            #1 clk = 1'b0;
        end
        $finish;
    end
endmodule
