// A unit written by hand from the definition, not by bitshed: the judge must find it good, and
// every damaged copy of it bad. Codes are s ee f; magnitudes are in units of the quantum, 0.5.
`default_nettype none

module mac_e2m1ieee_e2m1ieee_exact_n20_s1_en (
    input  wire        clk_i,
    input  wire        clear_i,
    input  wire        en_i,
    input  wire [3:0]  w_i,
    input  wire [3:0]  a_i,
    output wire [10:0] acc_o,
    output wire [1:0]  special_o
);

    // e = 0: f; e = 1: 2 + f; e = 2: 2 * (2 + f); e = 3 is special and adds nothing.
    function [2:0] magnitude(input [2:0] code);
        case (code[2:1])
            2'd0: magnitude = {2'b00, code[0]};
            2'd1: magnitude = {2'b01, code[0]};
            2'd2: magnitude = {1'b1, code[0], 1'b0};
            default: magnitude = 3'd0;
        endcase
    endfunction

    wire negative = w_i[3] ^ a_i[3];
    wire w_top = w_i[2:1] == 2'd3;
    wire a_top = a_i[2:1] == 2'd3;
    wire w_nan = w_top & w_i[0];
    wire a_nan = a_top & a_i[0];
    wire w_infinite = w_top & ~w_i[0];
    wire a_infinite = a_top & ~a_i[0];
    wire w_zero = w_i[2:0] == 3'd0;
    wire a_zero = a_i[2:0] == 3'd0;

    wire is_nan = w_nan | a_nan | (w_infinite & a_zero) | (w_zero & a_infinite);
    wire is_infinite = (w_infinite | a_infinite) & ~is_nan;
    wire [1:0] kind = is_nan ? 2'd3 : is_infinite ? {negative, ~negative} : 2'd0;

    wire [5:0] product = {3'd0, magnitude(w_i[2:0])} * {3'd0, magnitude(a_i[2:0])};
    wire [10:0] positive = {5'd0, product};
    wire [10:0] term = negative ? ~positive + 11'd1 : positive;

    reg        clear_q;
    reg [10:0] term_q;
    reg [1:0]  kind_q;
    reg [10:0] acc_q;
    reg [1:0]  special_q;

    always @(posedge clk_i) begin
        if (en_i) begin
            clear_q <= clear_i;
            term_q <= term;
            kind_q <= kind;
            acc_q <= clear_q ? 11'd0 : acc_q + term_q;
            special_q <= clear_q ? 2'd0 : special_q | kind_q;
        end
    end

    assign acc_o = acc_q;
    assign special_o = special_q;

endmodule

`default_nettype wire
