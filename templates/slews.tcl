# OpenSTA script: how long every output pin of the unit takes to rise and to fall.
read_liberty @LIBRARY@
read_verilog @NETLIST@
link_design @MODULE@
create_clock -name clk -period @PERIOD@ [get_ports @CLOCK@]
set_input_delay 0 -clock clk [get_ports {@INPUTS@}]
foreach pin [get_pins */*] {
    if {[get_property $pin direction] eq "output"} {
        puts "bitshed: transition [get_property $pin full_name] [get_property $pin actual_rise_transition_max] [get_property $pin actual_fall_transition_max]"
    }
}
puts "bitshed: end of transitions"
