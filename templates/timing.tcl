# OpenSTA script: how fast unit and harness are from register to register, cells alone. There are
# no wires: nothing is placed. The clock is ideal; pins have no constraint.
read_liberty @LIBRARY@
read_verilog @NETLIST@
link_design bitshed_harness
create_clock -name clk -period @PERIOD@ [get_ports clk]
report_checks -path_delay max -digits 4
puts "bitshed: worst slack [format %.6f [worst_slack]] at period @PERIOD@"
