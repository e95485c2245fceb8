// A unit written by hand from the definition, not by bitshed: an integer times a minifloat.
`default_nettype none

module mac_int4_e2m1_exact_n20 (
    input  wire        clk_i,
    input  wire        clear_i,
    input  wire [3:0]  w_i,
    input  wire [3:0]  a_i,
    output wire [11:0] acc_o
);

    // e2m1: s ee f in units of 0.5: f, 2 + f, 2 * (2 + f), 4 * (2 + f).
    wire [3:0] significand = {2'd0, |a_i[2:1], a_i[0]};
    wire [1:0] shift = a_i[2:1] == 2'd0 ? 2'd0 : a_i[2:1] - 2'd1;
    wire [11:0] magnitude = {8'd0, significand << shift};
    wire [11:0] factor = a_i[3] ? ~magnitude + 12'd1 : magnitude;
    wire [11:0] w_wide = {{8{w_i[3]}}, w_i};

    reg [11:0] acc_q;
    always @(posedge clk_i) acc_q <= clear_i ? 12'd0 : acc_q + w_wide * factor;
    assign acc_o = acc_q;

endmodule

`default_nettype wire
