# OpenSTA script: what the unit alone draws, vectorless: operand bits toggle in half of the cycles,
# and OpenSTA passes that on through the cells as if signals knew nothing of each other.
read_liberty @LIBRARY@
read_verilog @NETLIST@
link_design @MODULE@
create_clock -name clk -period @PERIOD@ [get_ports @CLOCK@]
# An activity counts a cycle of the port's clock; without an input delay, a second.
set_input_delay 0 -clock clk [get_ports {@INPUTS@}]
set_power_activity -input -activity 0.5 -duty 0.5
@CONTROLS@report_power -digits 8
