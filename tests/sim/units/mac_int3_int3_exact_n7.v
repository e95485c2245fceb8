// A unit written by hand from the definition, not by bitshed: two's complement by its weights.
`default_nettype none

module mac_int3_int3_exact_n7 (
    input  wire       clk_i,
    input  wire       clear_i,
    input  wire [2:0] w_i,
    input  wire [2:0] a_i,
    output wire [7:0] acc_o
);

    // w = -4 * w[2] + 2 * w[1] + w[0]
    wire [7:0] a_wide = {{5{a_i[2]}}, a_i};
    wire [7:0] row_0 = w_i[0] ? a_wide : 8'd0;
    wire [7:0] row_1 = w_i[1] ? {a_wide[6:0], 1'b0} : 8'd0;
    wire [7:0] row_2 = w_i[2] ? ~{a_wide[5:0], 2'b00} + 8'd1 : 8'd0;

    reg [7:0] acc_q;
    always @(posedge clk_i) begin
        if (clear_i) acc_q <= 8'd0;
        else acc_q <= acc_q + row_0 + row_1 + row_2;
    end
    assign acc_o = acc_q;

endmodule

`default_nettype wire
